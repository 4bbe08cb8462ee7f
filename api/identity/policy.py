"""Who may do what: one row for each operation. What has no row is refused to everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.identity.errors import Forbidden, Reason, Unauthenticated
from api.identity.principal import Principal
from graph_models.domain.credentials import Role

_CONTROL = (Role.DISPATCHER, Role.ADMIN)
_CASEWORK = (Role.STAFF, *_CONTROL)
_STUDY = (Role.ANALYST, *_CONTROL)
_DIRECTORY = (Role.API_CLIENT, *_CASEWORK)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row.

    `is_scoped`: the operation reads and writes only what lies in the jurisdiction of the principal,
    and for a resident's own app only what is of that resident; anything else looks as if it did not
    exist. What is not scoped is the same for everybody who may ask for it.
    """

    roles: frozenset[Role]
    is_scoped: bool = False
    is_public: bool = False


def _public() -> Rule:
    return Rule(frozenset(Role), is_public=True)


def _scoped(*roles: Role) -> Rule:
    return Rule(frozenset(roles), is_scoped=True)


def _same(*roles: Role) -> Rule:
    return Rule(frozenset(roles))


POLICY: Mapping[str, Rule] = {
    # Operations. A proxy makes every client look like loopback, so metrics take a credential.
    "getHealth": _public(),
    "getReadiness": _public(),
    "getProblemType": _public(),
    "getMetrics": _same(Role.ANALYST, Role.ADMIN),
    # The catalogue.
    "listSkills": _same(*Role),
    "getSkill": _same(*Role),
    "listCategories": _same(*Role),
    "getCategory": _same(*Role),
    "listCommunities": _same(*Role),
    "getCommunity": _same(*Role),
    "listStreets": _same(*Role),
    # Help crosses boundaries: whoever is suggested can be looked up, wherever that is.
    "listProviders": _same(*_DIRECTORY),
    "searchProviders": _same(*_DIRECTORY),
    "getProvider": _same(*_DIRECTORY),
    "mapProviders": _same(*_CASEWORK),
    "createProvider": _scoped(*_CONTROL),
    "changeProvider": _scoped(*_CONTROL),
    # Residents and their needs.
    "createResident": _scoped(*_CASEWORK),
    "getResident": _scoped(*_CASEWORK),
    "createNeed": _scoped(Role.RESIDENT_APP, *_CASEWORK),
    "listNeeds": _scoped(Role.RESIDENT_APP, *_CASEWORK),
    "getNeed": _scoped(Role.RESIDENT_APP, *_CASEWORK),
    "changeNeed": _scoped(*_CASEWORK),
    "acknowledgeNeed": _scoped(*_CASEWORK),
    "getQueue": _scoped(*_CASEWORK),
    "mapNeeds": _scoped(*_CASEWORK),
    # Suggestions and plans.
    "suggestForNeed": _scoped(*_CASEWORK),
    "judgeProvider": _scoped(*_CASEWORK),
    "trySuggestions": _scoped(*_CASEWORK),
    "suggestForDescription": _scoped(*_DIRECTORY),
    "replaySuggestion": _scoped(*_CONTROL),
    "startPlan": _scoped(*_CONTROL),
    "getPlan": _scoped(*_CONTROL),
    "acceptPlan": _scoped(*_CONTROL),
    # The closed loop.
    "createReferral": _scoped(*_CASEWORK),
    "getReferral": _scoped(*_CASEWORK),
    "listReferrals": _scoped(*_CASEWORK),
    "listNeedReferrals": _scoped(*_CASEWORK),
    "transitionReferral": _scoped(*_CASEWORK),
    "streamEvents": _scoped(*_CASEWORK),
    "listAuditEvents": _scoped(*_CASEWORK),  # of one need; administrators of everywhere see all
    # Coverage. Tables of the city whose small counts are hidden together: to cut a district out of
    # them would give back what the other districts hide.
    "getCoverage": _same(*_STUDY),
    "listGaps": _same(*_STUDY),
    "listReach": _same(*_STUDY),
    "getAccess": _same(*_STUDY),
    "getFairness": _same(*_STUDY),
    "getFragility": _same(*_STUDY),
    "getReport": _same(*_STUDY),
    "proposeSites": _same(*_STUDY),
    "tryChanges": _same(*_STUDY),
    # Personal data.
    "getContact": _scoped(Role.STAFF, Role.DISPATCHER),
    "putContact": _scoped(Role.RESIDENT_APP, *_CASEWORK),
    "exportResident": _scoped(Role.RESIDENT_APP, Role.ADMIN),
    "eraseResident": _scoped(Role.ADMIN),
    # Programs that are connected.
    "createApiKey": _scoped(Role.ADMIN),
    "listApiKeys": _scoped(Role.ADMIN),
    "rotateApiKey": _scoped(Role.ADMIN),
    "revokeApiKey": _scoped(Role.ADMIN),
    "createWebhook": _scoped(Role.ADMIN),
    "listWebhooks": _scoped(Role.ADMIN),
    "getWebhook": _scoped(Role.ADMIN),
    "deleteWebhook": _scoped(Role.ADMIN),
    "resumeWebhook": _scoped(Role.ADMIN),
    "replayWebhook": _scoped(Role.ADMIN),
    "listDeadLetters": _scoped(Role.ADMIN),
}


def is_public(operation_id: str) -> bool:
    """Tell whether an operation is there for everybody, known or not."""
    rule = POLICY.get(operation_id)
    return rule is not None and rule.is_public


def authorise(operation_id: str, principal: Principal | None) -> Rule:
    """Return the row of an operation to somebody who may have it done.

    Raises
    ------
    Unauthenticated
        If nobody has authenticated and the operation is not public.
    Forbidden
        If the role does not include it, or it has no row.
    """
    rule = POLICY.get(operation_id)
    if rule is not None and rule.is_public:
        return rule
    if principal is None:
        raise Unauthenticated(Reason.MISSING)
    if rule is None or principal.role not in rule.roles:
        raise Forbidden(operation_id, principal.role)
    return rule


def known_residents(principal: Principal) -> tuple[str, ...] | None:
    """Return within which areas somebody may know of residents: nowhere where the role has none."""
    return principal.within if principal.role in POLICY["getResident"].roles else ()


def may_see_contacts(principal: Principal) -> bool:
    """Tell whether a name, a phone number or an address may be in an answer at all.

    Staff and dispatchers see them once a referral has been accepted, residents see their own.
    """
    return principal.role in (Role.RESIDENT_APP, Role.STAFF, Role.DISPATCHER)

"""What somebody may write about: a value that would lie outside a jurisdiction is refused."""

from __future__ import annotations

from api.http.problems import Refusal
from api.identity.principal import Principal
from graph_models.domain.errors import UnknownReference
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.ports import GraphStore


def check_reach(store: GraphStore, principal: Principal, need: Need) -> None:
    """Refuse a need of a resident whom the principal cannot see, or of a place that is not theirs.

    Raises
    ------
    UnknownReference
        The resident is none that the principal could know of.
    Refusal
        Help would be wanted outside the jurisdiction, or for nobody by an app of one resident.
    """
    resident_id = need.resident_id
    if resident_id is not None:
        if not _knows(store, principal, resident_id):
            raise UnknownReference("need.resident_id", "Resident", resident_id)
    elif principal.resident_id is not None:
        raise Refusal("forbidden", "This credential acts for one resident: name it in `resident_id`.")
    else:
        check_place(principal, need.community_code)


def check_change(store: GraphStore, principal: Principal, before: Need, need: Need) -> None:
    """Refuse to lay a need at the door of an unknown resident, or to put it where it could not be raised.

    Raises
    ------
    UnknownReference, Refusal
        As for a new need.
    """
    if (need.resident_id, need.community_code) == (before.resident_id, before.community_code):
        return
    if need.resident_id not in (None, before.resident_id):
        check_reach(store, principal, need)
    elif need.resident_id is None or not _knows(store, principal, need.resident_id):
        check_place(principal, need.community_code)


def _knows(store: GraphStore, principal: Principal, resident_id: str) -> bool:
    is_theirs = principal.acts_for(resident_id)
    return is_theirs and bool(store.get_many(Resident, [resident_id], within=principal.within))


def check_place(principal: Principal, *codes: str | None) -> None:
    """Refuse what lies in none of the areas of a jurisdiction."""
    if not principal.reaches(*codes):
        raise Refusal("forbidden", "This lies outside the areas that the credential reaches.")


def check_passing_on(principal: Principal, jurisdiction: tuple[str, ...] | None) -> None:
    """Refuse to give somebody else a jurisdiction (None: everywhere) that reaches further than one's own."""
    if not principal.covers(jurisdiction):
        raise Refusal("forbidden", "Nobody passes on areas that they do not reach themselves.")

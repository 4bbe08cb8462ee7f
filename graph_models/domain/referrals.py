"""Referrals: one need offered to one provider and followed to its end (FHIR Task).

`LIFE_CYCLE` is the one table of what may follow on what. The states and arrows are those of the
Task for Referral Management in HL7's SDOH Clinical Care guide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from graph_models.domain.checks import check_aware, check_integer
from graph_models.domain.errors import Conflict, InvalidValue
from graph_models.domain.identifiers import NeedId, ProviderId, ReferralId, check_id


class ReferralStatus(StrEnum):
    """States of the FHIR SDOH Clinical Care Task for Referral Management."""

    DRAFT = "draft"
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IN_PROGRESS = "in-progress"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered-in-error"


class Account(StrEnum):
    """Where a provider's capacity keeps the units of a referral."""

    NONE = "none"
    RESERVED = "reserved"
    CONSUMED = "consumed"


class ReasonCode(StrEnum):
    """Why a referral went no further, or waits (FHIR ``Task.statusReason``)."""

    NO_CAPACITY = "no_capacity"
    NOT_ELIGIBLE = "not_eligible"
    NOT_REACHABLE = "not_reachable"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SERVED_OTHERWISE = "served_otherwise"
    HANDED_ON = "handed_on"
    DUPLICATE = "duplicate"
    UNDONE = "undone"
    WAITING_FOR_RESIDENT = "waiting_for_resident"
    WAITING_FOR_PROVIDER = "waiting_for_provider"
    NO_SHOW = "no_show"
    UNSAFE = "unsafe"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class State:
    """What a state of a referral means.

    Parameters
    ----------
    account
        Which account of the provider holds its units.
    following
        States that may come next, beside ``entered-in-error``, which may follow on every other one.
    needs_reason
        Whether a reason must be given on the way into it.
    """

    account: Account
    following: frozenset[ReferralStatus] = frozenset()
    needs_reason: bool = False

    @property
    def is_final(self) -> bool:
        """Whether nothing follows but a correction."""
        return not self.following


_S = ReferralStatus
_ENDS = {_S.COMPLETED, _S.FAILED, _S.CANCELLED}
LIFE_CYCLE: dict[ReferralStatus, State] = {
    _S.DRAFT: State(Account.NONE, frozenset({_S.REQUESTED})),
    _S.REQUESTED: State(Account.RESERVED, frozenset({_S.ACCEPTED, _S.REJECTED, _S.CANCELLED})),
    _S.ACCEPTED: State(Account.RESERVED, frozenset({_S.IN_PROGRESS, _S.ON_HOLD, *_ENDS})),
    _S.IN_PROGRESS: State(Account.RESERVED, frozenset({_S.ON_HOLD, *_ENDS})),
    _S.ON_HOLD: State(Account.RESERVED, frozenset({_S.IN_PROGRESS, *_ENDS}), needs_reason=True),
    _S.COMPLETED: State(Account.CONSUMED),
    _S.REJECTED: State(Account.NONE, needs_reason=True),
    _S.FAILED: State(Account.NONE, needs_reason=True),
    _S.CANCELLED: State(Account.NONE, needs_reason=True),
    _S.ENTERED_IN_ERROR: State(Account.NONE),
}


class TransitionNotAllowed(Conflict):
    """The life cycle has no arrow between the two states."""

    def __init__(self, status: ReferralStatus, wanted: ReferralStatus) -> None:
        allowed = ", ".join(sorted(each for each in ReferralStatus if may_follow(status, each)))
        super().__init__(
            f"a referral that is {status} cannot become {wanted}; it can become {allowed or 'nothing'}"
        )
        self.status = status
        self.wanted = wanted


def may_follow(status: ReferralStatus, wanted: ReferralStatus) -> bool:
    """Tell whether a referral in one state may go into another one.

    Examples
    --------
    >>> may_follow(ReferralStatus.REQUESTED, ReferralStatus.ACCEPTED)
    True
    >>> may_follow(ReferralStatus.COMPLETED, ReferralStatus.IN_PROGRESS)
    False
    >>> may_follow(ReferralStatus.COMPLETED, ReferralStatus.ENTERED_IN_ERROR)
    True
    """
    if wanted is ReferralStatus.ENTERED_IN_ERROR:
        return status is not ReferralStatus.ENTERED_IN_ERROR
    return wanted in LIFE_CYCLE[status].following


def check_transition(status: ReferralStatus, wanted: ReferralStatus, reason: ReasonCode | None) -> None:
    """Refuse a step that the life cycle does not have, or that lacks its reason.

    Raises
    ------
    TransitionNotAllowed
        There is no such arrow.
    InvalidValue
        The state is entered for a reason only, and none is given.
    """
    if not may_follow(status, wanted):
        raise TransitionNotAllowed(status, wanted)
    if LIFE_CYCLE[wanted].needs_reason and reason is None:
        raise InvalidValue("referral.reason", f"be given when a referral becomes {wanted}")


@dataclass(frozen=True, slots=True)
class Referral:
    """One need offered to one provider.

    Parameters
    ----------
    id
        Identifier.
    need_id, provider_id
        What was offered to whom.
    status
        Where it stands.
    created_at
        When it was made.
    units
        Units of the need that this provider takes.
    changed_at
        When it last went from one state into another; None if it never did.
    expires_at
        Until when a requested one holds its units; None once it was answered.
    reason
        Why it stands where it stands, for the states that need one.
    part_of_id
        The referral out of which this one was handed on.
    """

    id: ReferralId
    need_id: NeedId
    provider_id: ProviderId
    status: ReferralStatus
    created_at: datetime
    units: int = 1
    is_synthetic: bool = False
    changed_at: datetime | None = None
    expires_at: datetime | None = None
    reason: ReasonCode | None = None
    part_of_id: ReferralId | None = None

    def __post_init__(self) -> None:
        check_id("referral.id", self.id)
        check_id("referral.need_id", self.need_id)
        check_id("referral.provider_id", self.provider_id)
        check_aware("referral.created_at", self.created_at)
        check_integer("referral.units", self.units, least=1, most=10_000)
        for field in ("changed_at", "expires_at"):
            if getattr(self, field) is not None:
                check_aware(f"referral.{field}", getattr(self, field))
        if self.part_of_id is not None:
            check_id("referral.part_of_id", self.part_of_id)
        if self.expires_at is not None and self.status is not ReferralStatus.REQUESTED:
            raise InvalidValue(
                "referral.expires_at", "be given for a requested referral only", self.expires_at
            )

    @property
    def account(self) -> Account:
        """Where the provider's capacity keeps its units."""
        return LIFE_CYCLE[self.status].account

    @property
    def is_in_vain(self) -> bool:
        """Whether the provider was asked and will not help: it is not suggested for this need again."""
        has_expired = self.status is ReferralStatus.CANCELLED and self.reason is ReasonCode.EXPIRED
        return has_expired or self.status in (ReferralStatus.REJECTED, ReferralStatus.FAILED)

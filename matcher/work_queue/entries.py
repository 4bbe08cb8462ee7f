"""One line of the queue, and what is asked of the queue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from graph_models.domain.identifiers import AreaCode
from graph_models.domain.needs import Need, NeedStatus, Urgency
from graph_models.domain.places import AREA_LEVELS
from graph_models.domain.referrals import LIFE_CYCLE, Account, ReferralStatus
from graph_models.ports import Stored

OPEN_STATUSES = (NeedStatus.ACTIVE, NeedStatus.ON_HOLD)
URGENCIES = tuple(Urgency)
# Of several referrals the one that says most about what happens to the need; corrected ones say nothing.
_MOST_TELLING = (
    ReferralStatus.IN_PROGRESS,
    ReferralStatus.ACCEPTED,
    ReferralStatus.ON_HOLD,
    ReferralStatus.REQUESTED,
    ReferralStatus.DRAFT,
    ReferralStatus.COMPLETED,
    ReferralStatus.FAILED,
    ReferralStatus.REJECTED,
    ReferralStatus.CANCELLED,
)
OrderKey = tuple[int, int, datetime, str]


class WorkState(StrEnum):
    """What is being done about a need."""

    OPEN = "open"  # nobody is asked
    WAITING = "waiting"  # somebody is asked and has not answered
    UNDER_WAY = "under_way"  # somebody has said yes


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which needs to show; what is None does not matter.

    Parameters
    ----------
    area_code
        Needs where help is wanted in this area.
    category_id
        Needs of this entry of the menu.
    state
        Needs about which this is being done.
    is_mine
        Needs that the one who asks has acknowledged or made a referral of, or all others.
    search
        Part of the id, or of a name of the category, the community or the areas around it, in any case.
    """

    area_code: str | None = None
    category_id: str | None = None
    state: WorkState | None = None
    is_mine: bool | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One line of the queue.

    Parameters
    ----------
    need, revision
        The need as it is stored.
    state
        What is being done about it.
    referral_status
        Of the referral that says most; None if there is none.
    units_left
        Units that nobody holds or has served.
    is_mine
        Whether the one who asks has acknowledged it or made one of its referrals.
    point
        Latitude and longitude of the need or else of its community; None if neither is known.
    """

    need: Need
    revision: int
    state: WorkState
    referral_status: ReferralStatus | None
    units_left: int
    is_mine: bool
    point: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of one open need: referrals by id with status and units, and who has acted on it."""

    stored: Stored[Need]
    resident_codes: tuple[AreaCode, ...] = ()
    referrals: Mapping[str, tuple[ReferralStatus, int]] = field(default_factory=dict)
    actors: frozenset[str] = frozenset()

    @property
    def telling(self) -> ReferralStatus | None:
        """The status of a referral that says most."""
        return telling(status for status, _ in self.referrals.values())

    @property
    def units_left(self) -> int:
        """Units that nobody holds or has served."""
        taken = sum(
            units
            for status, units in self.referrals.values()
            if LIFE_CYCLE[status].account is not Account.NONE
        )
        return max(0, self.stored.value.units - taken)

    @property
    def order_key(self) -> OrderKey:
        """Place in the queue: most urgent, escalated furthest, waiting longest, then by id."""
        need = self.stored.value
        level = -1 if need.escalation_level is None else AREA_LEVELS.index(need.escalation_level)
        return -URGENCIES.index(need.urgency), -level, need.created_at, need.id


def telling(statuses: Iterable[ReferralStatus]) -> ReferralStatus | None:
    """Return the status that says most about what happens to a need, None if none says anything.

    Examples
    --------
    >>> telling([ReferralStatus.REJECTED, ReferralStatus.REQUESTED])
    <ReferralStatus.REQUESTED: 'requested'>
    """
    given: Collection[ReferralStatus] = set(statuses)
    return next((each for each in _MOST_TELLING if each in given), None)


def state_of(status: ReferralStatus | None) -> WorkState:
    """Return what is being done, as the most telling referral has it.

    Examples
    --------
    >>> state_of(None), state_of(ReferralStatus.ACCEPTED)
    (<WorkState.OPEN: 'open'>, <WorkState.UNDER_WAY: 'under_way'>)
    """
    if status is ReferralStatus.REQUESTED:
        return WorkState.WAITING
    if status is not None and LIFE_CYCLE[status].account is Account.RESERVED:
        return WorkState.UNDER_WAY
    return WorkState.OPEN

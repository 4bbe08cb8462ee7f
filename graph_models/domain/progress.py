"""How far a need is served, and the state that follows from its referrals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from graph_models.domain.identifiers import ProviderId
from graph_models.domain.needs import Need, NeedStatus
from graph_models.domain.referrals import Account, Referral, ReferralStatus

# Only people put a need into one of these states, and only people take it out.
BY_HAND = frozenset({NeedStatus.DRAFT, NeedStatus.REVOKED, NeedStatus.ENTERED_IN_ERROR})


@dataclass(frozen=True, slots=True)
class Progress:
    """Units of one need.

    Parameters
    ----------
    wanted
        Units that the need asks for.
    reserved
        Units that referrals hold.
    consumed
        Units that were served.
    """

    wanted: int
    reserved: int
    consumed: int

    @property
    def open(self) -> int:
        """Units that nobody holds or has served."""
        return max(0, self.wanted - self.reserved - self.consumed)


def progress_of(need: Need, referrals: Iterable[Referral]) -> Progress:
    """Add up the referrals of a need.

    Examples
    --------
    >>> from datetime import datetime, UTC
    >>> now = datetime(2026, 3, 2, tzinfo=UTC)
    >>> need = Need("n1", "meals", now, community_code="440103001101", units=3)
    >>> progress_of(need, [Referral("f1", "n1", "p1", ReferralStatus.ACCEPTED, now, 2)]).open
    1
    """
    units = dict.fromkeys(Account, 0)
    for each in referrals:
        units[each.account] += each.units
    return Progress(need.units, units[Account.RESERVED], units[Account.CONSUMED])


def left_of(need: Need, referrals: Iterable[Referral]) -> Need | None:
    """Return a need with the units that nobody holds or has served, None if there are none.

    An indivisible need is left whole or not at all.
    """
    progress = progress_of(need, referrals)
    if not progress.open or (need.is_indivisible and progress.open < need.units):
        return None
    return need if progress.open == need.units else replace(need, units=progress.open)


def asked_already(referrals: Iterable[Referral]) -> frozenset[ProviderId]:
    """Return the providers that are asked about a need, or were in vain: they are not suggested for it."""
    return frozenset(
        each.provider_id for each in referrals if each.account is Account.RESERVED or each.is_in_vain
    )


def status_of(need: Need, referrals: Iterable[Referral]) -> NeedStatus:
    """Return the state of a need that follows from its referrals.

    It is completed once all its units are served, on hold while all that is left of it waits, and
    active otherwise. A draft and a need that was withdrawn stay what they are.
    """
    if need.status in BY_HAND:
        return need.status
    listed = list(referrals)
    progress = progress_of(need, listed)
    if progress.consumed >= progress.wanted:
        return NeedStatus.COMPLETED
    held = [each for each in listed if each.account is Account.RESERVED]
    if held and not progress.open and all(each.status is ReferralStatus.ON_HOLD for each in held):
        return NeedStatus.ON_HOLD
    return NeedStatus.ACTIVE

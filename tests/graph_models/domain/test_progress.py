"""How far a need is served, from its referrals."""

from __future__ import annotations

import pytest

from graph_models.domain.needs import NeedStatus
from graph_models.domain.progress import asked_already, left_of, progress_of, status_of
from graph_models.domain.referrals import ReasonCode, Referral, ReferralStatus
from tests.builders import a_need, a_referral

S = ReferralStatus


def some(*pairs: tuple[ReferralStatus, int]) -> list[Referral]:
    return [
        a_referral(f"f{at}", provider_id=f"p{at}", status=status, units=units)
        for at, (status, units) in enumerate(pairs, start=1)
    ]


def test_units_add_up() -> None:
    """What is held and what is served is not open any more; what came to nothing is."""
    referrals = some((S.REQUESTED, 1), (S.ON_HOLD, 2), (S.COMPLETED, 3), (S.REJECTED, 4), (S.DRAFT, 5))
    progress = progress_of(a_need(units=10), referrals)
    assert (progress.reserved, progress.consumed, progress.open) == (3, 3, 4)
    assert progress_of(a_need(units=1), some((S.COMPLETED, 2))).open == 0


@pytest.mark.parametrize(
    ("referrals", "expected"),
    [
        ([], "active"),
        ([(S.REQUESTED, 3)], "active"),
        ([(S.COMPLETED, 3)], "completed"),
        ([(S.COMPLETED, 2)], "active"),
        ([(S.COMPLETED, 2), (S.COMPLETED, 1)], "completed"),
        ([(S.ON_HOLD, 3)], "on-hold"),
        ([(S.ON_HOLD, 2)], "active"),  # somebody can still be found for the rest
        ([(S.ON_HOLD, 2), (S.ACCEPTED, 1)], "active"),
        ([(S.COMPLETED, 2), (S.ON_HOLD, 1)], "on-hold"),
        ([(S.COMPLETED, 3), (S.REQUESTED, 1)], "completed"),
        ([(S.REJECTED, 3)], "active"),
    ],
)
def test_state_follows_from_referrals(referrals: list[tuple[ReferralStatus, int]], expected: str) -> None:
    """Of three units, whatever the state was before."""
    for before in (NeedStatus.ACTIVE, NeedStatus.ON_HOLD, NeedStatus.COMPLETED):
        assert status_of(a_need(units=3, status=before), some(*referrals)) == expected


@pytest.mark.parametrize("status", [NeedStatus.DRAFT, NeedStatus.REVOKED, NeedStatus.ENTERED_IN_ERROR])
def test_what_people_decided_stays(status: NeedStatus) -> None:
    """No referral revives a need that was withdrawn."""
    assert status_of(a_need(status=status), some((S.COMPLETED, 1))) is status


def test_what_is_left() -> None:
    """The open units; of an indivisible need all or nothing."""
    need = a_need(units=3)
    assert left_of(need, []) is need
    assert left_of(need, some((S.ACCEPTED, 1), (S.COMPLETED, 1))) == a_need(units=1)
    assert left_of(need, some((S.ACCEPTED, 3))) is None
    assert left_of(a_need(units=3, is_indivisible=True), some((S.ACCEPTED, 1))) is None


def test_who_is_asked_already() -> None:
    """Who holds units, and who was asked in vain."""
    expired = a_referral("f9", provider_id="p9", status=S.CANCELLED, reason=ReasonCode.EXPIRED)
    referrals = [*some((S.REQUESTED, 1), (S.REJECTED, 1), (S.COMPLETED, 1), (S.DRAFT, 1)), expired]
    assert asked_already(referrals) == {"p1", "p2", "p9"}

"""The life cycle of referrals: the table of states and arrows, held against the published guide."""

from __future__ import annotations

import pytest

from graph_models.domain.errors import InvalidValue
from graph_models.domain.referrals import (
    LIFE_CYCLE,
    Account,
    ReasonCode,
    ReferralStatus,
    TransitionNotAllowed,
    check_transition,
    may_follow,
)
from tests.builders import NOW, a_referral

# Written down from the state diagram of HL7's SDOH Clinical Care guide, not from the code.
ARROWS = {
    "draft": {"requested"},
    "requested": {"accepted", "rejected", "cancelled"},
    "accepted": {"in-progress", "on-hold", "completed", "failed", "cancelled"},
    "in-progress": {"on-hold", "completed", "failed", "cancelled"},
    "on-hold": {"in-progress", "completed", "failed", "cancelled"},
}
WITH_REASON = {"rejected", "cancelled", "on-hold", "failed"}
EVERY_PAIR = [(before, after) for before in ReferralStatus for after in ReferralStatus]


@pytest.mark.parametrize(("before", "after"), EVERY_PAIR)
def test_arrows_are_those_of_the_guide(before: ReferralStatus, after: ReferralStatus) -> None:
    """Every other step is refused; anything but an error may turn out to be one."""
    is_correction = after == "entered-in-error" != before
    expected = is_correction or after in ARROWS.get(before, set())
    assert may_follow(before, after) == expected
    if not expected:
        with pytest.raises(TransitionNotAllowed, match=f"that is {before} cannot become {after}"):
            check_transition(before, after, ReasonCode.OTHER)


@pytest.mark.parametrize(("before", "after"), [pair for pair in EVERY_PAIR if may_follow(*pair)])
def test_reasons_are_asked_for(before: ReferralStatus, after: ReferralStatus) -> None:
    """Who rejects, cancels, interrupts or gives up has to say why."""
    check_transition(before, after, ReasonCode.DECLINED)
    if after in WITH_REASON:
        with pytest.raises(InvalidValue, match=r"referral\.reason must be given"):
            check_transition(before, after, None)
    else:
        check_transition(before, after, None)


def test_every_state_is_in_the_table() -> None:
    """A state that nobody thought of has no account, so there is none."""
    assert set(LIFE_CYCLE) == set(ReferralStatus)
    final = {each for each, state in LIFE_CYCLE.items() if state.is_final}
    assert final == {"rejected", "completed", "failed", "cancelled", "entered-in-error"}


@pytest.mark.parametrize("status", ReferralStatus)
def test_units_are_in_one_account(status: ReferralStatus) -> None:
    """They are reserved from the request on until the end, and consumed if it was a good one."""
    reserved = {"requested", "accepted", "in-progress", "on-hold"}
    expected = Account.RESERVED if status in reserved else Account.NONE
    assert a_referral(status=status).account is (Account.CONSUMED if status == "completed" else expected)


def test_only_a_request_expires() -> None:
    """What was answered does not expire any more."""
    with pytest.raises(InvalidValue, match=r"referral\.expires_at must be given for a requested"):
        a_referral(status=ReferralStatus.ACCEPTED, expires_at=NOW)


def test_who_was_asked_in_vain() -> None:
    """Whoever rejected, failed or did not answer; not whoever the dispatcher let go."""
    in_vain = [
        a_referral(status=ReferralStatus.REJECTED),
        a_referral(status=ReferralStatus.FAILED),
        a_referral(status=ReferralStatus.CANCELLED, reason=ReasonCode.EXPIRED),
    ]
    others = [a_referral(status=ReferralStatus.CANCELLED, reason=ReasonCode.UNDONE), a_referral()]
    assert [each.is_in_vain for each in (*in_vain, *others)] == [True] * 3 + [False] * 2

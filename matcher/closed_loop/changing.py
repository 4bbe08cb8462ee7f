"""What a change to a need means for its referrals, its state, and the staff who answer for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import AreaCode
from graph_models.domain.needs import Need, NeedStatus
from graph_models.domain.places import AreaLevel
from graph_models.domain.progress import BY_HAND, Progress, progress_of, status_of
from graph_models.domain.referrals import Account, ReasonCode, ReferralStatus
from graph_models.ports import NEW, Operation, Put, Stored
from matcher.closed_loop.acts import Act
from matcher.closed_loop.policy import LoopPolicy
from matcher.closed_loop.referring import Case, Step, after, moving, settle


def changing(
    case: Case, wanted: Need, audience: tuple[AreaCode, ...], act: Act, policy: LoopPolicy
) -> tuple[Operation, ...]:
    """Return what it takes to make a need what somebody wants it to be, with all that follows.

    Once people withdraw it, referrals that hold units are cancelled; otherwise its state follows from
    them. Staff are called once somebody is sought for it, and no later than its urgency asks for.

    Parameters
    ----------
    case
        The need as it stands, with its referrals.
    wanted
        The need as it is to be.
    audience
        Communities of the need as it is to be.

    Raises
    ------
    InvalidValue
        Providers hold or have served more units than are wanted, or a part of what must not be divided.
    """
    steps = _withdrawing(case, act, policy) if wanted.status in BY_HAND else []
    then = case
    for each in steps:
        then = after(then, each)
    referrals = [each.value for each in then.referrals]
    progress = progress_of(wanted, referrals)
    _check_units(wanted, progress)
    before, status = case.need.value, wanted.status
    if referrals or status is not before.status:  # of what was loaded as it ended long ago, nothing follows
        status = status_of(wanted, referrals)
    is_called = status is NeedStatus.ACTIVE and before.status in BY_HAND
    level = AreaLevel.COMMUNITY if is_called else before.escalation_level
    need = replace(wanted, status=status, escalation_level=level)
    need = replace(need, answer_due_at=_due(before, need, progress, act.at, policy))
    events = [act.event("need.changed", "Need", need.id, need_id=need.id)]
    if status is not before.status and status not in BY_HAND:
        events.append(act.event(f"need.{status}", "Need", need.id, need_id=need.id))
    if is_called:
        about = {"need_id": need.id, "level": level, "audience": audience}
        events.append(act.event("need.pushed", "Need", need.id, **about))
    followed = settle(_as(case, need), steps, act, policy) if steps else (Put(need, case.need.revision),)
    return *followed, *(Put(each, NEW) for each in events)


def _withdrawing(case: Case, act: Act, policy: LoopPolicy) -> list[Step]:
    """Return the steps that let go of every provider that holds units for a need."""
    live = [each.value.id for each in case.referrals if each.value.account is Account.RESERVED]
    status, reason = ReferralStatus.CANCELLED, ReasonCode.WITHDRAWN
    return [moving(case, key, status, reason, act, policy) for key in live]


def _check_units(need: Need, progress: Progress) -> None:
    taken = progress.reserved + progress.consumed
    if taken > need.units:
        rule = f"be at least {taken}: so many are held or served by providers"
        raise InvalidValue("need.units", rule, need.units)
    if need.is_indivisible and 0 < taken < need.units:
        raise InvalidValue("need.is_indivisible", "be false: a part is held or served by a provider", True)


def _due(before: Need, need: Need, progress: Progress, now: datetime, policy: LoopPolicy) -> datetime | None:
    """Return when a need climbs: it waits for an answer while nobody acts on it."""
    if need.status is not NeedStatus.ACTIVE or progress.reserved or need.escalation_level is None:
        return None
    latest = now + policy.wait(need.urgency)
    if before.status is not NeedStatus.ACTIVE:
        return latest
    due = before.answer_due_at
    return due if due is None or need.urgency is before.urgency else min(due, latest)


def _as(case: Case, need: Need) -> Case:
    return replace(case, need=Stored(need, case.need.revision))

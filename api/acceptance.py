"""Accepting a plan, or a part of it: each need by itself, all of its providers or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from api.http.problems import Refusal, refusal_of
from api.live.plans import Job
from api.schemas.acceptance import AcceptanceOutcome, AssignmentInput
from api.schemas.plans import PlanState
from graph_models.domain.errors import LastMeterError, StoreError
from graph_models.domain.identifiers import ProviderId, ReferralId
from graph_models.ports import Within
from matcher.closed_loop.acts import Act
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.referring import Offer


def accept(
    desk: Desk, job: Job, assignments: Sequence[AssignmentInput], act: Act, within: Within
) -> list[AcceptanceOutcome]:
    """Ask the providers that a plan proposes, and tell what came of each, in the order given.

    Repeated with the same act it goes on where it broke off: each need has a write id of its own.
    """
    if job.state is not PlanState.DONE:
        raise Refusal("plan-not-done", f"The plan is {job.state}.")
    by_need: dict[str, list[str]] = defaultdict(list)
    for each in assignments:
        by_need[each.need_id].append(each.provider_id)
    told = {
        (need_id, outcome.provider_id): outcome
        for need_id, providers in by_need.items()
        for outcome in _accept_for(desk, job, need_id, providers, act.part(need_id, *providers), within)
    }
    return [told[each.need_id, each.provider_id] for each in assignments]


def _accept_for(
    desk: Desk, job: Job, need_id: str, providers: Sequence[str], act: Act, within: Within
) -> list[AcceptanceOutcome]:
    for each in providers:
        if (need_id, each) not in job.units:
            refusal = Refusal("not-found", "The plan does not propose this.")
            return [_refused(need_id, other, refusal) for other in providers]
    offers = [
        Offer(ReferralId(act.new_id(f"referral-{place}")), ProviderId(each), job.units[need_id, each])
        for place, each in enumerate(providers)
    ]
    try:
        referrals = desk.offer_all(need_id, offers, act, within)
    except StoreError:
        raise  # it says nothing about the need: the whole is to be repeated
    except LastMeterError as error:
        return [_refused(need_id, each, refusal_of(error)) for each in providers]
    return [
        AcceptanceOutcome(
            need_id=need_id, provider_id=each, is_held=True, referral_id=key, problem=None, detail=None
        )
        for each, key in zip(providers, referrals, strict=True)
    ]


def _refused(need_id: str, provider_id: str, refusal: Refusal) -> AcceptanceOutcome:
    return AcceptanceOutcome(
        need_id=need_id,
        provider_id=provider_id,
        is_held=False,
        referral_id=None,
        problem=refusal.problem.uri,
        detail=refusal.detail,
    )

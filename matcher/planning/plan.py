"""A plan for the open needs of a city: who serves whom, what is left over and why, and the proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from graph_models.domain.identifiers import NeedId, ProviderId
from graph_models.domain.needs import Urgency
from matcher.certificate import Certificate, Proof, verify
from matcher.context import NeedContext
from matcher.curve import curve_order
from matcher.engine import PairFinder, Roster
from matcher.parameters import MatchParameters
from matcher.planning.candidates import Candidates
from matcher.planning.demand import Demand
from matcher.planning.first_come import first_come
from matcher.planning.pricing import PricedPlan, finish_over_all, price_all
from matcher.planning.tally import Tally, tally
from matcher.planning.whole import Solution
from matcher.problem import Problem
from matcher.suggestions import to_score
from matcher.travel import UNKNOWN_M

Tell = Callable[[str, int, int], None]  # what is being done, how much is done, how much there is


class UnservedReason(StrEnum):
    """Why units of a need are not served by a plan."""

    NOBODY_ELIGIBLE = "nobody_eligible"
    ALL_GIVEN = "all_given"  # whoever is eligible serves more urgent or better matched needs
    UNUSABLE = "unusable"  # the need itself breaks a rule


@dataclass(frozen=True, slots=True)
class PlannedReferral:
    """Units of one need for one provider.

    Parameters
    ----------
    score
        Of the pair, as a suggestion for the whole need has it.
    distance_km
        To the metre; None if a location is not known.
    """

    need_id: NeedId
    provider_id: ProviderId
    units: int
    score: float
    distance_km: float | None


@dataclass(frozen=True, slots=True)
class LockedReferral:
    """A referral that was under way before, and stays."""

    need_id: NeedId
    provider_id: ProviderId
    units: int


@dataclass(frozen=True, slots=True)
class Unserved:
    """Units of a need that nobody serves.

    Parameters
    ----------
    detail
        The rule that an unusable need breaks, else None.
    """

    need_id: NeedId
    urgency: Urgency | None
    units: int
    reason: UnservedReason
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Providers for many needs at once.

    Parameters
    ----------
    referrals
        Of the most urgent needs first, then of the oldest; several of one need stand together.
    locked
        Referrals under way, which a plan keeps.
    unserved
        What is left over, most urgent first.
    result, first_come
        What the plan comes to, and what serving needs in the order of their arrival would.
    proof
        How far it is from the best plan, by its certificate.
    is_proven
        Whether it is known that no plan is better: by the certificate, or by exhausting what it leaves.
    certificate, problem
        Prices over all eligible pairs, and the pairs that were looked at.
    need_ids, provider_ids
        Whom the numbers of certificate and problem stand for: neighbouring needs are near one another.
    rounds
        How often prices were made.
    """

    referrals: tuple[PlannedReferral, ...]
    locked: tuple[LockedReferral, ...]
    unserved: tuple[Unserved, ...]
    result: Tally
    first_come: Tally
    proof: Proof
    is_proven: bool
    certificate: Certificate
    problem: Problem
    need_ids: tuple[NeedId, ...]
    provider_ids: tuple[ProviderId, ...]
    rounds: int


def make_plan(finder: PairFinder, demand: Demand, parameters: MatchParameters, tell: Tell) -> Plan:
    """Find the best plan over all eligible pairs.

    Parameters
    ----------
    tell
        Called from time to time, in this thread.
    """
    demand = replace(demand, contexts=_along_a_curve(demand.contexts))
    contexts, roster = demand.contexts, Roster()
    candidates = Candidates(
        np.array([parameters.urgency_weights[each.need.urgency] for each in contexts], np.int64),
        np.array([each.need.units for each in contexts], np.int64),
        np.array([each.need.is_indivisible for each in contexts], np.bool_),
    )
    priced = price_all(finder, contexts, candidates, roster, tell)
    tell("keep whole", 0, 1)
    priced, solution = finish_over_all(finder, contexts, candidates, roster, priced)
    tell("compare", 0, 1)
    compared = first_come(finder, contexts, candidates, roster)
    problem = priced.problem
    return Plan(
        _referrals(contexts, priced, solution, roster),
        tuple(LockedReferral(each.need_id, each.provider_id, each.units) for each in demand.locked),
        _unserved(demand, problem, solution),
        tally(problem, priced.distance_m, solution.given),
        compared,
        verify(solution.certificate, problem, solution.given),
        solution.is_proven,
        solution.certificate,
        problem,
        tuple(each.need.id for each in contexts),
        tuple(roster.ids[: len(problem.capacity)]),
        priced.rounds,
    )


def _along_a_curve(contexts: tuple[NeedContext, ...]) -> tuple[NeedContext, ...]:
    """Put neighbours one after another: what one search has read, the next one finds in the caches."""
    places = [each.location for each in contexts]
    latitude = np.array([np.nan if each is None else each.latitude for each in places])
    longitude = np.array([np.nan if each is None else each.longitude for each in places])
    return tuple(contexts[place] for place in curve_order(latitude, longitude).tolist())


def _referrals(
    contexts: tuple[NeedContext, ...], priced: PricedPlan, solution: Solution, roster: Roster
) -> tuple[PlannedReferral, ...]:
    problem, used = priced.problem, np.flatnonzero(solution.given)
    columns = (
        values[used].tolist()
        for values in (problem.need, problem.provider, solution.given, problem.score, priced.distance_m)
    )
    referrals = [
        PlannedReferral(
            contexts[need].need.id,
            roster.ids[provider],
            units,
            to_score(score),
            None if distance_m == UNKNOWN_M else distance_m / 1000,
        )
        for need, provider, units, score, distance_m in zip(*columns, strict=True)
    ]
    turn = {each.need.id: (_by_urgency(each.need.urgency), each.need.created_at) for each in contexts}
    return tuple(sorted(referrals, key=lambda each: (turn[each.need_id], each.need_id, each.provider_id)))


def _unserved(demand: Demand, problem: Problem, solution: Solution) -> tuple[Unserved, ...]:
    left = problem.units - np.bincount(problem.need, solution.given, len(problem.units)).astype(np.int64)
    pairs = np.bincount(problem.need, minlength=len(problem.units))
    several = [
        Unserved(
            demand.contexts[place].need.id,
            demand.contexts[place].need.urgency,
            int(left[place]),
            UnservedReason.ALL_GIVEN if pairs[place] else UnservedReason.NOBODY_ELIGIBLE,
        )
        for place in np.flatnonzero(left).tolist()
    ]
    several.sort(key=lambda each: (_by_urgency(each.urgency or Urgency.ROUTINE), each.need_id))
    unusable = sorted(demand.unusable.items())
    return (
        *several,
        *(Unserved(key, None, 0, UnservedReason.UNUSABLE, detail) for key, detail in unusable),
    )


def _by_urgency(urgency: Urgency) -> int:
    """Return what puts the most urgent first."""
    return -list(Urgency).index(urgency)

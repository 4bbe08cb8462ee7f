"""The best plan over all eligible pairs, of which only few are ever looked at.

Column generation: the best plan over the pairs at hand comes with prices, and the engine is asked
whether any need would gain, at these prices, from a provider that is not at hand. When none would,
the prices prove the plan best among all pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from matcher.context import NeedContext
from matcher.engine import PLAIN, PairFinder, Pairs, Roster
from matcher.planning.candidates import Candidates
from matcher.planning.limits import tighten
from matcher.planning.solving import Priced, certified, price
from matcher.planning.whole import Solution, finish
from matcher.problem import BoolArray, Int64Array, Problem

FIRST = 3  # pairs of each need to begin with
MORE = 12  # pairs of each need that are added at once
NEAR = 200  # pairs of each need that are looked at because they cost little
FINEST = 10_000  # units of score, of 1e-12 each, that are told apart
MOST_ROUNDS = 40
MANY = 2_000  # needs, beyond which pairs that cost a little are not looked for
_WIDENINGS = 4
_FAR = 2**61


@dataclass(frozen=True, slots=True)
class PricedPlan:
    """The relaxed plan over all eligible pairs.

    Parameters
    ----------
    problem
        Of the pairs at hand.
    priced
        Its solution, with prices that hold for all eligible pairs.
    distance_m
        Of the pairs at hand, metres: shape (n_pairs,).
    rounds
        How often prices were made.
    """

    problem: Problem
    priced: Priced
    distance_m: np.ndarray
    rounds: int


def price_all(
    finder: PairFinder,
    contexts: Sequence[NeedContext],
    candidates: Candidates,
    roster: Roster,
    tell: Callable[[str, int, int], None],
) -> PricedPlan:
    """Find the best plan over all eligible pairs.

    Parameters
    ----------
    candidates
        Without pairs; filled.
    tell
        Called with what is being done, how much of it is done, and how much there is to do.
    """
    first = finder.pairs(contexts, FIRST, roster, tell=lambda done: tell("search", done, len(contexts)))
    counts = np.bincount(first.need, minlength=len(contexts))
    candidates.add(first)
    is_open = counts == FIRST  # there may be more
    outside = _least_listed(first, len(contexts))
    quantum, rounds, is_tight = FINEST, 0, False
    while True:
        rounds += 1
        problem = candidates.problem(roster)
        priced = price(problem, quantum)
        quantum = priced.objective.quantum
        if is_tight:
            priced = tighten(problem, priced)
        least = _least_worth(problem, priced)
        asked = np.flatnonzero(is_open & (outside >= least))
        tell("price", rounds, len(asked))
        wanted = (asked, least[asked], problem.units)
        is_more = candidates.add(_ask(finder, contexts, roster, priced, wanted, MORE)).any()
        if is_tight:
            found = PricedPlan(problem, priced, candidates.distance_m, rounds)
            settled = _settled(found, candidates, roster, is_open)
            loosened = settled.priced.certificate.bound(settled.problem) - priced.certificate.bound(problem)
            if loosened < priced.objective.step or rounds >= MOST_ROUNDS:
                return settled
        # Closer prices cost time, and are worth it once the pairs are settled.
        is_tight = is_tight or not is_more


def _settled(found: PricedPlan, candidates: Candidates, roster: Roster, is_open: BoolArray) -> PricedPlan:
    """Have each need keep what its best pair leaves it, also one that was found last.

    A need keeps one quantum more where there may be other pairs: by so much a price of a referral is
    rounded when it is told to each unit.
    """
    found = _extended(found, candidates, roster)
    priced, before = found.priced, found.priced.certificate
    certificate = certified(found.problem, priced.objective, before.unit_price, before.referral_price)
    certificate = replace(certificate, need_price=certificate.need_price + is_open)
    return replace(found, priced=replace(priced, certificate=certificate))


def finish_over_all(
    finder: PairFinder,
    contexts: Sequence[NeedContext],
    candidates: Candidates,
    roster: Roster,
    found: PricedPlan,
) -> tuple[PricedPlan, Solution]:
    """Find a best plan that breaks no limit, among all eligible pairs that may be in one.

    Where limits come in, a pair may be in the best plan although it costs a little more than it is worth.
    So the pairs that cost little enough are looked at as well. `Solution.is_proven` then holds for all.
    """
    for _ in range(_WIDENINGS):
        solution = finish(found.problem, found.priced)
        if not solution.width:
            return found, solution
        if len(contexts) > MANY:
            return found, replace(solution, is_proven=False)
        near, is_all = _look_near(finder, contexts, roster, found, solution.width)
        if not candidates.add(near).any():
            return found, replace(solution, is_proven=solution.is_proven and is_all)
        found = _extended(found, candidates, roster)
    return found, replace(finish(found.problem, found.priced), is_proven=False)


def _look_near(
    finder: PairFinder, contexts: Sequence[NeedContext], roster: Roster, found: PricedPlan, width: int
) -> tuple[Pairs, bool]:
    """Ask for pairs that cost little enough to be in a better plan, and tell whether these are all."""
    problem, needs = found.problem, np.arange(len(contexts))
    apart = problem.units * found.priced.objective.quantum
    least = _least_worth(problem, found.priced) - apart * np.minimum(width, _FAR // apart)
    near = _ask(finder, contexts, roster, found.priced, (needs, least, problem.units), NEAR)
    counts = np.bincount(near.need, minlength=len(contexts))
    return near, bool((counts < NEAR).all())


def _extended(found: PricedPlan, candidates: Candidates, roster: Roster) -> PricedPlan:
    """Tell the same plan and prices over more pairs and providers."""
    before, relaxed, certificate = found.problem, found.priced.relaxed, found.priced.certificate
    problem = candidates.problem(roster)
    places = candidates.places(before.need.astype(np.int64), before.provider.astype(np.int64))
    given, stays = np.zeros(len(problem.need), np.int64), np.zeros(len(problem.need), np.bool_)
    given[places], stays[places] = relaxed.given, relaxed.stays
    unit, referral = np.zeros((2, len(problem.capacity)), np.int64)
    unit[: len(before.capacity)] = certificate.unit_price
    referral[: len(before.capacity)] = certificate.referral_price
    priced = replace(
        found.priced,
        relaxed=replace(relaxed, given=given, stays=stays, unit_price=unit, referral_price=referral),
        certificate=replace(certificate, unit_price=unit, referral_price=referral),
    )
    return replace(found, problem=problem, priced=priced, distance_m=candidates.distance_m)


def _ask(
    finder: PairFinder,
    contexts: Sequence[NeedContext],
    roster: Roster,
    priced: Priced,
    wanted: tuple[Int64Array, Int64Array, Int64Array],
    limit: int,
) -> Pairs:
    """Ask for pairs of some needs that are worth at least so much above their prices.

    Parameters
    ----------
    wanted
        The needs, the least score of each, and the units of all needs.
    """
    certificate, (needs, least, units) = priced.certificate, wanted
    prices = np.column_stack((certificate.unit_price, certificate.referral_price))
    roster.set_prices(prices * priced.objective.quantum)
    terms = [
        PLAIN._replace(least=least, units=units)
        for least, units in zip(least.tolist(), units[needs].tolist(), strict=True)
    ]
    found = finder.pairs([contexts[place] for place in needs.tolist()], limit, roster, terms)
    return found._replace(need=needs[found.need].astype(np.int32))


def _least_listed(pairs: Pairs, n_needs: int) -> Int64Array:
    """Return the lowest score of the pairs of each need."""
    least = np.full(n_needs, np.iinfo(np.int64).max)
    np.minimum.at(least, pairs.need, pairs.score)
    return least


def _least_worth(problem: Problem, priced: Priced) -> Int64Array:
    """Return the score that a pair of each need must have, above its price, to be worth adding."""
    objective = priced.objective
    share = problem.weight * objective.parts // problem.units * objective.step
    apart = problem.units * objective.quantum
    return apart * (priced.certificate.need_price - share) + (apart + 1) // 2

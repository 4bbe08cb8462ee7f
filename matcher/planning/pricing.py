"""The best plan over all eligible pairs, of which only few are ever looked at.

Column generation: the best plan over the pairs at hand comes with prices, and the engine is asked
whether any need would gain, at these prices, from a provider that is not at hand. When none would,
the prices prove the plan best among all pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from matcher.certificate import Certificate
from matcher.context import NeedContext
from matcher.engine import PLAIN, PairFinder, Pairs, Roster
from matcher.planning.candidates import Candidates
from matcher.planning.solving import Priced, price
from matcher.planning.whole import tighten
from matcher.problem import BoolArray, Int64Array, Problem

FIRST = 5  # pairs of each need to begin with
MORE = 6  # pairs of each need that are added at once
FINEST = 10_000  # units of score, of 1e-12 each, that are told apart


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
        if candidates.add(_look_outside(finder, contexts, roster, priced, problem, least, asked)).any():
            continue
        if is_tight:
            certificate = _for_all(priced.certificate, is_open)
            return PricedPlan(
                problem, replace(priced, certificate=certificate), candidates.distance_m, rounds
            )
        is_tight = True  # closer prices cost time, and are worth it once the pairs are settled


def _look_outside(
    finder: PairFinder,
    contexts: Sequence[NeedContext],
    roster: Roster,
    priced: Priced,
    problem: Problem,
    least: Int64Array,
    asked: Int64Array,
) -> Pairs:
    """Ask for pairs that are worth more than their prices."""
    certificate, quantum = priced.certificate, priced.objective.quantum
    roster.set_prices((certificate.unit_price - certificate.referral_price) * quantum)
    terms = [
        PLAIN._replace(least=least, units=units)
        for least, units in zip(least[asked].tolist(), problem.units[asked].tolist(), strict=True)
    ]
    found = finder.pairs([contexts[place] for place in asked.tolist()], MORE, roster, terms)
    return found._replace(need=asked[found.need].astype(np.int32))


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


def _for_all(certificate: Certificate, is_open: BoolArray) -> Certificate:
    """Allow for the quantum by which a price of a referral, told to each unit, is rounded."""
    return replace(certificate, need_price=certificate.need_price + is_open)

"""The best plan that may split every need, with the prices that prove it.

Capacity of a provider that may be given few needs is told in units: as many as those needs can come to
at most. So the plan may still split a need that must not be split, or give a provider one need too
many; what it is worth is a bound on every plan that does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.planning.flow import best_flow
from matcher.planning.objective import Objective
from matcher.planning.presolve import undominated
from matcher.planning.prices import lowest_prices
from matcher.problem import BoolArray, Int64Array, Problem


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A best plan without regard to whole needs and referrals.

    Parameters
    ----------
    given
        Units of each pair: shape (n_pairs,).
    stays
        Pairs that a best plan may need, also one that regards them: shape (n_pairs,).
    unit_price
        What one unit of each provider costs, in quanta: shape (n_providers,).
    referral_price
        What one referral to each provider costs; a provider has this or `unit_price`.
    """

    given: Int64Array
    stays: BoolArray
    unit_price: Int64Array
    referral_price: Int64Array


def relax(problem: Problem, objective: Objective) -> Relaxation:
    """Find the best plan that may split every need.

    Raises
    ------
    TooLargeNumbers
        If gains do not fit the solver: choose a coarser quantum.
    """
    gains, most = objective.gains(problem), problem.most
    largest = np.zeros(len(problem.capacity), np.int64)
    np.maximum.at(largest, problem.provider, most)
    capacity = np.minimum(problem.capacity, problem.referrals * largest)
    by_gain = np.lexsort((problem.provider, -gains, problem.need))
    need, provider = problem.need[by_gain], problem.provider[by_gain]
    kept, is_contended = undominated(
        need, provider, most[by_gain], problem.units, capacity, problem.referrals
    )
    stays, given = np.zeros(len(gains), np.bool_), np.zeros(len(gains), np.int64)
    stays[by_gain] = kept
    left = np.flatnonzero(stays)
    is_easy = ~_touches(problem.need[left], is_contended[problem.provider[left]], len(problem.units))
    easy, hard = (left[which] for which in (is_easy[problem.need[left]], ~is_easy[problem.need[left]]))
    given[easy] = _filled(problem, gains, most, easy)
    if len(hard):
        pairs = (problem.need[hard], problem.provider[hard])
        given[hard] = best_flow(pairs, gains[hard], most[hard], problem.units, capacity, is_contended)
    usable = np.flatnonzero(most)
    starts = np.searchsorted(problem.need[usable], np.arange(len(problem.units) + 1))
    prices = lowest_prices(
        starts,
        problem.provider[usable].astype(np.int64),
        gains[usable],
        given[usable],
        problem.units,
        len(capacity),
    )
    is_by_unit = capacity == problem.capacity
    return Relaxation(
        given, stays, np.where(is_by_unit, prices, 0), np.where(is_by_unit, 0, prices * largest)
    )


def _touches(need: np.ndarray, is_contended: BoolArray, n_needs: int) -> BoolArray:
    """Return the needs with a pair for which the capacity of the provider matters."""
    touches = np.zeros(n_needs, np.bool_)
    touches[need[is_contended]] = True
    return touches


def _filled(problem: Problem, gains: Int64Array, most: Int64Array, pairs: Int64Array) -> Int64Array:
    """Give each need the best that it can ask for, where nobody is in anybody's way."""
    order = np.lexsort((problem.provider[pairs], -gains[pairs], problem.need[pairs]))
    need, amount = problem.need[pairs[order]], most[pairs[order]]
    before = np.cumsum(amount) - amount
    before -= before[np.searchsorted(need, need)]
    filled = np.empty(len(pairs), np.int64)
    filled[order] = np.clip(problem.units[need] - before, 0, amount)
    return filled

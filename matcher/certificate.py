"""The proof that a plan is a best one, and the check of that proof.

The check knows nothing of how the plan was found. It rests on weak duality of linear programming: if
every need and every provider has a price such that no eligible pair is worth more than the prices at
its two ends, then no plan is worth more than all that is asked for and on offer, at these prices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_models.domain.errors import InvalidValue
from matcher.problem import Int64Array, Problem, check_problem


def dot(one: Int64Array, other: Int64Array) -> int:
    """Return the sum of products, in whole numbers of any size."""
    used = (one != 0) & (other != 0)
    return sum(a * b for a, b in zip(one[used].tolist(), other[used].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Certificate:
    """Prices that bound what any plan can be worth.

    Values are whole numbers of quanta. A unit of a pair is worth ``step`` for each part of its need's
    weight, shared among the units of the need, and its share of the score.

    Parameters
    ----------
    parts
        Into which each weight is divided.
    step
        What one part is worth: more than all scores together can differ.
    quantum
        Units of score in one quantum.
    need_price
        What a need keeps of each unit: shape (n_needs,).
    unit_price, referral_price
        What a unit of a provider costs, and what a referral to it costs: shape (n_providers,).
    """

    parts: int
    step: int
    quantum: int
    need_price: Int64Array
    unit_price: Int64Array
    referral_price: Int64Array

    def bound(self, problem: Problem) -> int:
        """Return what no plan can be worth more than, in quanta."""
        return (
            dot(self.need_price, problem.units)
            + dot(self.unit_price, problem.capacity)
            + dot(self.referral_price, problem.referrals)
        )


@dataclass(frozen=True, slots=True)
class Proof:
    """What a checked certificate says of a plan.

    Parameters
    ----------
    value, bound
        Of the plan, and of any plan at most, in quanta.
    score
        Part of the value that is score.
    gap
        Difference of bound and value, and of what rounding to quanta can hide, as a share of the score.
        Below 1 quantum of score per unit it is rounding alone.
    is_most_served
        Whether it is proven that no plan serves more weight.
    """

    value: int
    bound: int
    score: int
    gap: float
    is_most_served: bool


def check_plan(problem: Problem, given: Int64Array) -> None:
    """Refuse a plan that breaks a limit.

    Parameters
    ----------
    given
        Units of each pair of the problem: shape (n_pairs,).

    Raises
    ------
    InvalidValue
        Naming the limit.
    """
    check_problem(problem)
    if given.shape != problem.need.shape or (len(given) and given.min() < 0):
        raise InvalidValue("plan.given", "have a number of units of at least 0 for each pair", given.shape)
    used = given > 0
    need, provider, units = problem.need[used], problem.provider[used], given[used]
    whole = problem.is_whole[need]
    served = np.bincount(need, units, len(problem.units)).astype(np.int64)
    taken = np.bincount(provider, units, len(problem.capacity)).astype(np.int64)
    asked = np.bincount(provider, minlength=len(problem.capacity))
    for name, rule, is_broken in (
        ("units", "not exceed what a need asks for", served > problem.units),
        ("is_whole", "be all or nothing for a whole need", units[whole] != problem.units[need[whole]]),
        ("capacity", "not exceed what a provider can take", taken > problem.capacity),
        ("referrals", "not give a provider more needs than it may have", asked > problem.referrals),
    ):
        if is_broken.any():
            raise InvalidValue(f"plan.{name}", rule, int(np.flatnonzero(is_broken)[0]))


def verify(certificate: Certificate, problem: Problem, given: Int64Array) -> Proof:
    """Check a plan and its certificate, and say how good the plan is.

    Parameters
    ----------
    problem
        All eligible pairs. Pairs that are missing here are not vouched for.
    given
        Units of each pair: shape (n_pairs,).

    Raises
    ------
    InvalidValue
        If the plan breaks a limit, a price is negative, a pair is worth more than its prices, or the
        step does not put weights before scores.

    References
    ----------
    A. Schrijver: Combinatorial Optimization, 2003, section 17.1 (duality of weighted matching).

    Examples
    --------
    Two needs want the one unit of a provider. At a price of 4 neither would gain by having it.

    >>> import numpy as np
    >>> one = np.ones(2, np.int64)
    >>> problem = Problem(
    ...     one, one, np.zeros(2, bool), np.array([1]), np.array([9]),
    ...     np.array([0, 1], np.int32), np.array([0, 0], np.int32), np.array([7, 4]),
    ... )
    >>> prices = Certificate(1, 12, 1, np.array([3, 0]), np.array([16]), np.array([0]))
    >>> verify(prices, problem, np.array([1, 0]))
    Proof(value=19, bound=19, score=7, gap=0.0, is_most_served=True)
    """
    check_plan(problem, given)
    prices = (certificate.need_price, certificate.unit_price, certificate.referral_price)
    for name, values, count in zip(
        ("need_price", "unit_price", "referral_price"),
        prices,
        (len(problem.units), len(problem.capacity), len(problem.capacity)),
        strict=True,
    ):
        if values.shape != (count,) or (count and values.min() < 0):
            raise InvalidValue(f"certificate.{name}", f"be at least 0, of shape ({count},)", values.shape)
    units = problem.units[problem.need]
    score = _nearest(problem.score, units * certificate.quantum)
    if certificate.step <= _most_apart(problem, score):
        raise InvalidValue("certificate.step", "be more than all scores can differ", certificate.step)
    worth = problem.weight[problem.need] * certificate.parts // units * certificate.step + score
    most = np.minimum(units, problem.capacity[problem.provider])
    keeps = worth - certificate.need_price[problem.need] - certificate.unit_price[problem.provider]
    usable = (most >= np.where(problem.is_whole[problem.need], units, 1)) & (
        problem.referrals[problem.provider] > 0
    )
    # most · keeps <= price of a referral, without going beyond 64 bits
    limit = certificate.referral_price[problem.provider] // np.maximum(most, 1)
    if (is_worth_more := usable & (keeps > limit)).any():
        pair = int(np.flatnonzero(is_worth_more)[0])
        raise InvalidValue("certificate.pair", "not be worth more than its prices", pair)
    value, bound = dot(worth, given), certificate.bound(problem)
    total = dot(score, given)
    is_exact = certificate.quantum == 1 and not (problem.score % units).any()
    hidden = 0 if is_exact else int(given.sum())
    gap = (bound - value + hidden) / max(abs(total), 1)
    return Proof(value, bound, total, gap, bound - value < certificate.step)


def _most_apart(problem: Problem, score: Int64Array) -> int:
    """Return how much the scores of two plans can differ."""
    n_needs, units = len(problem.units), problem.units[problem.need]
    most, least = np.zeros(n_needs, np.int64), np.zeros(n_needs, np.int64)
    np.maximum.at(most, problem.need, score * units)
    np.minimum.at(least, problem.need, score * units)
    return int(most.sum()) - int(least.sum())


def _nearest(numerator: Int64Array, denominator: Int64Array) -> Int64Array:
    return (2 * numerator + denominator) // (2 * denominator)

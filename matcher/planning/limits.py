"""Which limits a relaxed plan breaks, and prices that allow for them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from matcher.planning.markets import Floats, Places, market_of, market_prices, markets
from matcher.planning.solving import Priced, certified
from matcher.problem import BoolArray, Int64Array, Problem


def broken_pairs(problem: Problem, given: Int64Array) -> BoolArray:
    """Return the pairs in which a whole need is split, or whose provider has too many needs."""
    is_used = given > 0
    is_split = is_used & problem.is_whole[problem.need] & (given < problem.units[problem.need])
    count = np.bincount(problem.provider[is_used], minlength=len(problem.capacity))
    return is_split | (is_used & (count > problem.referrals)[problem.provider])


def troubled_pairs(problem: Problem, priced: Priced) -> Places:
    """Return the pairs of all markets in which something is broken."""
    broken = broken_pairs(problem, priced.relaxed.given)
    several = markets(problem, np.flatnonzero(priced.relaxed.stays), broken)
    return np.concatenate([np.empty(0, np.intp), *several])


def tighten(problem: Problem, priced: Priced) -> Priced:
    """Bring prices closer where the relaxed plan breaks a limit, by counting referrals in shares."""
    troubled = troubled_pairs(problem, priced)
    if not len(troubled):
        return priced
    objective, before = priced.objective, priced.certificate
    share, score, unit_of_score = shares(problem, priced)
    unit_price, referral_price = before.unit_price.copy(), before.referral_price.copy()
    market = market_of(problem, troubled, share, score)  # one program is faster than many
    by_unit, by_referral, rest_by_unit, rest_by_referral = market_prices(market)
    unit_price[market.providers] = _in_quanta(by_unit, rest_by_unit, objective.step, unit_of_score)
    referral_price[market.providers] = _in_quanta(
        by_referral, rest_by_referral, objective.step, unit_of_score
    )
    after = certified(problem, objective, unit_price, referral_price)
    return replace(priced, certificate=after) if after.bound(problem) < before.bound(problem) else priced


def shares(problem: Problem, priced: Priced) -> tuple[Int64Array, Floats, float]:
    """Return parts of weight and score of one unit of each pair, and the quanta in a score of 1."""
    objective = priced.objective
    share = problem.weight[problem.need] * objective.parts // problem.units[problem.need]
    quanta = objective.gains(problem) - share * objective.step
    highest = max(float(np.abs(quanta).max(initial=0)), 1.0)
    return share, quanta / highest, highest


def _in_quanta(parts: list[Fraction], rest: Floats, step: int, unit_of_score: float) -> list[int]:
    """Return prices in quanta, rounded up."""
    return [
        max(0, -int(-(part * step + Fraction(more) * Fraction(unit_of_score)) // 1))
        for part, more in zip(parts, rest.tolist(), strict=True)
    ]

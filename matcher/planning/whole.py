"""From the relaxed plan to one that keeps needs whole and referrals within their limits.

Only the markets in which something is broken are looked at again. First their prices are brought
closer, by a program that counts referrals in shares. Then they are solved in whole numbers over the
pairs that cost little at these prices (fixing by reduced costs).

That is enough if no market lacks more than half of that to its bound. For a better plan would use
some pairs that were left out, t of them, each of which costs more than twice the largest lack. They
touch at most 2·t markets, all others lack at least what they lack now; so what the plan saves is
less than what it costs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from matcher.certificate import Certificate, dot
from matcher.planning.markets import Market, best_in, market_of, market_prices, markets
from matcher.planning.solving import Priced, certified, slack
from matcher.problem import BoolArray, Int32Array, Int64Array, Problem

_LITTLE = 50  # th part of the highest score
_MOST_PAIRS = 20_000  # beyond which no wider search is worth its time
_EVERYTHING = 2**62  # quanta


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan.

    Parameters
    ----------
    given
        Units of each pair: shape (n_pairs,).
    certificate
        Prices that bound what any plan can be worth.
    is_proven
        Whether it is known that no plan over the pairs given is better: by the certificate, or by
        exhausting what it leaves.
    needs
        Whose markets were solved in whole numbers; empty if that was not called for.
    width
        Pairs that cost no more than this, in quanta, were open to them.
    """

    given: Int64Array
    certificate: Certificate
    is_proven: bool
    needs: Int32Array
    width: int


def tighten(problem: Problem, priced: Priced) -> Priced:
    """Bring prices closer where the relaxed plan breaks a limit."""
    broken = _broken(problem, priced.relaxed.given)
    if not broken.any():
        return priced
    objective, before = priced.objective, priced.certificate
    share, score, unit_of_score = _shares(problem, priced)
    unit_price, referral_price = before.unit_price.copy(), before.referral_price.copy()
    for pairs in markets(problem, np.flatnonzero(priced.relaxed.stays), broken):
        market = market_of(problem, pairs, share, score)
        by_unit, by_referral, rest_by_unit, rest_by_referral = market_prices(market)
        unit_price[market.providers] = _in_quanta(by_unit, rest_by_unit, objective.step, unit_of_score)
        referral_price[market.providers] = _in_quanta(
            by_referral, rest_by_referral, objective.step, unit_of_score
        )
    after = certified(problem, objective, unit_price, referral_price)
    return replace(priced, certificate=after) if after.bound(problem) < before.bound(problem) else priced


def finish(problem: Problem, priced: Priced) -> Solution:
    """Find a best plan that breaks no limit."""
    relaxed, certificate = priced.relaxed.given, priced.certificate
    broken = _broken(problem, relaxed)
    if not broken.any():
        return Solution(relaxed, certificate, True, np.empty(0, np.int32), 0)
    gains = priced.objective.gains(problem)
    share, score, unit_of_score = _shares(problem, priced)
    at_least = np.where(problem.is_whole[problem.need], problem.units[problem.need], 1)
    cost, usable = slack(problem, priced.objective, certificate), problem.most > 0
    width = int(unit_of_score) // _LITTLE
    while True:
        is_open = usable & ((cost <= width // at_least) | (relaxed > 0))
        given, is_proven, losses = relaxed.copy(), True, []
        several = markets(problem, np.flatnonzero(is_open), broken)
        for pairs in several:
            market = market_of(problem, pairs, share, score)
            given[pairs], is_best = best_in(market)
            is_proven &= is_best
            bound = _bound_of(problem, certificate, market)
            losses.append(bound - dot(gains[pairs], given[pairs]))
        losses.append(certificate.bound(problem) - dot(gains, given) - sum(losses))  # of all others
        wanted = 2 * max(losses)
        is_wide = wanted <= width or is_open[usable].all()
        if is_wide or is_open.sum() > _MOST_PAIRS:
            needs = np.unique(problem.need[np.concatenate(several)])
            return Solution(given, certificate, bool(is_proven and is_wide), needs, width)
        width = min(wanted, _EVERYTHING)


def _bound_of(problem: Problem, certificate: Certificate, market: Market) -> int:
    """Return what a market can be worth at most."""
    needs, providers = market.needs, market.providers
    return (
        dot(certificate.need_price[needs], problem.units[needs])
        + dot(certificate.unit_price[providers], problem.capacity[providers])
        + dot(certificate.referral_price[providers], problem.referrals[providers])
    )


def _broken(problem: Problem, given: Int64Array) -> BoolArray:
    """Return the pairs in which a whole need is split, or whose provider has too many needs."""
    is_used = given > 0
    is_split = is_used & problem.is_whole[problem.need] & (given < problem.units[problem.need])
    count = np.bincount(problem.provider[is_used], minlength=len(problem.capacity))
    return is_split | (is_used & (count > problem.referrals)[problem.provider])


def _shares(problem: Problem, priced: Priced) -> tuple[Int64Array, np.ndarray, float]:
    """Return parts of weight and score of one unit of each pair, and the quanta in a score of 1."""
    objective = priced.objective
    share = problem.weight[problem.need] * objective.parts // problem.units[problem.need]
    quanta = objective.gains(problem) - share * objective.step
    highest = max(float(np.abs(quanta).max(initial=0)), 1.0)
    return share, quanta / highest, highest


def _in_quanta(parts: list[Fraction], rest: np.ndarray, step: int, unit_of_score: float) -> list[int]:
    """Return prices in quanta, rounded up."""
    return [
        max(0, -int(-(part * step + Fraction(more) * Fraction(unit_of_score)) // 1))
        for part, more in zip(parts, rest.tolist(), strict=True)
    ]

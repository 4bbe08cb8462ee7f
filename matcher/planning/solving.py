"""The best plan that may split every need, among pairs that are all given, with its prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.certificate import Certificate
from matcher.planning.flow import TooLargeNumbers
from matcher.planning.objective import Objective, make_objective
from matcher.planning.relaxation import Relaxation, relax
from matcher.problem import Int64Array, Problem

_COARSER = 10
_MOST_GAINS = 2**61


@dataclass(frozen=True, slots=True)
class Priced:
    """The relaxed plan, how its gains are counted, and prices that bound every plan."""

    relaxed: Relaxation
    objective: Objective
    certificate: Certificate


def price(problem: Problem, quantum: int = 1) -> Priced:
    """Find the best plan that may split every need, and its prices.

    Parameters
    ----------
    quantum
        Units of score to be told apart; a coarser one is taken where the numbers would grow too large.
    """
    while True:
        objective = make_objective(problem, quantum)
        try:
            if _largest(problem, objective) > _MOST_GAINS:
                raise TooLargeNumbers
            relaxed = relax(problem, objective)
        except TooLargeNumbers:
            quantum *= _COARSER
            continue
        prices = (relaxed.unit_price, relaxed.referral_price)
        return Priced(relaxed, objective, certified(problem, objective, *prices))


def certified(
    problem: Problem, objective: Objective, unit_price: Int64Array, referral_price: Int64Array
) -> Certificate:
    """Let each need keep the most that it can at these prices, so that no pair is worth more."""
    certificate = Certificate(
        objective.parts,
        objective.step,
        objective.quantum,
        np.zeros(len(problem.units), np.int64),
        unit_price,
        referral_price,
    )
    usable = problem.most > 0
    lacks = -slack(problem, objective, certificate)
    np.maximum.at(certificate.need_price, problem.need[usable], lacks[usable])
    return certificate


def slack(problem: Problem, objective: Objective, certificate: Certificate) -> Int64Array:
    """Return what one unit of each pair costs more than it is worth, in quanta: shape (n_pairs,)."""
    share = certificate.referral_price[problem.provider] // np.maximum(problem.most, 1)
    prices = certificate.need_price[problem.need] + certificate.unit_price[problem.provider] + share
    return prices - objective.gains(problem)


def _largest(problem: Problem, objective: Objective) -> int:
    """Return more than the gains of any plan."""
    return (int(problem.weight.sum()) * objective.parts + 1) * objective.step

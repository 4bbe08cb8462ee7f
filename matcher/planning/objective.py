"""Two goals in one whole number: weights served first, then scores."""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm

import numpy as np

from matcher.problem import Int64Array, Problem

# Parts that a weight is told in, so that the units of a divisible need count as shares of it.
MOST_PARTS = 5_040


@dataclass(frozen=True, slots=True)
class Objective:
    """How gains are counted, see `matcher.certificate.Certificate`."""

    parts: int
    step: int
    quantum: int

    def gains(self, problem: Problem) -> Int64Array:
        """Return what one unit of each pair is worth, in quanta: shape (n_pairs,)."""
        units = problem.units[problem.need]
        share = problem.weight[problem.need] * self.parts // units
        return share * self.step + _shares(problem, self.quantum)


def make_objective(problem: Problem, quantum: int) -> Objective:
    """Choose how gains are counted.

    Parameters
    ----------
    quantum
        Units of score that are told apart: the finer, the larger the numbers.

    Notes
    -----
    Of two plans that serve different weights, the step has to outweigh whatever their scores differ.
    """
    score = _shares(problem, quantum) * problem.units[problem.need]
    most, least = np.zeros((2, len(problem.units)), np.int64)
    np.maximum.at(most, problem.need, score)
    np.minimum.at(least, problem.need, score)
    return Objective(parts_of(problem.units), int(most.sum()) - int(least.sum()) + 1, quantum)


def parts_of(units: Int64Array) -> int:
    """Return into how many parts a weight or a score is divided, so that each unit gets a whole number."""
    return min(lcm(*np.unique(units).tolist()), MOST_PARTS)


def _shares(problem: Problem, quantum: int) -> Int64Array:
    """Return the score of one unit of each pair in quanta, halves up."""
    denominator = problem.units[problem.need] * quantum
    return (2 * problem.score + denominator) // (2 * denominator)

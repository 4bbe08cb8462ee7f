"""What a plan comes to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.problem import Int32Array, Int64Array, Problem
from matcher.travel import UNKNOWN_M

_TRILLION = 10**12


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over a plan.

    Parameters
    ----------
    needs
        How many there are.
    served, served_in_part
        Needs that get all of their units, and some of them.
    units, units_served
        Asked for and served.
    weight, weight_served
        Of all needs by urgency, and of what is served of them.
    score
        Sum of the scores; a need that is split, or served in part, counts by its units.
    mean_distance_km
        Over units of known distance; None if there are none.
    """

    needs: int
    served: int
    served_in_part: int
    units: int
    units_served: int
    weight: int
    weight_served: float
    score: float
    mean_distance_km: float | None


def tally(problem: Problem, distance_m: Int32Array, given: Int64Array) -> Tally:
    """Sum up a plan.

    Parameters
    ----------
    distance_m
        Of each pair, metres, `UNKNOWN_M` if not known: shape (n_pairs,).
    given
        Units of each pair: shape (n_pairs,).
    """
    served = np.bincount(problem.need, given, len(problem.units))
    share = given / problem.units[problem.need]
    is_placed = (distance_m != UNKNOWN_M) & (given > 0)
    placed = int(given[is_placed].sum())
    return Tally(
        needs=len(problem.units),
        served=int((served == problem.units).sum()),
        served_in_part=int(((served > 0) & (served < problem.units)).sum()),
        units=int(problem.units.sum()),
        units_served=int(given.sum()),
        weight=int(problem.weight.sum()),
        weight_served=round(float((problem.weight[problem.need] * share).sum()), 6),
        score=round(float((problem.score * share).sum()) / _TRILLION, 6),
        mean_distance_km=(
            round(float((distance_m[is_placed] / 1000 * given[is_placed]).sum()) / placed, 3)
            if placed
            else None
        ),
    )

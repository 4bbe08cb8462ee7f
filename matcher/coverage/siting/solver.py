"""HiGHS, as scipy has it: mixed-integer programs with a proven bound and a deadline."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf
from time import monotonic
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from matcher.coverage.siting.result import BoolArray, FloatArray

_LARGEST = 1e4  # of an objective's coefficients: HiGHS stops at an absolute gap of 1e-6
_WHOLE = 1e-6  # a bound so little above a whole number stands for that number


class Clock:
    """Time that is left of a limit.

    Parameters
    ----------
    limit_s
        Seconds from now.
    """

    __slots__ = ("_end",)

    def __init__(self, limit_s: float) -> None:
        self._end = monotonic() + limit_s

    @property
    def left_s(self) -> float:
        """Seconds, never below 0."""
        return max(0.0, self._end - monotonic())

    def share(self, part: float) -> Clock:
        """Return a clock that stops after that part of what is left."""
        return Clock(part * self.left_s)


@dataclass(frozen=True, slots=True)
class Solved:
    """Values, if any were found; a bound that no values beat; whether nothing is feasible."""

    values: FloatArray | None
    bound: float
    is_proven: bool
    is_infeasible: bool


def minimise(
    objective: FloatArray, rows: list[tuple[Any, Any, Any]], is_whole: BoolArray, upper: Any, clock: Clock
) -> Solved:
    """Solve min objective · v, least ≤ matrix · v ≤ most for each of the rows, 0 ≤ v ≤ upper.

    Deterministic unless time runs out: one seed, one tree.
    """
    if not clock.left_s:
        return Solved(None, -inf, False, False)
    scale = _LARGEST / max(float(np.abs(objective).max(initial=0)), np.finfo(float).tiny * _LARGEST)
    result = milp(
        objective * scale,
        constraints=[LinearConstraint(*each) for each in rows],
        integrality=is_whole.astype(np.uint8),
        bounds=Bounds(0, upper),
        options={"time_limit": clock.left_s, "mip_rel_gap": 0.0},
    )
    told = result.mip_dual_bound
    if told is None and result.status == 0:
        told = result.fun  # a program without whole numbers is its own bound
    bound = -inf if told is None or np.isnan(told) else told / scale
    return Solved(result.x, bound, result.status == 0, result.status == 2)


def next_whole(bound: float) -> float:
    """Round a lower bound of a whole number up to one.

    >>> next_whole(2.2), next_whole(3.0000000001)
    (3.0, 3.0)
    """
    return float(ceil(bound - _WHOLE * max(1.0, abs(bound) * _WHOLE))) if np.isfinite(bound) else bound

"""What a read from memory costs when nothing tells beforehand where it goes."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from matcher.engine.compiling import compiled_aside
from matcher.engine.growing import Int64Array

_LINE = 8  # integers to a cache line
_STEPS = 200_000
_RUNS = 5
_SEED = 7


@compiled_aside
def _chase(place: int, following: Int64Array, steps: int) -> int:
    """Follow pointers, each to be read before the next is known."""
    for _ in range(steps):
        place = following[place]
    return place


def read_ns(size: int) -> float:
    """Return the nanoseconds of one dependent read of a random cache line, the quickest of some runs.

    Parameters
    ----------
    size
        Bytes of the array that is read from.
    """
    lines = max(2, size // (8 * _LINE))
    order = np.random.default_rng(_SEED).permutation(lines)
    following = np.zeros(lines * _LINE, np.int64)
    following[order * _LINE] = np.roll(order, -1) * _LINE  # one circle through all lines
    place, quickest = _chase(0, following, 1), np.inf
    for _ in range(_RUNS):
        start = perf_counter()
        place = _chase(place, following, _STEPS)
        quickest = min(quickest, perf_counter() - start)
    return float(quickest) / _STEPS * 1e9

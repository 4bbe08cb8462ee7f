"""Conditional permutation: whether a place is more like its neighbours than chance would have it.

esda has the same test in compiled code. It compiles for many seconds in each process, counts one side
only, and takes a simulated value equal to the observed one as less, so that among many equal values
(places with no access at all) it finds spots that are none. This one makes the same draws and counts
both sides.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from matcher.coverage.arrays import FloatArray

_SAME = 1e-10  # statistics of standardised values that differ by less are equal but for rounding


def p_values(values: FloatArray, weights: Any, permutations: int, seed: int) -> FloatArray:
    """Return two-sided pseudo p-values of the local Moran's I of each place.

    The place keeps its value; all others are dealt anew to all other places. With M_≥ and M_≤ of N such
    arrangements whose statistic is at least, and at most, the observed one, p is the smaller of
    2·(1 + min(M_≥, M_≤)) / (N + 1) and 1.

    Parameters
    ----------
    values
        Standardised: mean 0, standard deviation 1. Shape (n_places,).
    weights
        Sparse rows in which all neighbours of a place weigh alike: shape (n_places, n_places).
    permutations
        N. All places are compared with the same N arrangements.
    seed
        Of the arrangements.

    Returns
    -------
    FloatArray
        Of shape (n_places,); NaN for a place without neighbours.
    """
    starts, neighbours = weights.indptr, weights.indices
    sizes = np.diff(starts)
    draws = _draws(len(values), int(sizes.max(initial=0)), permutations, seed)
    found = np.full(len(values), np.nan)
    for place in np.flatnonzero(sizes).tolist():
        others = np.delete(values, place)
        observed = values[place] * values[neighbours[starts[place] : starts[place + 1]]].mean()
        drawn = values[place] * others[draws[:, : sizes[place]]].mean(axis=1)
        above = np.count_nonzero(drawn >= observed - _SAME)
        below = np.count_nonzero(drawn <= observed + _SAME)
        found[place] = min(1.0, 2 * (1 + min(above, below)) / (permutations + 1))
    return found


def _draws(n_places: int, most: int, permutations: int, seed: int) -> npt.NDArray[np.intp]:
    """Return which of the others become neighbours: shape (permutations, most).

    The generator is numpy's older one, whose stream never changes and which numba's, and so esda's, equals.
    """
    generator = np.random.RandomState(seed)
    return np.stack([generator.permutation(n_places - 1)[:most] for _ in range(permutations)])

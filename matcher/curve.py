"""An order of places in which neighbours are mostly near one another."""

from __future__ import annotations

import numpy as np

from matcher.problem import Int64Array
from matcher.travel import FloatArray

_CELLS = 2.0**31  # to a half turn: 1 cm of latitude


def curve_order(latitude: FloatArray, longitude: FloatArray) -> Int64Array:
    """Return the order of places along a Z-shaped curve, unknown places last.

    Parameters
    ----------
    latitude, longitude
        Degrees, NaN if not known: shape (n,).

    Returns
    -------
    Int64Array
        Numbers of the places: shape (n,).

    References
    ----------
    G. M. Morton, A computer oriented geodetic data base and a new technique in file sequencing, IBM, 1966.

    Examples
    --------
    >>> latitude, longitude = np.array([23.1, np.nan, 39.9, 23.2]), np.array([113.3, np.nan, 116.4, 113.3])
    >>> curve_order(latitude, longitude).tolist()
    [0, 3, 2, 1]
    """
    north = np.nan_to_num((latitude + 90) / 180 * _CELLS, nan=_CELLS).astype(np.uint64)
    east = np.nan_to_num((longitude + 180) / 360 * _CELLS, nan=_CELLS).astype(np.uint64)
    return np.argsort(_spread(north) << np.uint64(1) | _spread(east), kind="stable")


def _spread(bits: np.ndarray) -> np.ndarray:
    """Move 32 bits apart, so that another number fits in between."""
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits

"""What of a covering problem has to be solved at all (Toregas and ReVelle 1972)."""

from __future__ import annotations

import numpy as np

from matcher.coverage.siting.result import BoolArray, IndexArray


def reduce(reach: BoolArray) -> tuple[IndexArray, IndexArray]:
    """Leave out places and sites that no smallest cover needs to look at.

    A site goes that reaches nothing another does not; a place goes that is reached by every site
    that reaches some other place. Of equals the first stays. Repeated until nothing goes.

    Parameters
    ----------
    reach
        Whether a site reaches a place: shape (n_places, n_sites).

    Returns
    -------
    tuple
        Places and sites that stay, ascending.
    """
    places, sites = np.arange(reach.shape[0]), np.flatnonzero(reach.any(axis=0))
    while True:
        before = len(places) + len(sites)
        sites = sites[~_is_contained(reach[np.ix_(places, sites)])]
        places = places[~_is_container(reach[np.ix_(places, sites)].T)]
        if len(places) + len(sites) == before:
            return places, sites


def _shared(columns: BoolArray) -> tuple[BoolArray, BoolArray]:
    """Whether column j is within column k, and whether they are equal: shapes (n, n)."""
    numbers = columns.astype(np.float32)  # exact: counts stay far below 2^24
    common = numbers.T @ numbers
    sizes = np.diagonal(common)
    is_within = common == sizes[:, None]
    return is_within, is_within & is_within.T


def _is_contained(columns: BoolArray) -> BoolArray:
    is_within, is_equal = _shared(columns)
    return np.asarray((np.tril(is_equal, -1) | (is_within & ~is_equal)).any(axis=1), np.bool_)


def _is_container(columns: BoolArray) -> BoolArray:
    is_within, is_equal = _shared(columns)
    return np.asarray((np.tril(is_equal, -1) | (is_within & ~is_equal).T).any(axis=1), np.bool_)

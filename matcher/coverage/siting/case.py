"""A checked question, and what a search finds for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.coverage.siting.result import BoolArray, FloatArray, IndexArray


@dataclass(frozen=True, slots=True)
class Case:
    """The numbers of one question, checked.

    Parameters
    ----------
    demand
        People per place: shape (n_places,).
    cost
        Of the way from place to site, NaN where there is none: shape (n_places, n_sites).
    is_reached
        Whether a site may serve a place: within the limit or, without limit, by any route.
    fixed
        Sites that must be open, ascending.
    count
        Sites to open; 0 where that is asked for.
    """

    demand: FloatArray
    cost: FloatArray
    is_reached: BoolArray
    fixed: IndexArray
    count: int

    @property
    def is_peopled(self) -> BoolArray:
        """Whether anybody lives there: shape (n_places,). Other places ask for nothing."""
        return self.demand > 0


@dataclass(frozen=True, slots=True)
class Found:
    """Open sites, ascending, and the bound of the objective that the search proved."""

    sites: IndexArray
    bound: float
    flow: FloatArray | None = None  # people per place and open site, of shape (n_places, n_open)


def fill(sites: IndexArray, count: int, n_sites: int) -> IndexArray:
    """Open the first sites that are closed until there are `count`; the result is ascending.

    >>> fill(np.array([1]), 3, 4)
    array([0, 1, 2])
    """
    closed = np.setdiff1d(np.arange(n_sites), sites)
    return np.sort(np.concatenate((sites, closed[: count - len(sites)]))).astype(np.int64)

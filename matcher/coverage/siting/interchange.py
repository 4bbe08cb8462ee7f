"""Good sites, without proof: one by one, then exchanged (Teitz and Bart 1968)."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from matcher.coverage.siting.result import FloatArray, IndexArray
from matcher.coverage.siting.solver import Clock

_SENSE = 1e-9  # smaller shares of the total are rounding


def total(loss: FloatArray, sites: IndexArray) -> float:
    """Loss of all places, each with the best of the open sites."""
    return float(loss[:, sites].min(axis=1, initial=np.inf).sum())


def add_best(loss: FloatArray, sites: IndexArray, count: int) -> IndexArray:
    """Open the site that saves most, again and again, until there are `count`."""
    chosen = list(sites)
    left = loss[:, sites].min(axis=1, initial=loss.max(initial=0))
    while len(chosen) < count:
        after = np.minimum(loss, left[:, None]).sum(axis=0)
        after[chosen] = np.inf
        chosen.append(int(after.argmin()))
        left = np.minimum(left, loss[:, chosen[-1]])
    return np.sort(np.array(chosen, np.int64))


def exchange(loss: FloatArray, sites: IndexArray, n_fixed: int, clock: Clock) -> IndexArray:
    """Close one site for another as long as that saves anything, the best pair first.

    Parameters
    ----------
    loss
        Of each place with each site, finite: shape (n_places, n_sites).
    sites
        Open ones, those that must stay open first.
    n_fixed
        How many must stay open.
    clock
        When to stop in any case.
    """
    sites = sites.copy()
    now = total(loss, sites)
    while clock.left_s and n_fixed < len(sites) < loss.shape[1]:
        change = _changes(loss, sites)
        change[:n_fixed] = np.inf
        change[:, sites] = np.inf
        out, into = np.unravel_index(change.argmin(), change.shape)
        trial = sites.copy()
        trial[out] = into
        after = total(loss, trial)
        if not after < now - _SENSE * abs(now):
            break
        sites, now = trial, after
    return sites


def _changes(loss: FloatArray, sites: IndexArray) -> FloatArray:
    """Change of the total if an open site (row) is closed for another one (column).

    A place that keeps its site gains where the new one is better. One that loses it has the new site
    or its second best: what that costs beyond the gain is summed by site with a sparse product.
    """
    here = loss[:, sites]
    best = here.argmin(axis=1)
    rows = np.arange(len(loss))
    first = here[rows, best]
    here[rows, best] = np.inf
    second = np.minimum(here.min(axis=1), loss.max(initial=0))
    with_first = np.minimum(loss, first[:, None])
    gain = with_first.sum(axis=0) - first.sum()
    owner = csr_array((np.ones(len(loss)), (best, rows)), shape=(len(sites), len(loss)))
    return np.asarray(owner @ (np.minimum(loss, second[:, None]) - with_first) + gain, np.float64)

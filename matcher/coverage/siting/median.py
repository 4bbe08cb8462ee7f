"""The least total loss of a given number of sites: p-median and maximal covering in one form.

Each place has a loss with each site and is served by the open site with the least. For the p-median
(Hakimi 1964) it is demand × cost; for maximal covering (Church and ReVelle 1974) it is 0 within the
limit and the demand beyond.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array

from matcher.coverage.siting.case import Found, fill
from matcher.coverage.siting.interchange import add_best, exchange, total
from matcher.coverage.siting.lagrange import Search, ascend
from matcher.coverage.siting.result import BoolArray, FloatArray, IndexArray
from matcher.coverage.siting.solver import Clock, minimise

_TRIES = 0.25  # share of the time for sites without proof
_BEYOND = 1.2  # of the second least loss
_MOST_ENTRIES = 500_000  # of a program; more take HiGHS minutes before it looks at the time
_BOUND = 0.4  # share of the rest for the bound
_PROOF = 0.85  # share of the rest for HiGHS, which stops late


def least_loss(
    loss: FloatArray,
    fixed: IndexArray,
    count: int,
    clock: Clock,
    start: IndexArray | None = None,
    most: FloatArray | None = None,
) -> Found:
    """Open `count` sites, the fixed ones among them, with the least total loss.

    Parameters
    ----------
    loss
        At least 0; infinite where a site cannot serve a place: shape (n_places, n_sites).
    fixed
        Sites that must be open, ascending.
    count
        Sites to open.
    clock
        When to stop.
    start
        A choice with a finite loss; not needed if all losses are finite.
    most
        What a place may be worth at most when the bound is sought: shape (n_places,). By default a bit
        more than its second best loss among the best sites that are known.
    """
    sites = _good(loss, fixed, count, clock.share(_TRIES), start)
    best = loss[:, sites].min(axis=1, initial=np.inf)
    is_whole = bool((loss[np.isfinite(loss)] % 1 == 0).all())
    search = Search(
        loss, count, float(is_whole), np.arange(loss.shape[1]), fixed, sites, float(best.sum()), best
    )
    ascend(search, _second(loss, sites) if most is None else most, clock.share(_BOUND))
    if not search.is_over:
        search.offer(
            np.sort(exchange(_finite(loss), _ordered(search.sites, fixed), len(fixed), clock.share(0.1)))
        )
        _finish(search, clock)
    bound = search.upper if search.is_over else search.lower
    return Found(fill(search.sites, count, loss.shape[1]), bound)


def _good(
    loss: FloatArray, fixed: IndexArray, count: int, clock: Clock, start: IndexArray | None
) -> IndexArray:
    finite = _finite(loss)
    choices = [add_best(finite, fixed, count)] + (
        [] if start is None else [fill(start, count, loss.shape[1])]
    )
    tried = [
        exchange(finite, _ordered(each, fixed), len(fixed), clock.share(1 / (len(choices) - k)))
        for k, each in enumerate(choices)
    ]
    return np.sort(min(tried, key=lambda sites: total(loss, sites)))


def _second(loss: FloatArray, sites: IndexArray) -> FloatArray:
    """Return a bit more than the second least loss, where there is one."""
    two = np.sort(loss[:, sites], axis=1)[:, :2]
    finite = np.where(np.isfinite(two), two, 0)
    return np.asarray(_BEYOND * finite.max(axis=1, initial=0), np.float64)


def _finite(loss: FloatArray) -> FloatArray:
    """Make it so dear to leave a place without service that no exchange does."""
    is_finite = np.isfinite(loss)
    if is_finite.all():
        return loss
    most = np.where(is_finite, loss, 0).max(axis=1).sum()
    return np.where(is_finite, loss, 1 + 2 * most)


def _ordered(sites: IndexArray, first: IndexArray) -> IndexArray:
    return np.concatenate((first, np.setdiff1d(sites, first))).astype(np.int64)


def _finish(search: Search, clock: Clock) -> None:
    """Decide among the sites that are left."""
    if len(search.must) == search.count or len(search.alive) <= search.count:
        search.offer(search.must if len(search.must) == search.count else search.alive)
        search.lower = search.upper
        return
    fixed_loss, objective, rows, is_site = _model(search, *_pairs(search))
    if rows[0][0].nnz > _MOST_ENTRIES:
        return
    n_sites = len(search.alive)
    upper = np.ones(len(objective))
    solved = minimise(objective, rows, is_site, upper, clock.share(_PROOF))
    if solved.values is not None:
        search.offer(search.alive[np.flatnonzero(solved.values[:n_sites] > 0.5)])
    if solved.is_proven or solved.is_infeasible:
        search.lower = search.upper
    else:
        search.lower = max(search.lower, min(search.upper, solved.bound + fixed_loss))


def _model(
    search: Search, place: IndexArray, site: IndexArray, loss: FloatArray
) -> tuple[float, FloatArray, list[tuple[Any, Any, Any]], BoolArray]:
    """Radius form (Cornuéjols, Nemhauser and Wolsey 1980; Elloumi 2010), sparse.

    The losses of a place are its levels D_0 < D_1 < …; z_k is 1 if no open site is within level k, and
    the place loses D_0 + Σ_k (D_{k+1} − D_k) z_k. A better choice serves no place at more than its price
    and the room between the bounds, so higher levels are left out.
    """
    n_sites = len(search.alive)
    is_new = np.ones(len(place), np.bool_)
    is_new[1:] = (place[1:] != place[:-1]) | (loss[1:] != loss[:-1])
    level = np.cumsum(is_new) - 1
    owner, height = place[is_new], loss[is_new]
    is_first = np.ones(len(owner), np.bool_)
    is_first[1:] = owner[1:] != owner[:-1]
    is_last = np.roll(is_first, -1)
    inner = np.flatnonzero(~is_last)  # levels that a place may leave behind, a variable each
    variable = np.full(len(owner), -1)
    variable[inner] = n_sites + np.arange(len(inner))
    later = np.flatnonzero(~is_first)
    ends = (
        np.concatenate((level, inner, later)),
        np.concatenate((site, variable[inner], variable[later - 1])),
    )
    signs = np.concatenate((np.ones(len(level) + len(inner)), -np.ones(len(later))))
    width = n_sites + len(inner)
    chain = csr_array((signs, ends), shape=(len(owner), width))
    is_needed = ~(is_last & np.isin(owner, _surely_served(search, place)))
    is_site = np.arange(width) < n_sites
    must = np.isin(search.alive, search.must)
    rows = [
        (chain[np.flatnonzero(is_needed)], is_first[is_needed].astype(float), np.inf),
        (csr_array(is_site.astype(float)[None]), search.count, search.count),
        (csr_array(np.pad(must.astype(float), (0, width - n_sites))[None]), must.sum(), np.inf),
    ]
    objective = np.concatenate((np.zeros(n_sites), height[inner + 1] - height[inner]))
    return float(height[is_first].sum()), objective, rows, is_site


def _pairs(search: Search) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Place, position of the site and loss of the pairs that a better choice may use, by loss."""
    loss = search.loss[:, search.alive]
    most = search.price + max(search.target - search.lower, 0.0)
    ceiling = search.loss[:, search.must].min(axis=1, initial=np.inf)
    highest = np.minimum(most + 1e-6 * (1 + np.abs(most)), ceiling)
    place, site = np.nonzero(loss <= highest[:, None])
    values = loss[place, site]
    order = np.lexsort((site, values, place))
    return place[order], site[order], values[order]


def _surely_served(search: Search, place: IndexArray) -> IndexArray:
    """Places that whatever is open serves within their levels: no row need say so."""
    counts = np.bincount(place, minlength=len(search.loss))
    return np.flatnonzero(counts == len(search.alive))

"""The fewest sites that reach every place: the location set covering problem (Toregas et al. 1971)."""

from __future__ import annotations

from math import inf

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from matcher.coverage.siting.case import Case, Found
from matcher.coverage.siting.reduction import reduce
from matcher.coverage.siting.result import BoolArray, IndexArray
from matcher.coverage.siting.solver import Clock, minimise, next_whole


def fewest(case: Case, clock: Clock) -> Found:
    """Cover every peopled place; each must be within reach of some site.

    What is left after the reductions falls into parts that share nothing; each is solved alone.
    """
    reach, places, sites = _remaining(case)
    labels = _parts(reach)
    n_places = len(places)
    opened, bound = list(case.fixed), float(len(case.fixed))
    names, sizes = np.unique(labels, return_counts=True)
    for part in names[np.argsort(sizes, kind="stable")]:  # should time run out, small parts are done
        own_places = np.flatnonzero(labels[:n_places] == part)
        own_sites = np.flatnonzero(labels[n_places:] == part)
        chosen, least = _smallest(reach[np.ix_(own_places, own_sites)], clock)
        opened.extend(sites[own_sites[chosen]])
        bound += least
    return Found(np.sort(np.array(opened, np.int64)), bound)


def reaches_all(case: Case, clock: Clock) -> IndexArray | bool | None:
    """Find `count` sites, or fewer, that reach every peopled place.

    Returns
    -------
    IndexArray or bool or None
        Sites, False if it is proven that there are none, None if time ran out.
    """
    if not case.is_reached[case.is_peopled].any(axis=1).all():
        return False
    reach, _, sites = _remaining(case)
    budget = case.count - len(case.fixed)
    chosen = greedy(reach)
    if len(chosen) > budget:
        if budget <= 0 or separate(reach) > budget:
            return False
        ones = np.ones(len(sites))
        rows = [(csr_array(reach.astype(float)), 1, np.inf), (csr_array(ones[None]), 0, budget)]
        solved = minimise(np.zeros(len(sites)), rows, ones > 0, 1, clock)
        if solved.values is None:
            return False if solved.is_infeasible else None
        chosen = np.flatnonzero(solved.values > 0.5)
    return np.union1d(case.fixed, sites[chosen]).astype(np.int64)


def greedy(reach: BoolArray) -> IndexArray:
    """Open, again and again, the site that reaches most of what is not reached yet."""
    is_open = np.ones(len(reach), np.bool_)
    chosen: list[int] = []
    while is_open.any():
        best = int(reach[is_open].sum(axis=0).argmax())
        chosen.append(best)
        is_open &= ~reach[:, best]
    return np.array(chosen, np.int64)


def separate(reach: BoolArray) -> int:
    """Count places no two of which share a site: each asks for a site of its own."""
    order = np.argsort(reach.sum(axis=1), kind="stable")
    is_taken = np.zeros(reach.shape[1], np.bool_)
    count = 0
    for place in order:
        if not (reach[place] & is_taken).any():
            is_taken |= reach[place]
            count += 1
    return count


def _remaining(case: Case) -> tuple[BoolArray, IndexArray, IndexArray]:
    """Reach among the places and sites that are still to be decided."""
    is_left = case.is_peopled & ~case.is_reached[:, case.fixed].any(axis=1)
    left = np.flatnonzero(is_left)
    places, sites = reduce(case.is_reached[left])
    return case.is_reached[np.ix_(left[places], sites)], left[places], sites


def _parts(reach: BoolArray) -> IndexArray:
    """Label places, then sites, by the part they belong to."""
    n_places, n_sites = reach.shape
    place, site = np.nonzero(reach)
    size = n_places + n_sites
    graph = csr_array((np.ones(len(place)), (place, site + n_places)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _smallest(reach: BoolArray, clock: Clock) -> tuple[IndexArray, float]:
    """Sites that reach all, and the least number of them."""
    start, least = greedy(reach), separate(reach)
    if len(start) == least:
        return start, float(least)
    ones = np.ones(reach.shape[1])
    solved = minimise(ones, [(csr_array(reach.astype(float)), 1, inf)], ones > 0, 1, clock)
    if solved.values is not None and (found := np.flatnonzero(solved.values > 0.5)).size < len(start):
        start = found
    return start, max(float(least), min(next_whole(solved.bound), float(len(start))))

"""Covering with sites that can serve only so many people (Current and Storbeck 1988).

A place may be split: g_ij is the share of place i that site j serves.

    Σ_j g_ij ≤ 1 (= 1 where all must be served),  g_ij ≤ min(1, C_j / D_i) x_j,  Σ_i D_i g_ij ≤ C_j x_j
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array, hstack

from graph_models.domain.errors import InvalidValue
from matcher.coverage.siting.case import Case, Found, fill
from matcher.coverage.siting.result import BoolArray, FloatArray, IndexArray
from matcher.coverage.siting.solver import Clock, Solved, minimise, next_whole

_LAST_S = 10.0  # at least so long for the flow of the final sites, a small linear program
_SENSE = 1e-6  # share of people that is rounding: the tolerance of HiGHS


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of a peopled place and a site in reach of it that can serve anybody."""

    place: IndexArray
    site: IndexArray
    by_place: csr_array  # of shape (n_places, n_pairs)
    by_site: csr_array  # Σ D_i g_ij / C_j: shape (n_sites, n_pairs)
    most: FloatArray  # min(1, C_j / D_i): shape (n_pairs,)


def fewest_with_capacity(case: Case, capacity: FloatArray, clock: Clock) -> Found:
    """Serve everybody from the fewest sites; InvalidValue if all sites together cannot."""
    people = float(case.demand.sum())
    start = _greedy(case, capacity, len(capacity))
    flow = _flow(case, capacity, start, clock)
    if flow.sum() < people * (1 - _SENSE):
        start = np.arange(len(capacity))
        flow = _flow(case, capacity, start, clock)
        if flow.sum() < people * (1 - _SENSE):
            lost = people - float(flow.sum())
            rule = f"serve everybody: with every site open {lost:g} people are left"
            raise InvalidValue("capacity", rule, float(capacity.sum()))
    solved, sites = _solve(case, capacity, clock, must_serve=True)
    least = max(_fewest_by_size(case, capacity), float(len(case.fixed)), next_whole(solved.bound))
    if sites is not None and len(sites) < len(start):
        trial = _flow(case, capacity, sites, clock)
        if trial.sum() >= people * (1 - _SENSE):
            start, flow = sites, trial
    return Found(start, min(least, float(len(start))), flow)


def most_with_capacity(case: Case, capacity: FloatArray, clock: Clock) -> Found:
    """Serve as many people as possible from `count` sites."""
    start = fill(_greedy(case, capacity, case.count), case.count, len(capacity))
    flow = _flow(case, capacity, start, clock)
    solved, sites = _solve(case, capacity, clock, must_serve=False)
    if sites is not None:
        sites = fill(sites, case.count, len(capacity))
        trial = _flow(case, capacity, sites, clock)
        if trial.sum() > flow.sum():
            start, flow = sites, trial
    reached = case.demand[case.is_reached.any(axis=1)].sum()
    free = np.delete(capacity, case.fixed)
    largest = np.sort(free)[len(free) - (case.count - len(case.fixed)) :].sum() + capacity[case.fixed].sum()
    most = min(float(reached), float(largest), -solved.bound)
    served = float(flow.sum())
    return Found(start, served if solved.is_proven else max(served, most), flow)


def _solve(
    case: Case, capacity: FloatArray, clock: Clock, *, must_serve: bool
) -> tuple[Solved, IndexArray | None]:
    pairs = _pairs(case, capacity, np.arange(len(capacity)))
    n_sites, n_pairs = len(capacity), len(pairs.place)
    is_site = np.arange(n_sites + n_pairs) < n_sites
    opens = csr_array((pairs.most, (np.arange(n_pairs), pairs.site)), shape=(n_pairs, n_sites))
    share = csr_array((np.ones(n_pairs), (np.arange(n_pairs), np.arange(n_pairs))), shape=(n_pairs, n_pairs))
    none = csr_array((len(case.demand), n_sites))
    diagonal = csr_array(np.diag(np.ones(n_sites)))
    least = (case.is_peopled if must_serve else np.zeros(len(case.demand))).astype(float)
    fixed = np.zeros(n_sites + n_pairs)
    fixed[case.fixed] = 1
    rows: list[tuple[Any, Any, Any]] = [
        (hstack([none, pairs.by_place], format="csr"), least, 1),
        (hstack([-opens, share], format="csr"), -np.inf, 0),
        (hstack([-diagonal, pairs.by_site], format="csr"), -np.inf, 0),
        (csr_array(fixed[None]), fixed.sum(), np.inf),
    ]
    if must_serve:
        objective = is_site.astype(float)
    else:
        objective = np.concatenate((np.zeros(n_sites), -case.demand[pairs.place]))
        rows.append((csr_array(is_site.astype(float)[None]), -np.inf, case.count))
    solved = minimise(objective, rows, is_site, 1, clock)
    found = None if solved.values is None else np.flatnonzero(solved.values[:n_sites] > 0.5)
    return solved, None if found is None else np.union1d(case.fixed, found).astype(np.int64)


def _pairs(case: Case, capacity: FloatArray, sites: IndexArray) -> _Pairs:
    is_pair = case.is_reached[:, sites] & case.is_peopled[:, None] & (capacity[sites] > 0)
    place, site = (each.astype(np.int64) for each in np.nonzero(is_pair))
    numbers = np.arange(len(place))
    demand, room = case.demand[place], capacity[sites][site]
    return _Pairs(
        place,
        site,
        csr_array((np.ones(len(place)), (place, numbers)), shape=(len(case.demand), len(place))),
        csr_array((demand / room, (site, numbers)), shape=(len(sites), len(place))),
        np.minimum(1.0, room / demand),
    )


def _flow(case: Case, capacity: FloatArray, sites: IndexArray, clock: Clock) -> FloatArray:
    """As many people as these sites can serve: shape (n_places, n_open)."""
    pairs = _pairs(case, capacity, sites)
    flow = np.zeros((len(case.demand), len(sites)))
    if not len(pairs.place):
        return flow
    rows = [(pairs.by_place, -np.inf, 1), (pairs.by_site, -np.inf, 1)]
    is_whole: BoolArray = np.zeros(len(pairs.place), np.bool_)
    limit = Clock(max(clock.left_s, _LAST_S))
    solved = minimise(-case.demand[pairs.place], rows, is_whole, pairs.most, limit)
    if solved.values is not None:
        flow[pairs.place, pairs.site] = np.clip(solved.values, 0, 1) * case.demand[pairs.place]
    over = np.maximum(flow.sum(axis=0) / np.maximum(capacity[sites], np.finfo(float).tiny), 1)
    flow = flow / over  # the solver's tolerance must not overfill a site or a place
    most = np.maximum(case.demand, np.finfo(float).tiny)
    return np.asarray(flow / np.maximum(flow.sum(axis=1) / most, 1)[:, None], np.float64)


def _greedy(case: Case, capacity: FloatArray, count: int) -> IndexArray:
    """Open the site that serves most of those left, fixed ones first, until nobody more is served."""
    left = case.demand.copy()
    order = list(case.fixed)
    for site in order:
        _take(left, case.is_reached[:, site], capacity[site])
    while len(order) < count:
        served = np.minimum(left @ case.is_reached, capacity)
        served[order] = 0
        best = int(served.argmax())
        if not served[best] > 0:
            break
        order.append(best)
        _take(left, case.is_reached[:, best], capacity[best])
    return np.sort(np.array(order, np.int64))


def _take(left: FloatArray, is_reached: BoolArray, capacity: float) -> None:
    """Serve places in order until the site is full."""
    wanted = np.where(is_reached, left, 0)
    before = np.cumsum(wanted) - wanted
    left -= np.clip(capacity - before, 0, wanted)
    np.maximum(left, 0, out=left)


def _fewest_by_size(case: Case, capacity: FloatArray) -> float:
    """Sites that it takes if everybody could reach each of them, the largest first."""
    sizes = np.cumsum(np.sort(capacity)[::-1])
    return float(min(np.searchsorted(sizes, case.demand.sum() * (1 - _SENSE)) + 1, len(capacity))) * bool(
        case.demand.any()
    )

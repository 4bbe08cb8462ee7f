"""Where to open stations, given numbers: the best sites, with a bound."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from graph_models.domain.checks import check_number
from graph_models.domain.errors import InvalidValue
from matcher.coverage.siting.capacitated import fewest_with_capacity, most_with_capacity
from matcher.coverage.siting.case import Case, Found
from matcher.coverage.siting.centre import least_radius
from matcher.coverage.siting.checks import check_reach, read_capacity, read_case, read_method
from matcher.coverage.siting.covering import fewest, reaches_all
from matcher.coverage.siting.median import least_loss
from matcher.coverage.siting.result import FloatArray, IndexArray, Method, Siting
from matcher.coverage.siting.solver import Clock

_SENSE = 1e-9  # share of an objective that is rounding
_A_DAY_S = 86_400.0


def place_stations(
    demand: npt.ArrayLike,
    cost: npt.ArrayLike,
    method: str,
    count: int | None = None,
    limit: float | None = None,
    fixed: npt.ArrayLike | None = None,
    capacity: npt.ArrayLike | None = None,
    *,
    time_limit_s: float = 110.0,
) -> Siting:
    """Choose the sites at which to open stations.

    ``lscp``: the fewest sites that have everybody within the limit (Toregas et al. 1971). ``mclp``: the
    `count` sites that have most people within the limit (Church and ReVelle 1974). ``p_median``: the
    `count` sites with the least demand-weighted total cost, ``p_center``: with the least largest cost
    (both Hakimi 1964). Places without demand ask for nothing in any of them.

    Parameters
    ----------
    demand
        People per place, at least 0: shape (n_places,).
    cost
        Of the way from a place to a site, at least 0, in any one unit; NaN where there is no route:
        shape (n_places, n_sites).
    method
        One of the four, see `Method`.
    count
        Sites to open, the fixed ones among them. Not for lscp.
    limit
        Largest cost within which a site serves a place, itself included, in units of `cost`. For lscp
        and mclp only.
    fixed
        Sites that must be open: indices, or truth values of shape (n_sites,).
    capacity
        People that each site can serve, of shape (n_sites,); a place may then be split over several
        sites. For lscp and mclp only.
    time_limit_s
        Seconds after which the search stops with the best answer and bound that it has.

    Returns
    -------
    Siting
        Sites, objective, coverage in people and in places, and what is proven. The same input has the
        same answer unless the time runs out.

    Raises
    ------
    InvalidValue
        Naming the argument and the rule that it breaks, with numbers where nothing is feasible.

    Examples
    --------
    Three places on a road, 2 km apart; one station within 2 km of everybody stands in the middle.

    >>> cost_km = [[0, 2, 4], [2, 0, 2], [4, 2, 0]]
    >>> siting = place_stations([50, 10, 20], cost_km, "lscp", limit=2)
    >>> siting.sites, siting.covered_demand, siting.covered_places, siting.is_optimal
    (array([1]), 80.0, 3, True)

    Within 1 km, one station reaches most people at the first place: 63 % of them, a third of the places.

    >>> siting = place_stations([50, 10, 20], cost_km, "mclp", count=1, limit=1)
    >>> siting.sites, siting.covered_demand, siting.covered_places, siting.assignment
    (array([0]), 50.0, 1, array([ 0, -1, -1]))
    """
    kind = read_method(method)
    case = read_case(demand, cost, kind, count, limit, fixed)
    room = None if capacity is None else read_capacity(capacity, kind, case.cost.shape[1])
    check_number("time_limit_s", time_limit_s, least=0, most=_A_DAY_S)
    check_reach(case, kind, limit)
    found = _search(case, kind, room, Clock(time_limit_s))
    return _tell(case, kind, found)


def _search(case: Case, kind: Method, room: FloatArray | None, clock: Clock) -> Found:
    if room is not None:
        return (fewest_with_capacity if kind is Method.LSCP else most_with_capacity)(case, room, clock)
    if kind is Method.LSCP:
        return fewest(case, clock)
    peopled = case.is_peopled
    if kind is Method.MCLP:
        loss = np.where(case.is_reached[peopled], 0.0, case.demand[peopled, None])
        found = least_loss(loss, case.fixed, case.count, clock, most=case.demand[peopled])
        return Found(found.sites, float(case.demand[peopled].sum()) - found.bound)
    start = _with_routes(case, clock)
    if kind is Method.P_CENTER:
        return least_radius(case, start, clock)
    loss = case.demand[peopled, None] * np.where(case.is_reached[peopled], case.cost[peopled], np.inf)
    return least_loss(loss, case.fixed, case.count, clock, start)


def _with_routes(case: Case, clock: Clock) -> IndexArray:
    """At most `count` sites that give every peopled place a route."""
    sites = reaches_all(case, clock.share(0.3))
    if isinstance(sites, np.ndarray):
        return sites
    least = fewest(replace(case, count=0), clock.share(0.3)).bound if sites is False else case.count + 1
    rule = f"be at least {least:g}" if sites is False else "be larger"
    raise InvalidValue(
        "count", f"{rule}: no so few sites were found with a route from every place", case.count
    )


def _tell(case: Case, kind: Method, found: Found) -> Siting:
    """Count everything anew from the sites, whatever the search believes."""
    sites = found.sites
    near = np.where(case.is_reached[:, sites], case.cost[:, sites], np.inf)
    is_covered = np.isfinite(near).any(axis=1)
    if found.flow is None:
        assignment = _site_of(sites, near.argmin(axis=1) if len(sites) else None, is_covered)
        served = None
    else:
        served = found.flow.sum(axis=1)
        assignment = _site_of(sites, found.flow.argmax(axis=1) if len(sites) else None, served > 0)
    objective = _objective(case, kind, near, is_covered, served)
    larger = max(abs(objective), abs(found.bound))
    gap = abs(objective - found.bound) / larger if larger else 0.0
    gap = 0.0 if gap <= _SENSE else gap
    return Siting(
        sites=sites,
        objective=objective,
        covered_demand=float(case.demand[is_covered].sum()),
        covered_places=int(is_covered.sum()),
        assignment=assignment,
        bound=found.bound if gap else objective,
        gap=gap,
        is_optimal=not gap,
        served=served,
    )


def _site_of(sites: IndexArray, position: Any, is_served: Any) -> IndexArray:
    if position is None:
        return np.full(len(is_served), -1, np.int64)
    return np.where(is_served, sites[position], -1).astype(np.int64)


def _objective(
    case: Case, kind: Method, near: FloatArray, is_covered: Any, served: FloatArray | None
) -> float:
    if kind is Method.LSCP:
        return float(near.shape[1])
    if kind is Method.MCLP:
        return float((case.demand[is_covered] if served is None else served).sum())
    least = near[case.is_peopled].min(axis=1, initial=np.inf)
    if kind is Method.P_CENTER:
        return float(least.max(initial=0))
    return float((case.demand[case.is_peopled] * least).sum())

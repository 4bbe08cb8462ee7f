"""The same objectives as PySAL spopt, which states each problem in its textbook form."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pulp
import pytest
from spopt import locate

from matcher.coverage import place_stations

# spopt writes its models in the way of PuLP 3, which PuLP 3 says will go.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

Numbers = npt.NDArray[np.float64]
SEEDS = range(6)


def town(seed: int, n_sites: int = 30) -> tuple[Numbers, Numbers]:
    """People and whole costs of 30 to 60 places, a few sites short of everywhere."""
    random = np.random.default_rng(seed)
    n_places = int(random.integers(30, 61))
    places, sites = random.random((n_places, 2)) * 100, random.random((n_sites, 2)) * 100
    cost = np.rint(np.hypot(*(places[:, None] - sites[None]).transpose(2, 0, 1)))
    return random.integers(1, 500, n_places).astype(float), cost


def solved(problem: Any) -> float:
    problem.solve(pulp.HiGHS(msg=False, threads=1), results=False)
    assert pulp.LpStatus[problem.problem.status] == "Optimal"
    return float(problem.problem.objective.value())


def fixed_as_spopt(fixed: list[int], n_sites: int) -> npt.NDArray[np.int64] | None:
    return np.isin(np.arange(n_sites), fixed).astype(int) if fixed else None


@pytest.mark.parametrize("fixed", [[], [3, 17]])
@pytest.mark.parametrize("seed", SEEDS)
def test_covering_everybody(seed: int, fixed: list[int]) -> None:
    """LSCP, on the places in which somebody lives: spopt covers empty ones, too."""
    demand, cost = town(seed)
    demand[::5] = 0
    limit = float(cost[demand > 0].min(axis=1).max()) + 5
    theirs = locate.LSCP.from_cost_matrix(
        cost[demand > 0], limit, predefined_facilities_arr=fixed_as_spopt(fixed, 30)
    )
    assert place_stations(demand, cost, "lscp", limit=limit, fixed=fixed).objective == solved(theirs)


@pytest.mark.parametrize("fixed", [[], [3, 17]])
@pytest.mark.parametrize("seed", SEEDS)
def test_covering_most_people(seed: int, fixed: list[int]) -> None:
    """MCLP; spopt's `perc_cov` is the share of places, which we report beside the people."""
    demand, cost = town(seed)
    theirs = locate.MCLP.from_cost_matrix(
        cost, demand, 15.0, p_facilities=4, predefined_facilities_arr=fixed_as_spopt(fixed, 30)
    )
    ours = place_stations(demand, cost, "mclp", count=4, limit=15.0, fixed=fixed)
    assert ours.objective == pytest.approx(solved(theirs), rel=1e-9)
    same = locate.MCLP.from_cost_matrix(
        cost, demand, 15.0, p_facilities=4, predefined_facilities_arr=fixed_as_spopt(ours.sites.tolist(), 30)
    )
    same.solve(pulp.HiGHS(msg=False, threads=1))
    assert same.perc_cov == pytest.approx(100 * ours.covered_places / len(demand))


@pytest.mark.parametrize("fixed", [[], [3, 17]])
@pytest.mark.parametrize("seed", SEEDS)
def test_least_total_and_least_largest_cost(seed: int, fixed: list[int]) -> None:
    """P-median and p-center."""
    demand, cost = town(seed, n_sites=20)
    given = {"p_facilities": 5, "predefined_facilities_arr": fixed_as_spopt(fixed, 20)}
    median = locate.PMedian.from_cost_matrix(cost, demand, **given)
    center = locate.PCenter.from_cost_matrix(cost, **given)
    ours = place_stations(demand, cost, "p_median", count=5, fixed=fixed)
    assert ours.objective == pytest.approx(solved(median), rel=1e-9)
    assert place_stations(demand, cost, "p_center", count=5, fixed=fixed).objective == solved(center)


@pytest.mark.parametrize("seed", SEEDS)
def test_covering_everybody_with_capacity(seed: int) -> None:
    """Capacitated LSCP; a place may be split, and the limit holds."""
    demand, cost = town(seed)
    limit = float(cost.min(axis=1).max()) + 20
    capacity = np.random.default_rng(seed).integers(800, 3000, 30).astype(float)
    theirs = locate.LSCP.from_cost_matrix(
        cost, limit, demand_quantity_arr=demand, facility_capacity_arr=capacity
    )
    ours = place_stations(demand, cost, "lscp", limit=limit, capacity=capacity)
    assert ours.served is not None
    assert ours.served == pytest.approx(demand, rel=1e-6)
    assert ours.objective == pytest.approx(solved(theirs), rel=1e-9)


def test_the_rows_of_spopts_own_lattice() -> None:
    """Its simulated town: a lattice of streets, clients and facilities on its nodes."""
    steps = np.stack(np.meshgrid(np.arange(10), np.arange(10)), axis=-1).reshape(-1, 2)
    random = np.random.default_rng(5)
    clients, facilities = (steps[random.choice(100, size, replace=False)] for size in (60, 12))
    cost = np.abs(clients[:, None] - facilities[None]).sum(axis=2).astype(float)
    weights = random.integers(1, 12, 60).astype(float)
    theirs = locate.PMedian.from_cost_matrix(cost, weights, p_facilities=4)
    assert place_stations(weights, cost, "p_median", count=4).objective == pytest.approx(solved(theirs))

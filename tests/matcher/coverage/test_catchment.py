"""Floating catchments: equal to PySAL's, to a plain reckoning, and to what they promise."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import geopandas
import libpysal
import numpy as np
import pandas as pd
import pytest
from access import Access, fca, weights
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.domain.errors import InvalidValue
from matcher.coverage import Reach, catchment, catchment_of_pairs, gaussian, gravity, two_step_catchment
from matcher.coverage.decay import Steps

ZONES = {10: 1, 20: 0.68, 30: 0.22}  # the enhanced method's own, in minutes
NAN = math.nan

Weigh = Callable[[float], float]
# Ours, and what PySAL calls the same.
METHODS: dict[str, tuple[Steps, Weigh | None]] = {
    "2sfca": (None, None),
    "e2sfca": (ZONES, weights.step_fn(ZONES)),
    "gaussian": (gaussian(12), weights.gaussian(12)),
    "gravity": (gravity(10, -1.5, 1), weights.gravity(10, -1.5, 1)),
}


def pysal_study(demand: Any, supply: Any, cost: Any) -> Access:
    place, site = np.nonzero(~np.isnan(cost))
    return Access(
        demand_df=listed(demand, "people"),
        demand_value="people",
        supply_df=listed(supply, "units"),
        supply_value="units",
        cost_df=pd.DataFrame({"origin": place, "dest": site, "cost": cost[place, site]}),
        cost_origin="origin",
        cost_dest="dest",
        cost_name="cost",
    )


def listed(amounts: Any, name: str) -> pd.DataFrame:
    index = pd.Index(np.arange(len(amounts)), name="geoid")
    return pd.DataFrame({name: np.asarray(amounts, float)}, index)


def by_pysal(demand: Any, supply: Any, cost: Any, limit: float, weigh: Weigh | None) -> Any:
    study = pysal_study(demand, supply, cost)
    found = study.two_stage_fca(name="access", max_cost=limit, weight_fn=weigh)
    return found["access_units"].reindex(np.arange(len(demand))).to_numpy(float)


def in_plain_python(demand: Any, supply: Any, cost: Any, limit: float, weigh: Weigh | None) -> list[float]:
    def weight(i: int, j: int) -> float:
        if not cost[i][j] <= limit:
            return 0.0
        return 1.0 if weigh is None else float(weigh(cost[i][j]))

    access = []
    for i in range(len(demand)):
        total, is_reached = 0.0, False
        for j in range(len(supply)):
            asking = math.fsum(demand[k] * weight(k, j) for k in range(len(demand)))
            if weight(i, j) > 0:
                is_reached = True
                total += supply[j] / asking * weight(i, j) if asking else 0.0
        access.append(total if is_reached else NAN)
    return access


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[float], list[float], np.ndarray, float]:
    """Places without demand or route, sites without supply, costs that differ by direction."""
    n_demand, n_supply = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    amount = st.one_of(st.just(0.0), st.integers(1, 500).map(float), st.floats(0.001, 1e6))
    way = st.one_of(st.just(NAN), st.sampled_from([0.0, 10.0, 20.0, 30.0]), st.floats(0, 45))
    cost = [[draw(way) for _ in range(n_supply)] for _ in range(n_demand)]
    demand = [draw(amount) for _ in range(n_demand)]
    supply = [draw(amount) for _ in range(n_supply)]
    return demand, supply, np.array(cost), draw(st.sampled_from([5.0, 20.0, 30.0]))


thorough = settings(max_examples=100, derandomize=True, deadline=None)


@pytest.mark.parametrize("method", METHODS)
@thorough
@given(problem=problems())
def test_random_problems_agree_with_a_plain_reckoning(method: str, problem: tuple[Any, ...]) -> None:
    """The formula, pair by pair."""
    steps, weigh = METHODS[method]
    np.testing.assert_allclose(
        two_step_catchment(*problem, steps), in_plain_python(*problem, weigh), rtol=1e-12
    )


@pytest.mark.parametrize("method", METHODS)
@thorough
@given(problem=problems())
def test_random_problems_agree_with_pysal(method: str, problem: tuple[Any, ...]) -> None:
    """Where both are defined.

    PySAL divides by no demand at all, where ours gives nothing, and answers 0 for a place that reaches
    sites with weight 0 only, where ours is NaN; such supply and such ways are taken out first.
    """
    demand, supply, cost, limit = problem
    steps, weigh = METHODS[method]
    weight = np.array([[1.0 if weigh is None else weigh(each) for each in row] for row in cost])
    cost = np.where(weight > 0, cost, NAN)
    if not (cost <= limit).any():
        return  # PySAL has no answer for no pairs
    is_asked = np.where(cost <= limit, weight * np.array(demand)[:, None], 0).sum(axis=0) > 0
    supply = np.where(is_asked, supply, 0)
    np.testing.assert_allclose(
        two_step_catchment(demand, supply, cost, limit, steps),
        by_pysal(demand, supply, cost, limit, weigh),
        rtol=1e-12,
    )


def distances(table: geopandas.GeoDataFrame, largest: float) -> np.ndarray:
    """Between the centroids, scaled to `largest`; ways to the east take half as long again."""
    x, y = table.centroid.x.to_numpy(), table.centroid.y.to_numpy()
    east = x[None, :] - x[:, None]
    cost = np.hypot(east, y[None, :] - y[:, None]) * np.where(east > 0, 1.5, 1)
    return np.asarray(cost * largest / cost.max())


@pytest.fixture(params=["georgia", "sids2", "columbus"], scope="module")
def example(request: pytest.FixtureRequest) -> tuple[Any, ...]:
    """Example sets that ship with libpysal: people, what there is for them, and ways between them."""
    file, demand, supply = {
        "georgia": ("G_utm.shp", "TotPop90", "PctBach"),
        "sids2": ("sids2.shp", "BIR74", "SID79"),
        "columbus": ("columbus.shp", "HOVAL", "OPEN"),
    }[request.param]
    table = geopandas.read_file(libpysal.examples.get_path(file))
    return table[demand].to_numpy(), table[supply].to_numpy(), distances(table, 120)


@pytest.mark.parametrize("method", METHODS)
def test_example_sets_agree_with_pysal(example: tuple[Any, ...], method: str) -> None:
    """One-way costs; at 8 some places reach only themselves."""
    steps, weigh = METHODS[method]
    for limit in (8.0, 30.0):
        ours = two_step_catchment(*example, limit, steps)
        np.testing.assert_allclose(ours, by_pysal(*example, limit, weigh), rtol=1e-12)


def test_example_sets_agree_with_the_default_of_pysal(example: tuple[Any, ...]) -> None:
    """Its enhanced method brings the zones of the paper along."""
    theirs = pysal_study(*example).enhanced_two_stage_fca(max_cost=30)["e2sfca_units"]
    np.testing.assert_allclose(two_step_catchment(*example, 30, ZONES), theirs, rtol=1e-12)


def test_a_single_step_agrees_with_pysal(example: tuple[Any, ...]) -> None:
    """With one unit of demand at each site's own door, access is the sum of weighted supply.

    Each site has one place that asks for it alone, so its share is its supply: PySAL's weighted catchment.
    """
    _, supply, cost = example
    n_sites = len(supply)
    doors = np.where(np.eye(n_sites) == 1, 0.0, NAN)
    ours = two_step_catchment(
        np.concatenate([np.ones(n_sites), np.zeros(len(cost))]),
        supply,
        np.concatenate([doors, cost]),
        30,
        gaussian(12),
    )[n_sites:]
    place, site = np.nonzero(~np.isnan(cost))
    theirs = fca.weighted_catchment(
        loc_df=pd.DataFrame({"units": supply.astype(float)}),
        cost_df=pd.DataFrame({"place": place, "site": site, "cost": cost[place, site]}),
        max_cost=30,
        cost_source="site",
        cost_dest="place",
        loc_index=True,
        loc_value="units",
        weight_fn=weights.gaussian(12),
    )
    np.testing.assert_allclose(ours, theirs.to_numpy(), rtol=1e-12)


def test_unreached_is_not_zero() -> None:
    """No site in reach is NaN, an empty site in reach is 0, and a place without demand has access."""
    access = two_step_catchment([10, 10, 0], [0, 5], [[1, NAN], [NAN, NAN], [2, 1]], limit=2)
    np.testing.assert_array_equal(access, [0, NAN, 0])
    access = two_step_catchment([10, 0], [5], [[1], [2]], limit=2)
    np.testing.assert_array_equal(access, [0.5, 0.5])


def test_weight_zero_is_out_of_reach() -> None:
    """Also within the limit: beyond the last zone, in a zone of weight 0, or decayed to nothing."""
    for steps in ({1: 1}, {1: 1, 9: 0}, lambda cost: np.where(cost <= 1, 1.0, 0.0), gaussian(0.01)):
        access = two_step_catchment([1, 1], [3], [[0], [5]], 9, steps)
        np.testing.assert_array_equal(access, [3, NAN])


def test_limit_and_thresholds_are_inclusive() -> None:
    """A cost equal to the limit is within, one equal to a threshold is in the zone that it ends."""
    assert two_step_catchment([2], [3], [[7]], 7).tolist() == [1.5]
    assert np.isnan(two_step_catchment([2], [3], [[np.nextafter(7, 8)]], 7)).all()
    near_and_far = two_step_catchment([1, 1], [3], [[5], [9]], 9, [(5, 1), (9, 0.5)])
    assert near_and_far.tolist() == [2, 1]


def test_the_limit_cuts_zones() -> None:
    """A zone that reaches beyond the limit ends there."""
    cost = [[5], [8], [9]]
    np.testing.assert_array_equal(two_step_catchment([1, 1, 1], [3], cost, 8, {5: 1, 10: 0.5}), [2, 1, NAN])


def test_a_mapping_has_no_order() -> None:
    """Zones by threshold mean the same however they are listed."""
    given_order = two_step_catchment([1, 2], [3], [[5], [15]], 30, dict(reversed(ZONES.items())))
    assert given_order.tolist() == two_step_catchment([1, 2], [3], [[5], [15]], 30, ZONES).tolist()


def test_costs_have_a_direction() -> None:
    """What counts is the way from the place to the site."""
    there, back = np.array([[1.0, 9.0], [2.0, 1.0]]), np.array([[1.0, 2.0], [9.0, 1.0]])
    assert two_step_catchment([1, 1], [4, 4], there, 5).tolist() == [2, 6]
    assert two_step_catchment([1, 1], [4, 4], back, 5).tolist() == [6, 2]


@thorough
@given(problem=problems(), factor=st.sampled_from([0.25, 3.0, 1000.0]))
def test_access_scales_with_supply(problem: tuple[Any, ...], factor: float) -> None:
    """Twice the supply is twice the access."""
    demand, supply, cost, limit = problem
    once = two_step_catchment(demand, supply, cost, limit, ZONES)
    more = two_step_catchment(demand, factor * np.array(supply), cost, limit, ZONES)
    np.testing.assert_allclose(more, factor * once, rtol=1e-12)


@thorough
@given(problem=problems(), which=st.integers(0, 4), extra=st.integers(1, 99))
def test_more_supply_lowers_nobodys_access(problem: tuple[Any, ...], which: int, extra: int) -> None:
    """A unit more at a site takes nothing from anybody; a site more makes nobody unreached."""
    demand, supply, cost, limit = problem
    before = two_step_catchment(demand, supply, cost, limit, gaussian(12))
    larger = list(supply)
    larger[which % len(supply)] += extra
    after = two_step_catchment(demand, larger, cost, limit, gaussian(12))
    assert (after[~np.isnan(before)] >= before[~np.isnan(before)]).all()
    wider = np.column_stack([cost, np.zeros(len(demand))])
    opened = two_step_catchment(demand, [*supply, extra], wider, limit, gaussian(12))
    assert (opened >= np.nan_to_num(before) * (1 - 1e-12)).all()


@thorough
@given(problem=problems(), seed=st.integers(0, 99))
def test_order_does_not_matter(problem: tuple[Any, ...], seed: int) -> None:
    """Of the places, of the sites and of the pairs."""
    demand, supply, cost, limit = problem
    random = np.random.default_rng(seed)
    rows, columns = random.permutation(len(demand)), random.permutation(len(supply))
    once = two_step_catchment(demand, supply, cost, limit, ZONES)
    again = two_step_catchment(
        np.array(demand)[rows], np.array(supply)[columns], cost[rows][:, columns], limit, ZONES
    )
    np.testing.assert_allclose(again, once[rows], rtol=1e-12)
    place, site = np.nonzero(~np.isnan(cost))
    order = random.permutation(len(place))
    reach = Reach(
        place[order].astype(np.int32), site[order].astype(np.int32), cost[place[order], site[order]]
    )
    np.testing.assert_allclose(catchment_of_pairs(demand, supply, reach, limit, ZONES), once, rtol=1e-12)


@thorough
@given(problem=problems(), which=st.integers(0, 29), farther=st.floats(0, 40))
def test_going_farther_raises_nobodys_own_access(
    problem: tuple[Any, ...], which: int, farther: float
) -> None:
    """A longer way of a place to a site never raises the access of that place (it may raise others')."""
    demand, supply, cost, limit = problem
    i, j = which % len(demand), which % len(supply)
    longer = cost.copy()
    longer[i, j] += farther
    before = two_step_catchment(demand, supply, cost, limit, ZONES)[i]
    after = two_step_catchment(demand, supply, longer, limit, ZONES)[i]
    assert np.isnan(before) <= np.isnan(after)
    assert np.isnan(after) or after <= before * (1 + 1e-12)


def test_every_unit_is_accounted_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demand-weighted sum of access is the supply in reach; an answer that breaks it is refused."""
    access = two_step_catchment(
        [3, 4, 0], [5, 6, 7], [[1, NAN, NAN], [2, 1, NAN], [1, 1, 1]], 2, {1: 1, 2: 0.3}
    )
    assert access @ [3, 4, 0] == pytest.approx(11, rel=1e-12)  # the last site is reached by no demand
    monkeypatch.setattr(catchment, "_ROUNDING", -1.0)
    with pytest.raises(RuntimeError, match="adds up to"):
        two_step_catchment([3], [5], [[1]], 1)


@pytest.mark.parametrize("size", [1e-49, 1e-20, 1e20, 1e49])
def test_amounts_of_any_size(size: float) -> None:
    """Tiny and huge numbers keep the invariant."""
    access = two_step_catchment([size, 1], [1 / size], [[1], [9]], 40, gaussian(1))
    assert np.isfinite(access).all()
    assert access[0] > access[1] > 0


@pytest.mark.parametrize(("n_demand", "n_supply"), [(0, 0), (0, 2), (2, 0)])
def test_nobody_and_nothing(n_demand: int, n_supply: int) -> None:
    """Nothing to give: everybody there is unreached."""
    access = two_step_catchment([1] * n_demand, [1] * n_supply, np.zeros((n_demand, n_supply)), 1, ZONES)
    np.testing.assert_array_equal(access, [NAN] * n_demand)


def test_what_is_given_stays_as_it_was() -> None:
    """Arrays are read, not written."""
    demand, supply, cost = np.array([1.0, 2]), np.array([3.0]), np.array([[1.0], [50]])
    two_step_catchment(demand, supply, cost, 30, ZONES)
    assert (demand.tolist(), supply.tolist(), cost.tolist()) == ([1, 2], [3], [[1], [50]])


GOOD: dict[str, Any] = {"demand": [1, 2], "supply": [3], "cost": [[1], [2]], "limit": 5}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"demand": [1, -2]}, "demand must be 0, or from 1e-50 to 1e\\+50, got -2"),
        ({"demand": [1, NAN]}, "demand must be 0"),
        ({"demand": [1, math.inf]}, "demand must be 0"),
        ({"demand": [[1, 2]]}, r"demand must have the shape \(any\)"),
        ({"demand": [True, False]}, "demand must be real numbers"),
        ({"demand": ["a", "b"]}, "demand must be real numbers"),
        ({"demand": [1, [2]]}, "demand must be numbers"),
        ({"supply": [-1]}, "supply must be 0"),
        ({"supply": [1, 2]}, r"cost must have the shape \(2, 2\), got \(2, 1\)"),
        ({"cost": [1, 2]}, "cost must have the shape"),
        ({"cost": [[1], [-2]]}, "cost must be finite and at least 0"),
        ({"cost": [[1], [math.inf]]}, "cost must be finite"),
        ({"cost": [[True], [False]]}, "cost must be real numbers"),
        ({"limit": -1}, "limit must be from 0"),
        ({"limit": NAN}, "limit must be a finite number"),
        ({"limit": math.inf}, "limit must be a finite number"),
        ({"limit": True}, "limit must be a finite number"),
        ({"limit": "9"}, "limit must be a finite number"),
        ({"steps": {}}, "steps must have the shape"),
        ({"steps": 3}, "steps must have the shape"),
        ({"steps": "near"}, "steps must be real numbers"),
        ({"steps": np.zeros((0, 2))}, "steps must have finite thresholds"),
        ({"steps": [(2, 1), (1, 1)]}, "steps must have finite thresholds above 0 that ascend"),
        ({"steps": [(1, 1), (1, 0.5)]}, "steps must have finite thresholds above 0 that ascend"),
        ({"steps": [(0, 1)]}, "steps must have finite thresholds"),
        ({"steps": [(1, 1), (math.inf, 1)]}, "steps must have finite thresholds"),
        ({"steps": [(1, 1), (NAN, 1)]}, "steps must have finite thresholds"),
        ({"steps": {1: -0.5}}, "steps must have weights from 0"),
        ({"steps": {1: NAN}}, "steps must have weights from 0"),
        ({"steps": lambda cost: -cost}, r"steps\(cost\) must be from 0"),
        ({"steps": lambda cost: cost * NAN}, r"steps\(cost\) must be from 0"),
        ({"steps": lambda cost: 1.0}, r"steps\(cost\) must have the shape \(2\)"),  # noqa: ARG005
        ({"steps": gravity(10, -1), "cost": [[0], [1]]}, r"steps\(cost\) must be from 0 .* got inf"),
    ],
)
def test_bad_numbers_are_refused(changed: dict[str, Any], message: str) -> None:
    """The error names the argument and the rule."""
    with pytest.raises(InvalidValue, match=message):
        two_step_catchment(**{**GOOD, **changed})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"place": np.array([0, 2], np.int32)}, "reach.place must be at least 0 and below 2"),
        ({"place": np.array([-1, 0], np.int32)}, "reach.place must be at least 0"),
        ({"place": np.array([0.0, 1.0])}, "reach.place must be whole numbers"),
        ({"site": np.array([0, 1], np.int32)}, "reach.site must be at least 0 and below 1"),
        ({"site": np.array([0], np.int32)}, "reach.site must be whole numbers"),
        ({"cost": np.array([0, NAN])}, "reach.cost must be finite"),
        ({"cost": np.array([0, -1.0])}, "reach.cost must be finite"),
    ],
)
def test_bad_pairs_are_refused(changed: dict[str, Any], message: str) -> None:
    """A pair names a place, a site and a cost."""
    good = Reach(np.array([0, 1], np.int32), np.array([0, 0], np.int32), np.array([1.0, 2.0]))
    with pytest.raises(InvalidValue, match=message):
        catchment_of_pairs([1, 2], [3], good._replace(**changed), 5)

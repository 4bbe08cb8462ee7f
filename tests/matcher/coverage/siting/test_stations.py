"""`place_stations` against everything that can be tried."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from graph_models.domain.errors import InvalidValue
from matcher.coverage import Siting, place_stations
from matcher.coverage.siting import Method

NAN = float("nan")


@dataclass(frozen=True)
class Question:
    demand: list[float]
    cost: list[list[float]]
    fixed: list[int]
    count: int
    limit: float
    capacity: list[float]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    n_places, n_sites = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    people = st.one_of(st.just(0), st.integers(0, 9), st.integers(0, 900).map(lambda n: n / 7))
    ways = st.one_of(st.integers(0, 6), st.just(NAN), st.integers(0, 600).map(lambda n: n / 70))
    fixed = draw(st.lists(st.integers(0, n_sites - 1), max_size=2, unique=True))
    return Question(
        [draw(people) for _ in range(n_places)],
        [[draw(ways) for _ in range(n_sites)] for _ in range(n_places)],
        fixed,
        draw(st.integers(max(1, len(fixed)), n_sites)),
        draw(st.integers(0, 6)),
        [draw(st.integers(0, 20)) for _ in range(n_sites)],
    )


def subsets(asked: Question, count: int | None = None) -> list[list[int]]:
    n_sites = len(asked.cost[0])
    sizes = range(n_sites + 1) if count is None else [count]
    every = chain.from_iterable(combinations(range(n_sites), size) for size in sizes)
    return [list(each) for each in every if set(asked.fixed) <= set(each)]


def nearest(asked: Question, sites: list[int]) -> list[float]:
    """Cost of each place that somebody lives in; infinite without a route."""
    return [
        min((row[j] for j in sites if row[j] == row[j]), default=np.inf)
        for row, people in zip(asked.cost, asked.demand, strict=True)
        if people > 0
    ]


def peopled(asked: Question) -> list[float]:
    return [people for people in asked.demand if people > 0]


def ask(asked: Question, method: str, **more: Any) -> Siting:
    given = {"fixed": asked.fixed} | more
    if method in ("lscp", "mclp"):
        given["limit"] = asked.limit
    if method != "lscp":
        given["count"] = asked.count
    return place_stations(asked.demand, asked.cost, method, **given)


def check(asked: Question, result: Siting, best: float) -> None:
    """The objective is the best one, it is said to be, and the counts are those of a recount."""
    assert result.objective == pytest.approx(best, rel=1e-9, abs=1e-9)
    assert result.is_optimal
    assert (result.bound, result.gap) == (result.objective, 0)
    assert set(asked.fixed) <= set(result.sites.tolist())
    assert result.sites.tolist() == sorted(set(result.sites.tolist()))


def recount(asked: Question, result: Siting, limit: float) -> None:
    people, places = 0.0, 0
    for i, row in enumerate(asked.cost):
        near = [(row[j], j) for j in result.sites.tolist() if row[j] <= limit]
        assert result.assignment[i] == (min(near)[1] if near else -1)
        people += asked.demand[i] * bool(near)
        places += bool(near)
    assert result.covered_demand == pytest.approx(people, rel=1e-12)
    assert result.covered_places == places


@settings(max_examples=40, derandomize=True, deadline=None)
@given(asked=questions())
def test_no_cover_has_fewer_sites(asked: Question) -> None:
    """LSCP; where there is no cover, that is said with numbers."""
    sizes = [len(each) for each in subsets(asked) if max(nearest(asked, each), default=0) <= asked.limit]
    if not sizes:
        with pytest.raises(InvalidValue, match=r"limit must .* places with .* people"):
            ask(asked, "lscp")
        return
    result = ask(asked, "lscp")
    check(asked, result, min(sizes))
    recount(asked, result, asked.limit)
    assert result.covered_demand == pytest.approx(sum(asked.demand))


@settings(max_examples=40, derandomize=True, deadline=None)
@given(asked=questions())
def test_no_sites_cover_more_people(asked: Question) -> None:
    """MCLP."""
    best = max(
        sum(d for d, c in zip(peopled(asked), nearest(asked, each), strict=True) if c <= asked.limit)
        for each in subsets(asked, asked.count)
    )
    result = ask(asked, "mclp")
    check(asked, result, best)
    recount(asked, result, asked.limit)
    assert len(result.sites) == asked.count
    assert result.covered_demand == pytest.approx(result.objective)


@pytest.mark.parametrize("method", ["p_median", "p_center"])
@settings(max_examples=40, derandomize=True, deadline=None)
@given(asked=questions())
def test_no_sites_are_nearer(method: str, asked: Question) -> None:
    """P-median and p-center; everybody must have a route."""

    def value(sites: list[int]) -> float:
        costs = nearest(asked, sites)
        if method == "p_center":
            return max(costs, default=0)
        return sum(d * c for d, c in zip(peopled(asked), costs, strict=True))

    best = min(value(each) for each in subsets(asked, asked.count))
    if best == np.inf:
        with pytest.raises(InvalidValue, match=r"count must be at least|cost must give every place a route"):
            ask(asked, method)
        return
    result = ask(asked, method)
    check(asked, result, best)
    recount(asked, result, np.inf)
    assert len(result.sites) == asked.count


def most_served(asked: Question, sites: list[int]) -> float:
    """Maximum flow from places to sites, as a linear program over all pairs."""
    pairs = [(i, j) for i, row in enumerate(asked.cost) for j in sites if row[j] <= asked.limit]
    if not pairs:
        return 0.0
    rows = [[float(i == k) for i, _ in pairs] for k in range(len(asked.demand))]
    rows += [[float(j == k) for _, j in pairs] for k in range(len(asked.capacity))]
    return float(-linprog([-1.0] * len(pairs), rows, [*asked.demand, *asked.capacity]).fun)


def check_flow(asked: Question, result: Siting) -> None:
    assert result.served is not None
    assert (result.served <= np.array(asked.demand) * (1 + 1e-12)).all()
    assert most_served(asked, result.sites.tolist()) == pytest.approx(result.served.sum(), rel=1e-6, abs=1e-6)
    for i, site in enumerate(result.assignment):
        assert (site >= 0) == (result.served[i] > 0)
        assert site < 0 or asked.cost[i][site] <= asked.limit


@settings(max_examples=50, derandomize=True, deadline=None)
@given(asked=questions())
def test_no_sites_serve_more_people(asked: Question) -> None:
    """MCLP with capacity; a place may be split."""
    result = ask(asked, "mclp", capacity=asked.capacity)
    best = max(most_served(asked, each) for each in subsets(asked, asked.count))
    assert result.objective == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert result.is_optimal
    assert len(result.sites) == asked.count
    check_flow(asked, result)


@settings(max_examples=50, derandomize=True, deadline=None)
@given(asked=questions())
def test_no_fewer_sites_serve_everybody(asked: Question) -> None:
    """LSCP with capacity."""
    people = sum(asked.demand)
    sizes = [len(each) for each in subsets(asked) if most_served(asked, each) >= people - 1e-6]
    if not sizes:
        with pytest.raises(InvalidValue, match=r"(limit|capacity) must .* people"):
            ask(asked, "lscp", capacity=asked.capacity)
        return
    result = ask(asked, "lscp", capacity=asked.capacity)
    check(asked, result, min(sizes))
    check_flow(asked, result)
    assert result.served is not None
    assert result.served.sum() == pytest.approx(people, rel=1e-6)


def test_a_split_place_is_assigned_to_its_largest_share() -> None:
    """Ten people, of whom one site can take 6 and the other 4."""
    result = place_stations([10], [[1, 1]], "lscp", limit=1, capacity=[4, 6])
    assert result.sites.tolist() == [0, 1]
    assert result.assignment.tolist() == [1]
    assert result.served is not None
    assert result.served.tolist() == pytest.approx([10])


def test_people_and_places_are_counted_apart() -> None:
    """One place of a thousand against three of one."""
    cost = [[0, 9], [9, 0], [9, 0], [9, 0]]
    result = place_stations([1000, 1, 1, 1], cost, "mclp", count=1, limit=0)
    assert (result.objective, result.covered_demand, result.covered_places) == (1000, 1000, 1)


def test_the_limit_is_part_of_the_reach() -> None:
    """Inclusive, as in the catchments."""
    assert place_stations([5], [[2.5]], "lscp", limit=2.5).covered_demand == 5


def test_fixed_sites_may_be_a_mask() -> None:
    """The same answer as by index."""
    by_index = place_stations([5, 5], [[0, 1], [1, 0]], "p_median", count=1, fixed=[1])
    by_mask = place_stations([5, 5], [[0, 1], [1, 0]], "p_median", count=1, fixed=[False, True])
    assert by_index.sites.tolist() == by_mask.sites.tolist() == [1]


def test_nobody_is_no_reason_for_a_site() -> None:
    """Empty places need no cover, and are served where they can be."""
    empty = place_stations([0, 0], [[1, NAN], [NAN, NAN]], "lscp", limit=1)
    assert (empty.objective, empty.covered_places, empty.assignment.tolist()) == (0, 0, [-1, -1])
    far = place_stations([3, 0], [[1, 5], [1, 5]], "lscp", limit=1)
    assert (far.covered_demand, far.covered_places) == (3, 2)
    for method in ("p_median", "p_center"):
        result = place_stations([0, 3], [[NAN], [2]], method, count=1)
        assert (result.objective, result.covered_places) == ({"p_median": 6, "p_center": 2}[method], 1)


def test_no_places_at_all() -> None:
    """As many sites as are asked for, and nothing achieved."""
    for method in ("p_median", "p_center"):
        result = place_stations([], np.zeros((0, 3)), method, count=2)
        assert (result.sites.tolist(), result.objective, result.is_optimal) == ([0, 1], 0, True)


def test_no_time_is_a_stated_gap() -> None:
    """Without time there is an answer, and a bound that is true."""
    random = np.random.default_rng(4)
    points = random.random((60, 2))
    cost = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    demand = random.integers(1, 90, 60)
    for method, more in (
        ("lscp", {"limit": 0.15}),
        ("mclp", {"limit": 0.15, "count": 5}),
        ("p_median", {"count": 5}),
        ("p_center", {"count": 5}),
        ("mclp", {"limit": 0.15, "count": 5, "capacity": np.full(60, 200)}),
        ("lscp", {"limit": 0.15, "capacity": np.full(60, 600)}),
    ):
        hasty = place_stations(demand, cost, method, time_limit_s=0, **more)  # type: ignore[arg-type]
        best = place_stations(demand, cost, method, **more)  # type: ignore[arg-type]
        sign = -1 if method == "mclp" else 1
        assert best.is_optimal
        assert (
            sign * hasty.bound
            <= sign * best.objective * (1 + sign * 1e-9)
            <= sign * hasty.objective * (1 + sign * 2e-9)
        )
        assert hasty.is_optimal == (hasty.gap == 0)


def test_twice_the_same_question_has_the_same_answer() -> None:
    """To the site, ties included."""
    random = np.random.default_rng(8)
    cost = random.integers(0, 5, (40, 40))
    for method in ("mclp", "p_median", "p_center"):
        more = {"limit": 0} if method == "mclp" else {}
        first, second = (place_stations(np.ones(40), cost, method, count=4, **more) for _ in range(2))
        assert first.sites.tolist() == second.sites.tolist()


def test_600_places_are_proven() -> None:
    """The coverage of the answer is what a recount of the costs finds."""
    random = np.random.default_rng(11)
    points = random.normal(size=(600, 2)) * 10
    cost = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    demand = np.ceil(random.pareto(1.3, 600) * 100 + 1)
    result = place_stations(demand, cost, "mclp", count=10, limit=4.0)
    is_near = (cost[:, result.sites] <= 4.0).any(axis=1)
    assert result.is_optimal
    assert result.covered_demand == demand[is_near].sum() == result.objective
    assert result.covered_places == is_near.sum()
    nearest_site = result.sites[cost[:, result.sites].argmin(axis=1)]
    assert result.assignment.tolist() == np.where(is_near, nearest_site, -1).tolist()


def test_numbers_that_cannot_be_met_are_told() -> None:
    """How many places, and how many people in them."""
    with pytest.raises(InvalidValue, match=r"limit must .* 1 places with 7 people are beyond"):
        place_stations([7, 3, 0], [[2], [1], [9]], "lscp", limit=1)
    with pytest.raises(InvalidValue, match=r"cost must .* 1 places with 7 people are without"):
        place_stations([7, 3, 0], [[NAN], [1], [9]], "p_median", count=1)
    with pytest.raises(InvalidValue, match="count must be at least 2"):
        place_stations([7, 3], [[NAN, 1], [1, NAN]], "p_center", count=1)
    with pytest.raises(InvalidValue, match=r"capacity must .* 4 people are left"):
        place_stations([7, 3], [[1], [1]], "lscp", limit=1, capacity=[6])


GOOD: dict[str, Any] = {"demand": [1, 2], "cost": [[0, 1], [1, 0]], "method": "mclp", "count": 1, "limit": 1}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"method": "pmedian"}, "method must be one of lscp, mclp, p_median, p_center"),
        ({"method": 3}, "method must be one of"),
        ({"demand": [1, -1]}, "demand must be from 0"),
        ({"demand": [1, NAN]}, "demand must be from 0"),
        ({"demand": [1, np.inf]}, "demand must be from 0"),
        ({"demand": [True, False]}, "demand must be real numbers"),
        ({"demand": ["1", "2"]}, "demand must be real numbers"),
        ({"demand": [[1, 2]]}, "demand must have the shape .any."),
        ({"demand": [1]}, "cost must have one row for each of the 1 places"),
        ({"cost": [1, 2]}, "cost must have the shape .any, any."),
        ({"cost": [[1, 2], [1]]}, "cost must be numbers in rows of equal length"),
        ({"cost": [[-1, 0], [0, 0]]}, "cost must be from 0"),
        ({"cost": [[np.inf, 0], [0, 0]]}, "cost must be from 0 to 1e15, or NaN"),
        ({"count": None}, "count must be an integer"),
        ({"count": 0}, "count must be from 1"),
        ({"count": True}, "count must be an integer"),
        ({"count": 1.0}, "count must be an integer"),
        ({"count": 3}, "count must be at most the number of sites, 2"),
        ({"fixed": [0, 1]}, "count must be at least the number of fixed sites, 2"),
        ({"fixed": [2]}, "fixed must be indices from 0 to 1"),
        ({"fixed": [-1]}, "fixed must be indices from 0 to 1"),
        ({"fixed": [1, 1]}, "fixed must name each site once"),
        ({"fixed": [True]}, "fixed must be truth values of shape"),
        ({"fixed": [0.0]}, "fixed must be indices or truth values"),
        ({"fixed": "a"}, "fixed must be indices or truth values"),
        ({"limit": None}, "limit must be a finite number"),
        ({"limit": NAN}, "limit must be a finite number"),
        ({"limit": -1}, "limit must be from 0"),
        ({"limit": True}, "limit must be a finite number"),
        ({"method": "lscp"}, "count must not be given for lscp"),
        ({"method": "p_median"}, "limit must not be given for p_median"),
        (
            {"method": "p_center", "limit": None, "capacity": [1, 1]},
            "capacity must be given for lscp or mclp",
        ),
        ({"capacity": [1]}, "capacity must have the shape"),
        ({"capacity": [1, -1]}, "capacity must be from 0"),
        ({"capacity": [1, NAN]}, "capacity must be from 0"),
        ({"time_limit_s": -1}, "time_limit_s must be from 0"),
    ],
)
def test_bad_input_is_refused(changed: dict[str, Any], message: str) -> None:
    """The error names the argument and the rule."""
    with pytest.raises(InvalidValue, match=message):
        place_stations(**{**GOOD, **changed})


def test_a_method_may_be_named_or_given() -> None:
    """The enumeration accepts its strings."""
    named, given_ = place_stations(**GOOD), place_stations(**{**GOOD, "method": Method.MCLP})
    assert named.sites.tolist() == given_.sites.tolist()

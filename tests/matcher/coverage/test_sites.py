"""Where to open stations in a city: distances, demand and sites are those of its communities."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from geopy.distance import great_circle
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.domain.errors import InvalidValue, UnknownReference
from graph_models.domain.identifiers import AreaCode, CategoryId
from graph_models.domain.providers import Capacity, Provider
from matcher.coverage.access import DemandKind, assess_access
from matcher.coverage.city import City
from matcher.coverage.sites import SitingQuestion, distances_km, propose_stations
from matcher.travel import unit_vectors
from tests.builders import a_category, a_need, a_provider, a_resident
from tests.matcher.coverage.towns import COMMUNITIES, a_town, at, in_community, town_areas

PEOPLE = (5, 1, 1, 3)  # residents of the communities
points = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
near = st.tuples(st.floats(22.5, 24), st.floats(113, 114))


def a_city(providers: list[Provider] | None = None, **more: Any) -> City:
    residents = [
        a_resident(f"r{place}{number}", residence_code=AreaCode(COMMUNITIES[place]))
        for place, count in enumerate(PEOPLE)
        for number in range(count)
    ]
    return a_town(providers or [], residents=residents, **more)


@settings(max_examples=30, derandomize=True, deadline=None)
@given(st.lists(points, min_size=1, max_size=6) | st.lists(near, min_size=2, max_size=6))
def test_distances_are_great_circles(degrees: list[tuple[float, float]]) -> None:
    """As geopy has them, the same there and back, and 0 to oneself."""
    found = distances_km(unit_vectors(*np.array(degrees).T))
    expected = [[great_circle(one, other).km for other in degrees] for one in degrees]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(found, found.T)
    assert not np.diagonal(found).any()


@pytest.mark.parametrize("method", ["mclp", "p_median", "p_center"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_other_communities_are_better(method: str, count: int) -> None:
    """Of all choices in a row of four, a kilometre apart."""
    km = np.abs(np.subtract.outer(np.arange(4), np.arange(4)))

    def loss(sites: tuple[int, ...]) -> float:
        least = km[:, list(sites)].min(axis=1)
        if method == "mclp":
            return -float(np.array(PEOPLE)[least <= 1].sum())
        return float(least.max() if method == "p_center" else (least * PEOPLE).sum())

    limit_km = 1.01 if method == "mclp" else None
    found = propose_stations(a_city(), SitingQuestion(method, count, limit_km))
    best = min(loss(each) for each in combinations(range(4), count))
    assert abs(found.siting.objective) == pytest.approx(abs(best), rel=1e-5)
    sites = tuple(found.siting.sites.tolist())
    assert loss(sites) == best
    assert found.opened == tuple(COMMUNITIES[site] for site in sites)
    assert (found.kept, found.demand, found.places) == ((), 10, 4)
    assert found.community_codes == COMMUNITIES


def test_people_and_places_are_told_apart() -> None:
    found = propose_stations(a_city(), SitingQuestion("mclp", 1, 0.5))
    assert (found.opened, found.demand, found.places) == (("110101",), 10, 4)
    assert (found.siting.covered_demand, found.siting.covered_places) == (5, 1)
    assert propose_stations(a_city(), SitingQuestion("lscp", limit_km=1.01)).siting.objective == 2


def stations() -> list[Provider]:
    """One in the second community; the others are no stations, or away, or nowhere."""
    return [
        a_provider("s", kind="station", **at(1)),
        a_provider("t", kind="station", **at(1)),
        a_provider("u", kind="station", is_active=False, **at(2)),
        a_provider("v", **at(3)),
        a_provider("w", kind="station", community_code=None),
        a_provider("x", kind="station", community_code=AreaCode("gone")),
    ]


def test_stations_that_are_there() -> None:
    """They are kept besides those that are opened, or the question goes as if there were none."""
    city = a_city(stations())
    found = propose_stations(city, SitingQuestion("p_median", 1, keeps_stations=True))
    assert (found.kept, found.opened) == (("110102",), ("110202",))
    assert found.siting.objective == pytest.approx(5 + 1, rel=1e-5)
    none_kept = propose_stations(city, SitingQuestion("p_median", 2))
    assert (none_kept.kept, none_kept.opened) == ((), ("110101", "110202"))
    none_more = propose_stations(city, SitingQuestion("mclp", 0, 1.01, keeps_stations=True))
    assert (none_more.kept, none_more.opened, none_more.siting.covered_demand) == (("110102",), (), 7)
    least = propose_stations(city, SitingQuestion("lscp", limit_km=1.01, keeps_stations=True))
    assert (least.kept, len(least.opened)) == (("110102",), 1)


def test_an_area_alone() -> None:
    """Sites, demand and stations are those inside."""
    city = a_city(stations())
    question = SitingQuestion("p_median", 1, area_code=AreaCode("1102"), keeps_stations=True)
    found = propose_stations(city, question)
    assert (found.community_codes, found.opened, found.kept) == (COMMUNITIES[2:], ("110202",), ())
    assert (found.demand, found.places) == (4, 2)
    one = propose_stations(city, SitingQuestion("p_center", 1, area_code=AreaCode("110201")))
    assert (one.community_codes, one.demand, one.question.area_code) == (("110201",), 1, "110201")


def test_demand_of_each_kind() -> None:
    """Units of open needs over all categories, or people."""
    needs = [
        a_need("a", units=2, **in_community(2)),
        a_need("b", category_id=CategoryId("x"), **in_community(2)),
        a_need("c", **in_community(0)),
    ]
    known = dict(zip(COMMUNITIES, (10, 20, 30, 40), strict=True))
    city = a_city(needs=needs, categories=[a_category(), a_category("x")], areas=town_areas(known))
    for kind, expected in (
        (DemandKind.OPEN_NEEDS, [1, 0, 3, 0]),
        (DemandKind.RESIDENTS, list(PEOPLE)),
        (DemandKind.POPULATION, [10, 20, 30, 40]),
    ):
        found = propose_stations(city, SitingQuestion("mclp", 1, 0.5, kind))
        best = int(np.argmax(expected))
        assert (found.demand, found.opened) == (sum(expected), (COMMUNITIES[best],))
        assert found.siting.covered_demand == expected[best]


def test_people_need_no_menu() -> None:
    found = propose_stations(a_city(categories=[]), SitingQuestion("mclp", 1, 0.5))
    assert (found.demand, found.opened) == (10, ("110101",))


def test_shortage_of_a_category_as_demand() -> None:
    """Where help is at hand for each, nobody asks for a station."""
    helpers = [a_provider(capacity=Capacity(5), **at(0)), a_provider("q", capacity=Capacity(1), **at(3))]
    city = a_city(helpers, categories=[a_category(search_radius_km=0.5)])
    question = SitingQuestion("mclp", 1, 0.5, category_id=CategoryId("home_care"))
    found = propose_stations(city, question)
    shortage = assess_access(city, DemandKind.RESIDENTS).shortage[0]
    assert shortage.tolist() == pytest.approx([0, 1, 1, 2])
    assert found.demand == pytest.approx(4)
    assert (found.opened, found.siting.objective) == (("110202",), pytest.approx(2))
    inside = propose_stations(city, replace(question, area_code=AreaCode("1101")))
    assert (inside.opened, inside.demand) == (("110102",), pytest.approx(1))


def test_communities_without_a_point_are_no_places() -> None:
    areas = town_areas()
    areas[-1] = replace(areas[-1], location=None)
    found = propose_stations(a_city(areas=areas), SitingQuestion("p_median", 1))
    assert (found.community_codes, found.demand, found.places) == (COMMUNITIES[:3], 7, 3)
    with pytest.raises(InvalidValue, match="area_code must have a community with a point"):
        propose_stations(a_city(areas=areas), SitingQuestion("p_median", 1, area_code=AreaCode("110202")))
    with pytest.raises(InvalidValue, match="area_code must have a community with a point"):
        propose_stations(a_city(areas=areas[:3]), SitingQuestion("p_median", 1))


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (SitingQuestion("lscp"), "limit_km must be a finite number"),
        (SitingQuestion("mclp", limit_km=1), "count must be an integer"),
        (SitingQuestion("nearest", 1), "method must be one of"),
        (SitingQuestion("p_median", 0), "count must be from 1 to 4"),
        (SitingQuestion("p_median", 5), "count must be from 1 to 4"),
        (SitingQuestion("p_median", True), "count must be an integer"),
        (SitingQuestion("p_median", 4, keeps_stations=True), "count must be from 0 to 3"),
        (SitingQuestion("p_median", 1, limit_km=2), "limit_km must not be given for p_median"),
        (SitingQuestion("p_median", 1, time_limit_s=-1), "time_limit_s must be from 0"),
        (SitingQuestion("p_median", 1, demand=DemandKind.POPULATION), "no population is on record"),
    ],
)
def test_bad_questions_are_refused(question: SitingQuestion, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        propose_stations(a_city(stations()), question)


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownReference, match="area_code points at Area '12'"):
        propose_stations(a_city(), SitingQuestion("p_median", 1, area_code=AreaCode("12")))
    with pytest.raises(UnknownReference, match="category_id points at Category 'x'"):
        propose_stations(a_city(), SitingQuestion("p_median", 1, category_id=CategoryId("x")))

"""The real hierarchy and the made-up points."""

from __future__ import annotations

import csv
import json
from importlib.resources import files

import numpy as np
import pytest
from shapely.geometry import Point, shape

from graph_models.city.draws import Part, stream
from graph_models.city.placement import SCATTER, middle, scatter
from graph_models.city.settlement import Settlement, areas, settle
from graph_models.domain.places import Area, AreaLevel

DATA = files("graph_models.city") / "data"


@pytest.fixture(scope="module")
def settlement() -> Settlement:
    return settle(3)


@pytest.fixture(scope="module")
def placed(settlement: Settlement) -> list[Area]:
    return list(areas(settlement))


def outlines() -> dict[str, object]:
    """District polygons straight from the file, by code."""
    features = json.loads((DATA / "guangzhou_districts.geojson").read_text(encoding="utf-8"))["features"]
    return {each["properties"]["district_code"]: shape(each["geometry"]) for each in features}


def to_point(area: Area) -> Point:
    assert area.location is not None
    return Point(area.location.longitude, area.location.latitude)


def test_the_whole_hierarchy_is_there(placed: list[Area]):
    """One city, 11 districts, 178 streets, 2,851 communities, with the codes and names of the file."""
    levels = [area.level for area in placed]
    assert [levels.count(level) for level in AreaLevel] == [2851, 178, 11, 1]
    with (DATA / "guangzhou_communities.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    expected = {(row["community_code"], row["community"], row["street_code"]) for row in rows}
    found = {(a.code, a.name, a.parent_code) for a in placed if a.level is AreaLevel.COMMUNITY}
    assert found == expected


@pytest.mark.parametrize("seed", [0, 1, 4401])
def test_no_community_lies_outside_its_district(seed: int):
    """Rejection sampling keeps every community, street and district inside the district's polygon."""
    polygon = outlines()
    below_city = [area for area in areas(settle(seed)) if area.level is not AreaLevel.CITY]
    assert len(below_city) == 2851 + 178 + 11
    assert [a.code for a in below_city if not polygon[a.code[:6]].contains(to_point(a))] == []


def test_people_near_a_community_live_in_its_district(settlement: Settlement):
    """Scattering never crosses the outline: communities keep their distance from it."""
    rng = stream(0, Part.PLACES)
    polygon = list(outlines().values())
    points = scatter(rng, settlement.communities)
    assert np.abs(points - settlement.communities).sum(axis=1).max() <= SCATTER
    for at, (latitude, longitude) in enumerate((points / 1e6).tolist()):
        outline = polygon[settlement.hierarchy.district_of_community[at]]
        assert outline.contains(Point(longitude, latitude))


def test_streets_are_compact(settlement: Settlement):
    """A community is usually nearer to its own street's point than to any other of its district."""
    hierarchy = settlement.hierarchy
    district_of_street = np.array([street.parent for street in hierarchy.streets])
    hits = 0
    for at, point in enumerate(settlement.communities):
        streets = np.flatnonzero(district_of_street == hierarchy.district_of_community[at])
        away = ((settlement.streets[streets] - point) * (1, 0.92)) ** 2
        hits += streets[away.sum(axis=1).argmin()] == hierarchy.street_of_community[at]
    assert hits / len(settlement.communities) > 0.9


def test_middle_falls_back_to_a_point_of_its_own():
    """The mean of points around a bay lies outside; then the nearest of them stands in."""
    bay = shape(
        {"type": "Polygon", "coordinates": [[[0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3]]]}
    )
    around = np.array([[2_500_000, 500_000], [2_500_000, 2_500_000], [2_400_000, 500_000]])
    assert middle(around, bay).tolist() in around.tolist()
    assert middle(around[[0, 2]], bay).tolist() == [2_450_000, 500_000]


def test_population_is_the_census_by_district(settlement: Settlement, placed: list[Area]):
    """Communities share out exactly their district's census population; the city has the sum."""
    with (DATA / "district_population_2020.csv").open(encoding="utf-8") as lines:
        census = {row["district_code"]: int(row["population"]) for row in csv.DictReader(lines)}
    districts = [area for area in placed if area.level is AreaLevel.DISTRICT]
    assert {area.code: area.population for area in districts} == census
    assert placed[0].population == sum(census.values()) == 18_676_605
    shared = np.bincount(settlement.hierarchy.district_of_community, weights=settlement.population)
    assert shared.astype(int).tolist() == [census[area.code] for area in districts]
    assert all(a.population is None for a in placed if a.level in {AreaLevel.STREET, AreaLevel.COMMUNITY})


def test_the_city_has_its_time_zone(placed: list[Area]):
    """Hours are read in the city's zone, which the areas below inherit."""
    assert placed[0].time_zone == "Asia/Shanghai"
    assert all(area.time_zone is None for area in placed[1:])

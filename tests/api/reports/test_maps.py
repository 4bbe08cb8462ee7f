"""Maps: everything fits the sheet, north is up, and each outline closes where it should."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from api.reports.maps import draw
from api.reports.outlines import districts_of
from matcher.coverage.clusters import Spot
from tests.matcher.coverage.publications import a_community, a_coverage

CITY = a_coverage(
    communities=(
        a_community("44010301", 4, Spot.HIGH_HIGH, latitude=23.05, longitude=113.25),
        a_community("44010401", 1, latitude=23.15, longitude=113.25),
        a_community("44010402", 1, latitude=23.15, longitude=113.26),
        a_community("44010403", latitude=None),
    )
)


def test_everything_is_on_the_sheet() -> None:
    maps = draw(districts_of(CITY), CITY.communities)
    assert maps is not None
    assert [each.district.code for each in maps.shapes] == ["440103", "440104"]
    numbers = [re.findall(r"([\d.]+) ([\d.]+)", each.path) for each in maps.shapes]
    places = [(float(x), float(y)) for each in numbers for x, y in each]
    places += [(each.x, each.y) for each in (*maps.shapes, *maps.dots)]
    assert min(x for x, _ in places) == 12
    assert max(x for x, _ in places) == pytest.approx(maps.width - 12, abs=0.11)
    assert min(y for _, y in places) == 12
    assert max(y for _, y in places) == pytest.approx(maps.height - 12, abs=0.11)


def test_north_is_up_east_is_right_and_a_degree_east_is_shorter() -> None:
    maps = draw((), CITY.communities)
    assert maps is not None
    south, north, east = maps.dots
    assert north.y < south.y
    assert east.x > north.x
    ratio = (east.x - north.x) / (south.y - north.y) / 0.1
    assert ratio == pytest.approx(0.92, abs=0.01)  # cos 23.1°


def test_a_district_has_the_colour_of_its_mean_and_its_label_inside() -> None:
    maps = draw(districts_of(CITY), CITY.communities)
    assert maps is not None
    first, second = maps.shapes
    assert first.colour == maps.shape_scale.colour(4)
    assert second.colour == maps.shape_scale.colour(round(2 / 3, 3))
    assert first.y > second.y


def test_only_hot_spots_are_ringed() -> None:
    spots = [replace(each, spot=spot) for each, spot in zip(CITY.communities, Spot, strict=False)]
    maps = draw((), spots)
    assert maps is not None
    assert [each.is_hot for each in maps.dots] == [True, False, False]


def test_a_single_place_has_a_sheet_around_it() -> None:
    maps = draw((), CITY.communities[:1])
    assert maps is not None
    assert maps.width > 24
    assert 0 < maps.dots[0].x < maps.width


def test_there_is_no_map_of_nothing() -> None:
    assert draw((), CITY.communities[-1:]) is None

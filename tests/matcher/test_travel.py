from __future__ import annotations

import numpy as np
import pytest
from geopy.distance import great_circle
from hypothesis import given
from hypothesis import strategies as st

from graph_models.domain.places import Location
from matcher import travel
from matcher.travel import UNKNOWN_M, distance_m, distances_m, to_metres

anywhere = st.builds(Location, st.floats(-90, 90), st.floats(-180, 180))
nearby = st.builds(Location, st.floats(23.0, 23.2), st.floats(113.2, 113.4))
corners = st.builds(
    Location, st.sampled_from((-90, -89.99999, 0, 90)), st.sampled_from((-180, 0, 179.99999, 180))
)
points = anywhere | nearby | corners


def many(origin: Location, destinations: list[Location]) -> list[int]:
    latitudes = np.array([each.latitude for each in destinations], np.float64)
    longitudes = np.array([each.longitude for each in destinations], np.float64)
    return distances_m(origin, latitudes, longitudes).tolist()


@given(points, st.lists(points, min_size=1))
def test_arrays_agree_with_geopy(origin: Location, destinations: list[Location]) -> None:
    """The array form gives geopy's distance, rounded to metres, everywhere on Earth."""
    expected = [
        round(great_circle((origin.latitude, origin.longitude), (each.latitude, each.longitude)).meters)
        for each in destinations
    ]
    assert many(origin, destinations) == expected


@given(points, points)
def test_unrounded_values_are_closer_than_the_doubt(one: Location, two: Location) -> None:
    """Both forms differ by far less than the distance from a half metre at which geopy is asked."""
    arrays = travel._great_circle_m(one, np.array([two.latitude]), np.array([two.longitude]))
    geopy = great_circle((one.latitude, one.longitude), (two.latitude, two.longitude)).meters
    assert abs(float(arrays[0]) - geopy) < travel._DOUBT_M / 100


def test_half_metres_are_decided_by_geopy() -> None:
    """Of distances a hair around half metres, every one rounds as geopy's does."""
    origin = Location(0, 0)
    degrees = (np.arange(2_000) + 0.5) / (6_371_009 * np.pi / 180)
    destinations = [Location(float(each), 0) for each in degrees]
    assert many(origin, destinations) == [distance_m(origin, each) for each in destinations]


def test_unknown_location_is_farther_than_everything() -> None:
    """A location that is not known comes out as the sentinel, beyond half the Earth."""
    assert distances_m(Location(0, 0), np.array([np.nan]), np.array([np.nan])).tolist() == [UNKNOWN_M]
    assert UNKNOWN_M > distance_m(Location(0, 0), Location(0, 180)) == 20_015_115


@pytest.mark.parametrize(
    ("km", "metres"), [(0, 0), (0.0015, 2), (0.0025, 2), (10, 10_000), (20_040, 20_040_000)]
)
def test_kilometres_round_half_to_even(km: float, metres: int) -> None:
    """Limits are whole metres."""
    assert to_metres(km) == metres

"""Compiled arithmetic: equal to the exact one, or in doubt."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph_models.domain.places import Location
from matcher.engine import judging
from matcher.engine.judging import DOUBT, DOUBTFUL, half_even, halved, rounded
from matcher.fixed_point import MILLION, divide_half_even, halving
from matcher.travel import distance_m

places = st.builds(Location, st.floats(-90, 90), st.floats(-180, 180))


@given(st.integers(0, 10**15), st.integers(1, 2**31 - 1))
def test_division_is_that_of_the_reference(numerator: int, denominator: int) -> None:
    """Rounded half to even."""
    assert half_even(numerator, denominator) == divide_half_even(numerator, denominator)


@given(st.integers(0, 2**31 - 1), st.integers(1, 20_000_000))
def test_powers_are_exact_or_in_doubt(amount: int, half: int) -> None:
    """What is told is what exact decimal arithmetic tells."""
    assert halved(amount, half) in (halving(amount, half), DOUBTFUL)


def test_doubt_is_rare() -> None:
    """Of the distances of a search radius hardly one is left to exact arithmetic."""
    told = [halved(metres, 3_000) for metres in range(30_001)]
    assert told.count(DOUBTFUL) <= 3
    assert all(value in (DOUBTFUL, halving(metres, 3_000)) for metres, value in enumerate(told))


def test_what_lies_near_a_half_is_in_doubt() -> None:
    """On both sides of it, not beyond."""
    assert [rounded(7.5 + each * DOUBT) for each in (-2, -0.5, 0, 0.5, 2)] == [7, *[DOUBTFUL] * 3, 8]


@given(st.integers(0, 10**7), st.integers(1, 10**6))
def test_binary_powers_are_closer_than_the_doubt(amount: int, half: int) -> None:
    """exp2 differs from the exact value by far less than the distance from a half at which it is asked."""
    exact = Decimal(2) ** (Decimal(-amount) / Decimal(half)) * MILLION
    binary = Decimal(float(np.exp2(-(amount / half)) * MILLION))
    assert abs(binary - exact) < Decimal(DOUBT) / 100


@given(places, places)
def test_distances_are_closer_than_the_doubt(here: Location, there: Location) -> None:
    """The angle between points on the sphere rounds to geopy's metres, or is in doubt."""
    one, two = ([*_on_sphere(each)] for each in (here, there))
    across = float(np.linalg.norm(np.cross(one, two)))
    found = rounded(judging.RADIUS_M * np.arctan2(across, float(np.dot(one, two))))
    assert found in (distance_m(here, there), DOUBTFUL)


def _on_sphere(place: Location) -> tuple[float, float, float]:
    north, east = np.radians(place.latitude), np.radians(place.longitude)
    return float(np.cos(north) * np.cos(east)), float(np.cos(north) * np.sin(east)), float(np.sin(north))

"""What a search sees of rows before it reads them rules nobody out who belongs in the list."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from graph_models.domain.identifiers import SkillId
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.skills import SkillOffer
from matcher.availability import to_microseconds
from matcher.engine import Engine
from matcher.reference import reference_suggestions
from matcher.travel import distance_m
from tests.builders import NOW, a_need, a_provider
from tests.matcher.situations import HERE, a_context, north

LEAST = NOW - timedelta(days=100, minutes=30)  # in the middle of an hour


def test_limits_of_travel_are_reached_to_the_metre() -> None:
    """Who may travel just so far is listed, and who may travel a metre less is not."""
    several = []
    for number in range(300):
        where = north(10 * number + number / 7)
        metres = round(distance_m(HERE, where))
        for less in (0, 1):
            limit_km = max(metres - less, 0) / 1_000
            several.append(a_provider(f"p{number:03}-{less}", location=where, max_travel_km=limit_km))
    context = a_context()
    answer = Engine(several).suggest(context, 400)
    assert answer == reference_suggestions(context, several, 400)
    assert 300 <= len(answer.suggestions) <= 301


def test_the_nearest_come_first_though_they_are_a_metre_apart() -> None:
    """A point in single precision is half a metre off, and nobody loses a place by it."""
    several = [a_provider(f"p{number:03}", location=north(3_000 - number)) for number in range(400)]
    context = a_context()
    answer = Engine(several).suggest(context, 7)
    assert answer == reference_suggestions(context, several, 7)
    assert answer.suggestions[0].provider_id == "p399"


def test_a_verification_counts_to_its_last_microsecond() -> None:
    """A glimpse knows the hour only; the hour in which it ends is not lost."""
    context = replace(a_context(requires_verification=True), verified_since=to_microseconds(LEAST))
    several = [
        a_provider(f"p{number + 40:03}", verified_at=LEAST + timedelta(microseconds=number))
        for number in range(-40, 40)
    ]
    answer = Engine(several).suggest(context, 60)
    assert answer == reference_suggestions(context, several, 60)
    assert len(answer.suggestions) == 40


def units_apart(seed: int) -> list[Provider]:
    """Providers at one place who differ in what they have free, of how much, and in how well they help."""
    draws = np.random.default_rng(seed)
    several = []
    for number in range(200):
        total = int(draws.integers(1, 13))
        capacity = Capacity(total, reserved=int(draws.integers(0, total)))
        skills = (SkillOffer(SkillId("care.bathing"), float(draws.integers(500, 1_001)) / 1_000),)
        several.append(a_provider(f"p{number:03}", capacity=capacity, skills=skills))
    return several


@pytest.mark.parametrize("units", [1, 2, 3, 4])
@pytest.mark.parametrize("is_indivisible", [False, True])
def test_needs_of_several_units(units: int, is_indivisible: bool) -> None:
    """What is left after them decides, and a glimpse knows what is left after one."""
    context = a_context(a_need(units=units, is_indivisible=is_indivisible))
    for seed in range(12):
        several = units_apart(seed)
        answer = Engine(several).suggest(context, 2)
        assert answer == reference_suggestions(context, several, 2)

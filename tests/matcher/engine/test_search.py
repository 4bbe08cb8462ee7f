"""Searches over more rows than fit below one node: the tree, the standings, doubt, and concurrency."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from threading import Thread
from time import monotonic
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.domain.places import Location
from graph_models.domain.providers import Capacity, Provider
from matcher.engine import Engine
from matcher.engine import engine as engine_module
from matcher.engine import index as index_module
from matcher.engine import standings as standings_module
from matcher.reference import reference_suggestions
from matcher.scoring import factor_values
from matcher.travel import distance_m
from tests.builders import a_need, a_provider
from tests.matcher.cities import City, cities
from tests.matcher.situations import HERE, a_context, north


def crowd(city: City, seed: int, size: int) -> list[Provider]:
    """Many providers like those of a small city, scattered around them."""
    random = np.random.default_rng(seed)
    several = []
    for number in range(size if city.providers else 0):
        one = city.providers[number % len(city.providers)]
        east, north_ = random.normal(0, 0.05, 2)
        where = one.location and Location(one.location.latitude + north_, one.location.longitude + east)
        capacity = Capacity(int(random.integers(1, 9)))
        several.append(replace(one, id=f"{one.id}-{number}", location=where, capacity=capacity))
    return several


@settings(max_examples=150, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    city=cities(),
    seed=st.integers(0, 1_000),
    limit=st.sampled_from((1, 10)),
    explain=st.booleans(),
    is_usual=st.booleans(),
)
def test_a_crowd_gets_the_answer_of_the_reference(
    city: City, seed: int, limit: int, explain: bool, is_usual: bool
) -> None:
    """With two levels of nodes, also after a part of the crowd has changed and another has gone."""
    context, several = city.context(), crowd(city, seed, 700)
    engine = Engine(several[:600], city.parameters if is_usual else None)
    changed = [replace(each, capacity=Capacity(9, 8)) for each in several[:90]]
    engine.change([*several[600:], *changed], [each.id for each in several[100:150]])
    now = [*changed, *several[90:100], *several[150:]]
    assert engine.suggest(context, limit, explain=explain) == reference_suggestions(
        context, now, limit, explain=explain
    )


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    city=cities(),
    seed=st.integers(0, 1_000),
    most=st.sampled_from((0, 5, 10_000)),
    longest=st.sampled_from((12, 10_000)),
)
def test_standings_are_mended(city: City, seed: int, most: int, longest: int) -> None:
    """A need served by phone gets the answer of the reference, however many changes are kept aside."""
    city = replace(city, categories=[replace(each, is_remote=True) for each in city.categories])
    context, several = city.context(), crowd(city, seed, 120)
    providers = {each.id: each for each in several}
    engine, random = Engine(several), np.random.default_rng(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standings_module, "MOST_CHANGES", most)
        patch.setattr(index_module, "LONGEST_LOG", longest)
        for _ in range(4):
            assert engine.suggest(context, 3) == reference_suggestions(context, providers.values(), 3)
            for place in random.integers(0, len(several), 8).tolist() if several else ():
                one = replace(several[place], capacity=Capacity(9, int(random.integers(0, 9))))
                providers[one.id] = one
                engine.change([one])


def test_what_is_in_doubt_is_told_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Distances within a millionth of a metre of a half are left to exact arithmetic."""
    asked: list[str] = []

    def exactly(context: Any, provider: Provider) -> tuple[int, ...]:
        asked.append(provider.id)
        return factor_values(context, provider)

    monkeypatch.setattr(engine_module, "factor_values", exactly)
    context = a_context()
    halves = [at_half_metre(1_000 + number) for number in range(5)]
    several = [a_provider(f"p{number}", location=where) for number, where in enumerate(halves)]
    for explain in (False, True):
        asked.clear()
        answer = Engine(several).suggest(context, explain=explain)
        assert answer == reference_suggestions(context, several, explain=explain)
        assert set(asked) == {"p0", "p1", "p2", "p3", "p4"}


def at_half_metre(metres: int) -> Location:
    """A point so many and a half metres north of the need, as near as degrees can tell."""
    low, high = north(metres), north(metres + 1)
    for _ in range(60):
        middle = Location((low.latitude + high.latitude) / 2, HERE.longitude)
        low, high = (low, middle) if distance_m(HERE, middle) > metres else (middle, high)
    return high


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads take turns every few microseconds."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("hasty_threads")
def test_no_answer_sees_a_change_by_halves() -> None:
    """While two providers change places all the time, an answer always finds exactly one of them."""
    pairs = [
        [
            a_provider("p1", is_active=is_first),
            a_provider("p2", is_active=not is_first, location=north(place)),
        ]
        for is_first in (True, False)
        for place in (10, 20)
    ]
    engine, context = Engine(pairs[0]), a_context()
    found: set[tuple[str, ...]] = set()
    deadline = monotonic() + 3

    def ask() -> None:
        while monotonic() < deadline:
            found.add(tuple(each.provider_id for each in engine.suggest(context).suggestions))

    readers = [Thread(target=ask) for _ in range(3)]
    for reader in readers:
        reader.start()
    turn = 0
    while monotonic() < deadline:
        turn += 1
        engine.change(pairs[turn % len(pairs)])
    for reader in readers:
        reader.join()
    assert found == {("p1",), ("p2",)}
    assert turn > 100


def test_one_ranking_by_phone_serves_needs_of_all_units() -> None:
    """It is made for one unit, whatever asks first; more units turn the order round, and it is found."""
    several = [
        a_provider(
            f"p{number:03}",
            community_code=None,  # or it would be looked at for that alone
            capacity=Capacity(2) if number % 2 else Capacity(40, 24),
        )
        for number in range(300)
    ]
    orders = []
    for asked in ((4, 1), (1, 4)):
        engine = Engine(several)
        for units in asked:
            context = a_context(a_need(units=units), is_remote=True)
            answer = engine.suggest(context, 5)
            assert answer == reference_suggestions(context, several, 5)
            orders.append([each.provider_id for each in answer.suggestions])
    assert orders[0] != orders[1]

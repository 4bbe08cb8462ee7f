"""Where providers are: those that are active, with what they have free, by what they can do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from graph_models.domain.identifiers import SkillId
from graph_models.domain.places import Location
from graph_models.domain.providers import Capacity
from graph_models.domain.skills import SkillOffer
from matcher.catalogue import Catalogue
from matcher.cells import Box, CellCounts
from matcher.engine import Engine
from matcher.provider_map import ProviderMap
from tests.builders import NOW, FixedClock, a_category, a_provider
from tests.matcher.situations import a_catalogue

EVERYWHERE = Box(-180, -90, 180, 90)
BATHING, REPAIRS = ((SkillOffer(SkillId(key), 0.8),) for key in ("care.bathing", "repairs"))


def provider_cells(engine: Engine, catalogue: Catalogue, *asked: Any) -> CellCounts:
    return ProviderMap(engine, FixedClock().now).cells(catalogue, 7, *asked)[0]


PROVIDERS = [
    a_provider("a", capacity=Capacity(5, reserved=1), skills=BATHING, location=Location(23.11, 113.21)),
    a_provider("b", capacity=Capacity(3), skills=BATHING, location=Location(23.12, 113.22)),
    a_provider("c", capacity=Capacity(7), skills=REPAIRS, location=Location(-33.9, -70.6)),
    a_provider("nowhere", location=None),
    a_provider("gone", is_active=False),
]


def test_cells() -> None:
    """A cell lies in the middle of what is in it, to the centimetre."""
    found = provider_cells(Engine(PROVIDERS), a_catalogue(), EVERYWHERE, 1.0, None)
    assert [(each.count, dict(each.sums)) for each in found.cells] == [
        (1, {"free_units": 7}),
        (2, {"free_units": 7}),
    ]
    assert found.total == 3
    means = [(round(each.longitude, 7), round(each.latitude, 7)) for each in found.cells]
    assert means == [(-70.6, -33.9), (113.215, 23.115)]
    assert found.points is None


def test_by_category() -> None:
    """Who offers what it asks for; an unknown category is nobody's, one that asks for nothing everybody's."""
    engine, catalogue = Engine(PROVIDERS), a_catalogue(a_category())
    assert provider_cells(engine, catalogue, EVERYWHERE, 1.0, "home_care").total == 2
    assert provider_cells(engine, catalogue, EVERYWHERE, 1.0, "none").total == 0
    open_to_all = a_catalogue(a_category("talk", required_skills=()))
    assert provider_cells(engine, open_to_all, EVERYWHERE, 1.0, "talk").total == 3


def test_nobody() -> None:
    found = provider_cells(Engine(), a_catalogue(), EVERYWHERE, 1.0, "home_care")
    assert (found.total, found.cells) == (0, ())


def test_what_was_counted_is_kept() -> None:
    """While columns are kept the engine may lay its rows out anew: fewer of them, or others."""
    several = [
        a_provider(f"x{number}", capacity=Capacity(number % 9), location=Location(23 + number / 5_000, 113.3))
        for number in range(3_000)
    ]
    engine, catalogue = Engine(several), a_catalogue()
    providers = ProviderMap(engine, FixedClock().now)

    def counted() -> CellCounts:
        return providers.cells(catalogue, 1, EVERYWHERE, 0.01, None)[0]

    before = counted()
    engine.change(remove=[each.id for each in several[1::2] + several[2_000::2]])
    assert counted() == before


def test_a_clock_that_was_set_back_keeps_nothing() -> None:
    """Made at noon they would be good for the whole morning."""

    def ticks() -> Iterator[datetime]:
        yield from (NOW + timedelta(seconds=each) for each in (0, 1, -9_000, -8_999))

    engine, catalogue, times = Engine(PROVIDERS), a_catalogue(), ticks()
    providers = ProviderMap(engine, lambda: next(times))
    providers.cells(catalogue, 1, EVERYWHERE, 1.0, None)
    engine.change(remove=[PROVIDERS[0].id])
    found, cursor = providers.cells(catalogue, 2, EVERYWHERE, 1.0, None)
    assert (found.total, cursor) == (2, 2)


def test_columns_are_kept_for_a_while() -> None:
    """Making them took a second: for twenty they are good, unless nothing has changed at all."""

    def ticks() -> Iterator[datetime]:
        yield from (NOW + timedelta(seconds=each) for each in (0, 1, 20.9, 21, 22))

    engine, catalogue, times = Engine(PROVIDERS), a_catalogue(), ticks()
    asked = (EVERYWHERE, 1.0, None)
    providers = ProviderMap(engine, lambda: next(times))
    assert providers.cells(catalogue, 1, *asked)[0].total == 3
    engine.change(remove=[PROVIDERS[0].id])
    found, cursor = providers.cells(catalogue, 2, *asked)
    assert (found.total, cursor) == (3, 1)
    found, cursor = providers.cells(catalogue, 2, *asked)
    assert (found.total, cursor) == (2, 2)

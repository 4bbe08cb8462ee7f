"""A store as large as a console may have to show: every open need of the city, 200,000 providers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from api.clock import SystemClock
from api.commands.demo import this_monday
from graph_models.bulk import put_all
from graph_models.city.generate import DEFAULT_SEED, generate_city
from graph_models.domain.needs import Need
from graph_models.ports import Entity
from graph_models.stores.sqlite.store import SqliteStore

PROVIDERS_SCALE = 0.05  # of four million volunteers
PROVIDER_PARTS = {"stations", "charities", "volunteers"}
LEFT_OUT = {"referrals"}  # past ones, of providers that are not in the smaller part


def make_large_city(path: Path) -> None:
    """Write it into a new file; one that is there already is used as it is."""
    if path.exists():
        return
    clock = SystemClock()
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    with SqliteStore(unfinished, clock) as store:
        for _ in put_all(store, _entities(clock), load_id="large-city"):
            pass
    unfinished.rename(path)


def _entities(clock: SystemClock) -> Iterator[Entity]:
    as_of = this_monday(clock.now())
    whole = generate_city(1, DEFAULT_SEED, as_of)
    part = dict(generate_city(PROVIDERS_SCALE, DEFAULT_SEED, as_of).parts())
    for name, values in whole.parts():
        if name in PROVIDER_PARTS:
            yield from part[name]
        elif name not in LEFT_OUT:
            yield from map(_without_exclusions, values)


def _without_exclusions(value: Entity) -> Entity:
    """Needs may rule out volunteers of the larger part."""
    return replace(value, excluded_provider_ids=()) if isinstance(value, Need) else value

"""The synthetic city in memory: an engine with its providers, and its open needs as questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, cast

import numpy as np
from geopy.distance import EARTH_RADIUS

from graph_models.city.generate import generate_city
from graph_models.domain.needs import NeedStatus
from graph_models.domain.providers import Provider
from matcher.catalogue import compile_catalogue
from matcher.context import NeedContext, gather_context
from matcher.engine import Engine
from matcher.parameters import MatchParameters, default_parameters

Watcher = Callable[[Sequence[Provider]], None]
EARTH_M = EARTH_RADIUS * 1_000
_BATCH = 10_000
_SEED = 7


@dataclass(frozen=True, slots=True)
class Town:
    """A city to ask about.

    Parameters
    ----------
    engine
        With all providers.
    contexts
        Open needs, shuffled.
    parameters
        Of the matching model.
    """

    engine: Engine
    contexts: tuple[NeedContext, ...]
    parameters: MatchParameters


def draw_town(scale: float, watchers: Iterable[Watcher] = ()) -> Town:
    """Draw a city; its providers are not kept but for the engine.

    Parameters
    ----------
    watchers
        Shown all providers, batch by batch.
    """
    city, parameters = generate_city(scale), default_parameters()
    parts: dict[str, Iterable[Any]] = dict(city.parts())
    providers = chain(parts["stations"], parts["charities"], parts["volunteers"])
    residents = {each.id: each for each in parts["residents"]}
    catalogue = compile_catalogue(parts["areas"], parts["skills"], parts["categories"], parameters)
    engine = Engine(_shown(cast("Iterator[Provider]", providers), tuple(watchers)), parameters)
    needs = [each for each in parts["needs"] if each.status is NeedStatus.ACTIVE]
    np.random.default_rng(_SEED).shuffle(needs)
    contexts = (
        gather_context(each, catalogue, city.as_of, residents.get(each.resident_id)) for each in needs
    )
    return Town(engine, tuple(contexts), parameters)


def plain(context: NeedContext) -> NeedContext:
    """Return the same need without what peers leave out: hours, terms and verification."""
    return replace(context, resident=None, age=None, window=None, verified_since=None)


def full_lists(
    engine: Engine, contexts: Iterable[NeedContext], most: int, limit: int = 10
) -> list[NeedContext]:
    """Return needs on the spot for which there are as many suggestions as asked for.

    A shorter list is explained as well, which no peer does.
    """
    here = (each for each in contexts if not each.category.is_remote)
    full = (each for each in here if len(engine.suggest(each, limit).suggestions) == limit)
    return list(islice(full, most))


def _shown(providers: Iterator[Provider], watchers: Sequence[Watcher]) -> Iterator[Provider]:
    while batch := list(islice(providers, _BATCH)):
        for show in watchers:
            show(batch)
        yield from batch

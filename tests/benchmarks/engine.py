"""Measures the engine beside its peers: ``python -m tests.benchmarks.engine [SCALE] [CHECKED]``.

Generates the synthetic city in memory, asks for its open needs, and prints one line a figure. Peers do
the same job the way one would write it at first: numpy over all providers, and a BallTree with a numpy
filter if scikit-learn is installed. They leave out what costs them most, opening hours and terms, so
the ratios favour them. `CHECKED` answers are held against the reference. The figures in
`docs/benchmarks.md` come from here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from graph_models.city.generate import generate_city
from graph_models.domain.needs import NeedStatus
from graph_models.domain.providers import Provider
from matcher.catalogue import compile_catalogue
from matcher.context import NeedContext, gather_context
from matcher.engine import Engine
from matcher.fixed_point import MILLION
from matcher.parameters import default_parameters
from matcher.reference import reference_suggestions
from matcher.scoring import half_distance_m
from matcher.travel import UNKNOWN_M, distances_m, to_metres

try:
    from sklearn.neighbors import BallTree
except ImportError:
    BallTree = None

EARTH_M = 6_371_008.8
ASKED, ASKED_OF_PEERS = 2_000, 40
Pick = Callable[[NeedContext], tuple[Any, Any]]


class Columns:
    """Providers as a newcomer would hold them: one array for each attribute."""

    def __init__(self, providers: list[Provider]) -> None:
        self.providers = providers
        self.latitude = np.array([each.location.latitude for each in providers])
        self.longitude = np.array([each.location.longitude for each in providers])
        self.remaining = np.array([each.capacity.remaining for each in providers])
        self.total = np.array([each.capacity.total for each in providers])
        self.recent = np.array([each.recent_referrals for each in providers])
        self.is_active = np.array([each.is_active for each in providers])
        travel = (each.max_travel_km for each in providers)
        self.travel = np.array([UNKNOWN_M if km is None else to_metres(km) for km in travel])
        areas: dict[tuple[str, ...], int] = {}
        self.serves = np.array([areas.setdefault(each.serves, len(areas)) for each in providers])
        self.areas = [frozenset(codes) for codes in areas]
        self.levels: dict[str, np.ndarray] = {}
        for row, each in enumerate(providers):
            for offer in each.skills:
                levels = self.levels.setdefault(offer.skill_id, np.zeros(len(providers), np.float32))
                levels[row] = offer.level

    def answer_with(self, pick: Pick, context: NeedContext) -> Any:
        """Rank the rows that a peer picks."""
        return self.answer(context, *pick(context))

    def answer(self, context: NeedContext, rows: Any, distances: Any, limit: int = 10) -> Any:
        """Filter and rank some rows in numpy."""
        skill = np.zeros(len(rows))
        is_able = self.is_active[rows] & (self.remaining[rows] >= 1)
        is_able &= distances <= np.minimum(self.travel[rows], context.search_radius_m)
        for requirement in context.requirements:
            best = np.zeros(len(rows))
            for skill_id, similarity in requirement.similar.items():
                if skill_id in self.levels:
                    np.maximum(best, self.levels[skill_id][rows] * (similarity / MILLION), out=best)
            is_able &= best * MILLION >= max(requirement.min_level, 1)
            skill += best
        served = [not codes or not codes.isdisjoint(context.area_codes) for codes in self.areas]
        is_able &= np.array(served)[self.serves[rows]]
        rows, distances, skill = rows[is_able], distances[is_able], skill[is_able]
        left = np.maximum(self.remaining[rows] - context.need.units, 0) / np.maximum(self.total[rows], 1)
        weights = np.array(context.weights) / MILLION
        score = (
            weights[0] * np.exp2(-distances / half_distance_m(context))
            + weights[1] * skill / max(len(context.requirements), 1)
            + weights[2] * left
            + weights[4] * np.exp2(-self.recent[rows] / 4)
        )
        if len(rows) > limit:
            rows = rows[np.argpartition(-score, limit)[:limit]]
        return rows


def main(scale: float = 0.01, checked: int = 3) -> None:
    city, parameters = generate_city(scale), default_parameters()
    parts = {name: list(values) for name, values in city.parts() if name not in ("staff", "referrals")}
    providers = [each for values in parts.values() for each in values if isinstance(each, Provider)]
    catalogue = compile_catalogue(parts["areas"], parts["skills"], parts["categories"], parameters)
    residents = {each.id: each for each in parts["residents"]}
    needs = [each for each in parts["needs"] if each.status is NeedStatus.ACTIVE]
    np.random.default_rng(7).shuffle(needs)
    contexts = [
        gather_context(each, catalogue, city.as_of, residents.get(each.resident_id)) for each in needs[:ASKED]
    ]
    start = perf_counter()
    engine = Engine(providers, parameters)
    tell("providers", f"{len(providers):,}, indexed in {perf_counter() - start:.1f} s")
    for context in contexts[:50]:
        engine.suggest(context)
    here = [each for each in contexts if not each.category.is_remote]
    measure(engine, here, [each for each in contexts if each.category.is_remote])
    update(engine, providers)
    # A short list is explained as well, which the peers do not do.
    full = [each for each in here if engine.suggest(each).considered is None]
    compare(engine, Columns(providers), full[:ASKED_OF_PEERS])
    for context in contexts[:checked]:
        same = engine.suggest(context, explain=True) == reference_suggestions(
            context, providers, explain=True
        )
        tell("equal to the reference", f"{same}")


def measure(engine: Engine, here: list[NeedContext], by_phone: list[NeedContext]) -> None:
    for name, contexts in (("on the spot", here), ("by phone", by_phone)):
        full, short = [], []
        for context in contexts:
            seconds, answer = timed(engine.suggest, context)
            (full if answer.considered is None else short).append(seconds)
        tell(f"suggest, {name}, {len(full)} full lists", percentiles(full))
        tell(f"suggest, {name}, {len(short)} short lists, explained", percentiles(short))


def update(engine: Engine, providers: list[Provider]) -> None:
    changed = [replace(each, recent_referrals=each.recent_referrals + 1) for each in providers[:100_000]]
    start = perf_counter()
    for first in range(0, len(changed), 1_000):
        engine.change(changed[first : first + 1_000])
    tell("changes, 1,000 at a time", f"{len(changed) / (perf_counter() - start):,.0f} a second")
    engine.change(providers[: len(changed)])


def compare(engine: Engine, columns: Columns, contexts: list[NeedContext]) -> None:
    for name, pick in peers(columns):
        pairs = []
        for context in contexts:
            mine, _ = timed(engine.suggest, context)
            theirs, _ = timed(columns.answer_with, pick, context)
            pairs.append((mine, theirs))
        ratio = median(theirs for _, theirs in pairs) / median(mine for mine, _ in pairs)
        tell(
            f"{name}",
            f"{percentiles([theirs for _, theirs in pairs])}: {ratio:.0f} times the engine's median",
        )


def peers(columns: Columns) -> Iterator[tuple[str, Pick]]:
    everybody = np.arange(len(columns.providers))
    yield (
        "numpy over all providers",
        lambda context: (everybody, distances_m(context.location, columns.latitude, columns.longitude)),
    )
    if BallTree is None:
        return
    tree = BallTree(np.radians(np.column_stack((columns.latitude, columns.longitude))), metric="haversine")

    def within(context: NeedContext) -> tuple[Any, Any]:
        point = np.radians([[context.location.latitude, context.location.longitude]])
        radius = context.search_radius_m / EARTH_M
        [rows], [angles] = tree.query_radius(point, radius, return_distance=True)
        return rows, angles * EARTH_M

    yield "BallTree and numpy", within


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    start = perf_counter()
    result = work(*arguments)
    return perf_counter() - start, result


def percentiles(seconds: list[float]) -> str:
    if not seconds:
        return "none"
    p50, p99 = np.percentile(np.array(seconds) * 1_000, (50, 99))
    return f"p50 {p50:.2f} ms, p99 {p99:.2f} ms"


def tell(name: str, figure: str) -> None:
    print(f"{name}: {figure}", flush=True)


if __name__ == "__main__":
    main(*(kind(given) for kind, given in zip((float, int), sys.argv[1:], strict=False)))

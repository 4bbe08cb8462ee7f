"""Measures the engine: ``python -m tests.benchmarks.engine [SCALE] [CHECKED]``.

Generates the synthetic city in memory, asks for its open needs, and prints one line a figure. `CHECKED`
answers are held against the reference. `lastmeter bench suggest` sets the engine beside its peers.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np

from graph_models.city.generate import generate_city
from graph_models.domain.needs import NeedStatus
from graph_models.domain.providers import Provider
from matcher.catalogue import compile_catalogue
from matcher.context import NeedContext, gather_context
from matcher.engine import Engine
from matcher.parameters import default_parameters
from matcher.reference import reference_suggestions

ASKED = 2_000


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

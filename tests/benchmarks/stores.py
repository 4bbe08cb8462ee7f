"""Measures a store: ``python -m tests.benchmarks.stores URL [COUNT]`` on an empty one.

Prints one line a figure. The figures in `docs/store-contract.md` come from here.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from time import perf_counter

from graph_models.domain.identifiers import ProviderId
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.schedules import parse_week
from graph_models.domain.skills import SkillOffer
from graph_models.ports import AdjustCapacity, GraphStore, Put, WriteBatch
from graph_models.stores.opening import open_store
from tests.builders import COMMUNITY, DISTRICT, NOW, STREET, FixedClock, a_provider, some_areas, some_skills
from tests.contracts.processes import Workers, finish, go

BATCH_SIZE = 5_000
WRITERS, ATTEMPTS = 16, 50

_write_ids = map("bench-{}".format, count())


def a_full_provider(number: int) -> Provider:
    """A provider with as much on record as a real one has."""
    base = a_provider(
        skills=(SkillOffer("care.bathing", 0.5), SkillOffer("repairs", 1.0)),
        serves=(DISTRICT, STREET),
        community_code=COMMUNITY,
        availability=parse_week("Mo-Fr 09:00-12:00,13:00-17:00"),
        languages=("zh", "zh-yue"),
        verified_at=NOW,
        capacity=Capacity(1_000_000),
    )
    return replace(base, id=ProviderId(f"v{number:07}"))


def write(store: GraphStore, *operations: Put | AdjustCapacity) -> None:
    store.write(WriteBatch(next(_write_ids), operations))


def seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def milliseconds(work: Callable[[], object], times: int = 300) -> str:
    each = sorted(seconds(work) * 1_000 for _ in range(times))
    return f"p50 {statistics.median(each):.2f} ms, p99 {each[int(times * 0.99)]:.2f} ms"


def measure(store: GraphStore, store_url: str, number: int) -> None:
    write(store, *map(Put, [*some_areas(), *some_skills()]))
    values = [Put(a_full_provider(n)) for n in range(number)]
    parts = [tuple(values[start : start + BATCH_SIZE]) for start in range(0, number, BATCH_SIZE)]
    batches: list[WriteBatch] = []
    made = seconds(lambda: batches.extend(WriteBatch(next(_write_ids), part) for part in parts))
    written = seconds(lambda: [store.write(batch) for batch in batches])
    print(f"batches made: {number / made:,.0f} providers/s")
    print(f"batches written: {number / written:,.0f} providers/s")
    scanned = seconds(lambda: sum(1 for _ in store.scan(Provider)))
    print(f"scan of {number:,} providers: {scanned:.2f} s")
    numbers = count()
    print("write of one provider:", milliseconds(lambda: write(store, Put(a_full_provider(next(numbers))))))
    adjust = AdjustCapacity(ProviderId("v0000000"), consumed=1)
    print("adjustment of one capacity:", milliseconds(lambda: write(store, adjust)))
    print("read of one provider:", milliseconds(lambda: store.get(Provider, "v0000000")))
    print("poll of the feed:", milliseconds(lambda: store.changes_since(store.head() - 1)))
    changed = sum(len(each.changes) for each in store.changes_since(0))
    read = seconds(lambda: store.changes_since(0))
    print(f"feed read: {changed / read:,.0f} changes/s")
    write(store, Put(a_provider("p1", capacity=Capacity(WRITERS * ATTEMPTS // 2))))
    with Workers(store_url) as workers:
        racers = workers.ready([["reserve", f"w{n}", "p1", str(ATTEMPTS)] for n in range(WRITERS)])
        raced = seconds(lambda: [*map(go, racers), *map(finish, racers)])
    print(f"{WRITERS} processes, {WRITERS * ATTEMPTS} adjustments of one capacity: {raced:.2f} s")


def main(store_url: str, number: str = "40000") -> None:
    with open_store(store_url, FixedClock()) as store:
        measure(store, store_url, int(number))


if __name__ == "__main__":
    main(*sys.argv[1:])

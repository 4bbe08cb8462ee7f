"""Measures a warm start: ``python -m tests.benchmarks.warm_start [SCALE]``.

An engine is filled with the providers of the synthetic city, straight from the generator, over an
SQLite file that holds the rest of what it needs. Its index is saved, and new processes start from
that. Prints one line a figure. The figures in `docs/benchmarks.md` come from here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, time
from typing import Any

import psutil

from api.clock import SystemClock
from api.live import index_file
from api.live.warm_start import WarmStart
from api.parameters import read_parameters
from graph_models.bulk import put_all
from graph_models.city.generate import City, generate_city
from graph_models.domain.providers import Provider
from graph_models.ports import Entity, GraphStore, Stored
from graph_models.stores.opening import open_store

STARTS = 5
CHANGED = 10_000
CATALOGUE = ("areas", "skills", "categories")
PROVIDERS = ("stations", "charities", "volunteers")


def main(scale: float = 0.01) -> None:
    city = generate_city(scale)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "city.db"
        with open_store(f"sqlite:///{path}", SystemClock()) as store:
            sum(put_all(store, entities(city, CATALOGUE), load_id="catalogue"))
            save(Filled(store, city), index_of(path))
            for _ in range(STARTS):
                start_elsewhere(path, "warm start")
            forget(index_of(path))
            start_elsewhere(path, "warm start, index not in the page cache")
            some = islice(entities(city, PROVIDERS), CHANGED)
            busier = (replace(each, recent_referrals=each.recent_referrals + 1) for each in some)
            sum(put_all(store, (replace(each, member_of=None) for each in busier), load_id="busier"))
            start_elsewhere(path, f"warm start, {CHANGED:,} providers changed since")


class Filled:
    """A store that has the providers of a city, too."""

    def __init__(self, store: GraphStore, city: City) -> None:
        self._store, self._city = store, city

    def scan(self, kind: type[Entity]) -> Iterator[Stored[Any]]:
        if kind is not Provider:
            return self._store.scan(kind)
        return (Stored(each, 1) for each in entities(self._city, PROVIDERS))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def save(store: Any, path: Path) -> None:
    begin = perf_counter()
    matcher = start(store, None).load()
    tell("generated and indexed", f"{perf_counter() - begin:.1f} s, {matcher.provider_count:,} providers")
    tell("ranked for needs by phone", f"{timed(matcher.prepare):.2f} s")
    seconds = timed(lambda: matcher.save(lambda saved: index_file.write(path, saved)))
    size = path.stat().st_size
    tell("saved", f"{seconds:.2f} s, {size / 1e6:,.0f} MB, {size / matcher.provider_count:.0f} B a provider")


def start_elsewhere(path: Path, name: str) -> None:
    """Start from the saved index in a process of its own, which prints how long it took."""
    command = [sys.executable, "-m", "tests.benchmarks.warm_start", "ready", str(path), name, str(time())]
    subprocess.run(command, check=True)


def ready(path: str, name: str, started_at: str) -> None:
    imported = time() - float(started_at)
    with open_store(f"sqlite:///{path}", SystemClock()) as store:
        begin = perf_counter()
        matcher = start(store, index_of(Path(path))).load()
        loaded = perf_counter() - begin
        matcher.prepare()
        seconds = perf_counter() - begin
    resident = psutil.Process().memory_info().rss / 1e6
    tell(
        name,
        f"{seconds:.2f} s until it answers ({loaded:.2f} s until the index is there), after {imported:.2f} s "
        f"of imports; {matcher.provider_count:,} providers, {resident:,.0f} MB with the mapped file",
    )


def start(store: Any, path: Path | None) -> WarmStart:
    def warn(event: str, why: str) -> None:
        raise RuntimeError(f"{event}: {why}")

    return WarmStart(path, store, SystemClock(), read_parameters(None), warn)


def index_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.index")


def entities(city: City, names: tuple[str, ...]) -> Iterator[Any]:
    for name, values in city.parts():
        if name in names:
            yield from values
        if name == names[-1]:  # nothing is drawn that is not asked for
            return


def forget(path: Path) -> None:
    """Have the system drop what it remembers of a file."""
    descriptor = os.open(path, os.O_RDONLY)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def timed(work: Callable[[], object]) -> float:
    begin = perf_counter()
    work()
    return perf_counter() - begin


def tell(name: str, figure: str) -> None:
    print(f"{name}: {figure}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["ready"]:
        ready(*sys.argv[2:])
    else:
        main(*map(float, sys.argv[1:]))

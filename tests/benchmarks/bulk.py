"""Measures a whole city's way into SQLite and out of it: ``python -m tests.benchmarks.bulk [SCALE]``.

Generates the synthetic city, writes it, and loads an engine from the file, each in a process of its
own, so that the most memory that each needs can be told. Prints one line a figure; those in
`docs/benchmarks.md` come from here. The file goes to a temporary folder, 0.5 GB for a million providers.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from graph_models.bulk import put_all
from graph_models.city.generate import DEFAULT_AS_OF, generate_city
from graph_models.domain.providers import Provider
from graph_models.ports import Entity
from graph_models.stores.opening import open_store
from matcher.engine import COLUMNS, Engine
from matcher.parameters import default_parameters
from tests.builders import FixedClock, a_provider


class Timed:
    """An iterator that tells how long it kept its reader waiting."""

    def __init__(self, values: Iterator[Entity]) -> None:
        self._values = values
        self.seconds = 0.0
        self.providers = self.count = 0

    def __iter__(self) -> Iterator[Entity]:
        while True:
            start = perf_counter()
            value = next(self._values, None)
            self.seconds += perf_counter() - start
            if value is None:
                return
            self.count += 1
            self.providers += isinstance(value, Provider)
            yield value


def write(url: str, scale: float) -> None:
    values = Timed(generate_city(scale).entities())
    with open_store(url, FixedClock(DEFAULT_AS_OF)) as store:
        start = perf_counter()
        for _ in put_all(store, values, load_id="bulk"):
            pass
        taken = perf_counter() - start
    tell("generated", values.count, "values", values.seconds)
    tell("written, without generating", values.count, "values", taken - values.seconds)


def load(url: str, _scale: float) -> None:
    Engine([a_provider()])  # so that no time is spent on compiling, or on loading what was compiled
    with open_store(url, FixedClock(DEFAULT_AS_OF)) as store:
        start = perf_counter()
        count = sum(len(part["id"]) for part in store.scan_columns(Provider, COLUMNS))
        tell("read as columns, and thrown away", count, "providers", perf_counter() - start)
        start = perf_counter()
        engine = Engine(parameters=default_parameters())
        engine.load(store.scan_columns(Provider, COLUMNS))
        tell("read into an engine", len(engine), "providers", perf_counter() - start)


def in_its_own_process(work: Callable[..., None], *arguments: Any) -> None:
    process = multiprocessing.get_context("spawn").Process(target=with_memory, args=(work, *arguments))
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(process.exitcode)


def with_memory(work: Callable[..., None], *arguments: Any) -> None:
    work(*arguments)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{work.__name__}: at most {peak:.2f} GiB", flush=True)


def tell(what: str, count: int, things: str, seconds: float) -> None:
    print(f"{what}: {count:,} {things} in {seconds:.1f} s, {count / seconds:,.0f} a second", flush=True)


def main(scale: str = "0.01") -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "city.db"
        for work in (write, load):
            in_its_own_process(work, f"sqlite:///{path}", float(scale))
        print(f"file: {path.stat().st_size / 2**30:.2f} GiB")


if __name__ == "__main__":
    main(*sys.argv[1:])

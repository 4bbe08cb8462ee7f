"""Measures a whole city's way into SQLite and out of it: ``python -m tests.benchmarks.bulk [SCALE]``.

Generates the synthetic city and writes it in one process, loads an engine from the file in another,
and prints one line a figure: seconds by the clock and, in brackets, of the processor, which work beside
it lengthens less. The figures in `docs/benchmarks.md` come from here. The file goes to a temporary
folder and takes 0.5 GB for a million providers.
"""

from __future__ import annotations

import itertools
import multiprocessing
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, Self

from graph_models.bulk import put_all
from graph_models.city.generate import DEFAULT_AS_OF, generate_city
from graph_models.domain.providers import Provider
from graph_models.stores.opening import open_store
from matcher.engine import COLUMNS, Engine
from matcher.parameters import default_parameters
from tests.builders import FixedClock, a_provider

BATCH_SIZE = 5_000


class Watch:
    """Seconds by the clock and of the processor, added up while it runs."""

    def __init__(self) -> None:
        self.clock = self.processor = 0.0

    def __enter__(self) -> Self:
        self.clock -= perf_counter()
        self.processor -= process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.clock += perf_counter()
        self.processor += process_time()

    def tell(self, what: str, count: int, things: str) -> None:
        rate, seconds = f"{count / self.clock:,.0f} a second", f"{self.clock:.1f} s ({self.processor:.1f} s)"
        print(f"{what}: {count:,} {things} in {seconds}, {rate}", flush=True)


def write(url: str, scale: float) -> None:
    values, count = generate_city(scale).entities(), 0
    generating, writing = Watch(), Watch()
    with open_store(url, FixedClock(DEFAULT_AS_OF)) as store:
        for number in itertools.count():
            with generating:
                batch = list(itertools.islice(values, BATCH_SIZE))
            if not batch:
                break
            count += len(batch)
            with writing:
                sum(put_all(store, batch, load_id=f"bulk-{number}"))
    generating.tell("generated", count, "values")
    writing.tell("written", count, "values")


def load(url: str, _scale: float) -> None:
    Engine([a_provider()])  # so that no time is spent on compiling, or on loading what was compiled
    with open_store(url, FixedClock(DEFAULT_AS_OF)) as store:
        with Watch() as reading:
            count = sum(len(part["id"]) for part in store.scan_columns(Provider, COLUMNS))
        reading.tell("read as columns, and thrown away", count, "providers")
        with Watch() as loading:
            engine = Engine(parameters=default_parameters())
            engine.load(store.scan_columns(Provider, COLUMNS))
        loading.tell("read into an engine", len(engine), "providers")


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


def main(scale: str = "0.01") -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "city.db"
        for work in (write, load):
            in_its_own_process(work, f"sqlite:///{path}", float(scale))
        print(f"file: {path.stat().st_size / 2**30:.2f} GiB")


if __name__ == "__main__":
    main(*sys.argv[1:])

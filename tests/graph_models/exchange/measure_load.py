"""Measure a load: ``python -m tests.graph_models.exchange.measure_load 200000 --bad 0.01``.

Writes providers of a made-up size to a file, spoils some, loads them into a new SQLite store twice, and
prints rows a second (and rows a second of CPU time, for a busy machine), what was rejected, and the peak
memory of the process.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from graph_models.city.hierarchy import district_at
from graph_models.domain.places import Location
from graph_models.domain.providers import Provider
from graph_models.domain.schedules import parse_week
from graph_models.domain.skills import SkillOffer
from graph_models.exchange.loading import load
from graph_models.exchange.tables import FORMATS, write_tables
from graph_models.ports import Entity, Put, WriteBatch
from graph_models.stores.opening import open_store
from tests.builders import NOW, FixedClock, a_provider, some_areas, some_skills

WEEK = parse_week("Mo-Fr 09:00-12:00,13:00-17:00; Sa 09:00-12:00")
SKILLS = (SkillOffer("care.bathing", 0.8), SkillOffer("repairs", 0.5))


def providers(count: int) -> Iterator[Provider]:
    """Providers in which most columns are filled."""
    for number in range(count):
        yield a_provider(
            f"volunteer-{number:07}",
            name=f"志愿者 {number}",
            skills=SKILLS,
            location=Location(23.1 + number % 100 / 1000, 113.25 + number % 77 / 1000),
            serves=("440103001",),
            max_travel_km=5.0,
            availability=WEEK,
            languages=("yue", "zh"),
            verified_at=NOW,
        )


def spoil(path: Path, share: float) -> int:
    """Make a share of the rows of a CSV file bad, in two ways; return how many."""
    lines = path.read_text().splitlines()
    chosen = range(1, len(lines), round(1 / share))
    for number in chosen:
        old, new = (",4,0,0,", ",-4,0,0,") if number % 2 else ("repairs", "repairz")
        lines[number] = lines[number].replace(old, new, 1)
    path.write_text("\n".join(lines) + "\n")
    return len(chosen)


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=int)
    parser.add_argument("--format", choices=FORMATS, default="csv")
    parser.add_argument("--bad", type=float, default=0.0)
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--districts", action="store_true")
    parser.add_argument("--crs", default="wgs84")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(f"sqlite:///{folder}/m.db", FixedClock()) as store,
    ):
        base: list[Entity] = [*some_areas(), *some_skills()]
        store.write(WriteBatch("base", tuple(map(Put, base))))
        start = time.perf_counter()
        write_tables(f"{folder}/in", providers(options.rows), options.format)
        print(f"written to {options.format}: {options.rows / (time.perf_counter() - start):,.0f} rows/s")
        path = Path(folder) / "in" / f"providers.{options.format}"
        bad = spoil(path, options.bad) if options.bad else 0
        if options.crs != "wgs84":
            path.write_text(path.read_text().replace(",wgs84,", ",,"))
        for attempt in ("first", "second"):
            start, start_cpu = time.perf_counter(), time.process_time()
            report = load(
                store,
                [path],
                crs=options.crs,
                strict=options.strict,
                district_of=district_at if options.districts else None,
            )
            rate = options.rows / (time.perf_counter() - start)
            cpu_rate = options.rows / (time.process_time() - start_cpu)
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            counts = report.kinds["providers"]
            print(f"{attempt} load: {rate:,.0f} rows/s ({cpu_rate:,.0f} a CPU second), {memory:,.0f} MiB")
            print(f"  {counts}, {bad} bad")


if __name__ == "__main__":
    main()

"""Measures bulk paths between files and stores: ``python -m tests.benchmarks.neo4j_bulk [SCALE]``.

A synthetic city goes to Parquet, from there into SQLite (`load`), from there into a local Neo4j by its
offline importer, out of it in columns by one reader and by several, and from SQLite back to Parquet.
Prints one line a figure: seconds by the clock and, in brackets, of this process on the processor; what
Neo4j's own processes take shows by the clock only. All files go to a temporary folder.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from graph_models.city.generate import DEFAULT_AS_OF, generate_city
from graph_models.city.hierarchy import district_at
from graph_models.domain.providers import Provider
from graph_models.exchange.loading import load
from graph_models.exchange.tables import export_tables, write_tables
from graph_models.ports import GraphStore
from graph_models.schema import BY_ENTITY
from graph_models.stores import local_neo4j
from graph_models.stores.importing import import_store
from graph_models.stores.neo4j import Neo4jStore, store
from graph_models.stores.opening import open_store
from tests.benchmarks.bulk import Watch
from tests.builders import FixedClock

CLOCK = FixedClock(DEFAULT_AS_OF)
RESOURCES = local_neo4j.Resources(heap_mb=1_024, page_cache_mb=1_024)


def measure(folder: Path, scale: float) -> None:
    with Watch() as writing:
        count = sum(write_tables(folder / "in", generate_city(scale).entities(), "parquet").values())
    writing.tell("generated to Parquet", count, "values")
    with open_store(f"sqlite:///{folder}/city.db", CLOCK) as source:
        with Watch() as loading:
            load(source, [folder / "in"], crs="wgs84", district_of=district_at)
        loading.tell("loaded from Parquet into SQLite", count, "values")
        with Watch() as exporting:
            export_tables(source, folder / "out", "parquet")
        exporting.tell("exported from SQLite to Parquet", count, "values")
        measure_neo4j(source, folder / "neo4j", count)


def measure_neo4j(source: GraphStore, home: Path, count: int) -> None:
    try:
        with Watch() as importing:
            server, _ = import_store(source, home, CLOCK, port=local_neo4j.ANY_PORT, resources=RESOURCES)
        importing.tell("imported from SQLite into Neo4j, two starts of the server included", count, "values")
        with Neo4jStore(server.url, CLOCK, (server.user, server.password)) as target:
            for readers in (store.READERS, 1, store.READERS, 1):
                store.READERS = readers
                with Watch() as reading:
                    names = BY_ENTITY[Provider].columns()
                    number = sum(len(part["id"]) for part in target.scan_columns(Provider, names))
                reading.tell(f"read as columns from Neo4j, readers: {readers}", number, "providers")
    finally:
        local_neo4j.kill(home)


def main(scale: str = "0.02") -> None:
    with TemporaryDirectory() as folder:
        measure(Path(folder), float(scale))


if __name__ == "__main__":
    main(*sys.argv[1:])

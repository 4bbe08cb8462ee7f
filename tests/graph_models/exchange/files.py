"""Files and stores for the tests of exchange, made by plain functions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from graph_models.exchange.loading import load
from graph_models.exchange.report import LoadReport
from graph_models.ports import Entity, GraphStore, Put, WriteBatch
from graph_models.schema import NODE_TYPES
from graph_models.stores.opening import open_store
from tests.builders import FixedClock, a_category, a_need, a_provider, a_resident, some_areas, some_skills

PROVIDER_HEADER = "id,kind,name,capacity_total"


def a_store(folder: Path, *values: Entity) -> GraphStore:
    """An SQLite store with the areas, skills and people of the builders, and further values."""
    store = open_store(f"sqlite:///{folder / 'city.db'}", FixedClock())
    base: list[Entity] = [*some_areas(), *some_skills(), a_category(), a_resident("r1"), a_provider("p1")]
    store.write(WriteBatch("seed", tuple(Put(each) for each in [*base, a_need("n1"), *values])))
    return store


def put_file(folder: Path, name: str, content: str | bytes) -> Path:
    """Write a file as it is, in UTF-8 if it is a text."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def load_file(store: GraphStore, folder: Path, name: str, content: str | bytes, **options: Any) -> LoadReport:
    """Load one file with coordinates in WGS-84 unless said otherwise."""
    return load(store, [put_file(folder / "in", name, content)], **{"crs": "wgs84", **options})


def contents(store: GraphStore) -> dict[str, list[Entity]]:
    """Everything a store holds, by plural, in key order."""
    return {node.plural: [each.value for each in store.scan(node.entity)] for node in NODE_TYPES}


def providers_csv(*rows: str, header: str = PROVIDER_HEADER) -> str:
    """A file of providers with the required columns, or others."""
    return "\n".join([header, *rows]) + "\n"


def reasons(report: LoadReport) -> list[str]:
    """Why rows were kept out."""
    return [each.reason for each in report.errors]


def many_providers(count: int) -> Iterable[Entity]:
    """Providers that differ by id and name."""
    return (a_provider(f"v{number:06}", name=f"志愿者 {number}") for number in range(count))

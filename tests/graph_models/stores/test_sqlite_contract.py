"""The SQLite store signs the contract of `graph_models.ports.GraphStore`."""

from __future__ import annotations

from tests.contracts.graph_store import GraphStoreContract
from tests.graph_models.stores.sqlite_fixtures import SqliteFixtures


class TestSqliteContract(SqliteFixtures, GraphStoreContract):
    """Every section."""

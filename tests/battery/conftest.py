"""Both stores, each with whatever a test of the battery puts there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Neo4jServer

STORES = ["sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j)]


@pytest.fixture(params=STORES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty store of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'battery.db'}"
    server: Neo4jServer = request.getfixturevalue("neo4j_server")
    server.empty()
    return server.store_url

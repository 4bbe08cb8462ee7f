"""Both stores, with the town in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_models.ports import GraphStore
from graph_models.stores.opening import open_store
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.policy import LoopPolicy
from tests.builders import FixedClock
from tests.conftest import Neo4jServer
from tests.matcher.closed_loop.towns import put, town

STORES = ["sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j)]


@pytest.fixture(params=STORES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty store of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'town.db'}"
    server: Neo4jServer = request.getfixturevalue("neo4j_server")
    server.empty()
    return server.store_url


@pytest.fixture
def store(store_url: str) -> Iterator[GraphStore]:
    with open_store(store_url, FixedClock()) as opened:
        put(opened, *town())
        yield opened


@pytest.fixture
def desk(store: GraphStore) -> Desk:
    return Desk(store, LoopPolicy())

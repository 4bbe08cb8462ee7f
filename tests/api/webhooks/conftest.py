"""Both stores, a clock and a receiver."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.clock import SystemClock
from graph_models.ports import GraphStore
from graph_models.stores.opening import open_store
from tests.api.webhooks.receivers import Receiver, receiving
from tests.builders import FixedClock
from tests.conftest import Neo4jServer


@pytest.fixture(params=["sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[GraphStore]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'city.db'}"
    else:
        server: Neo4jServer = request.getfixturevalue("neo4j_server")
        server.empty()
        url = server.store_url
    with open_store(url, SystemClock()) as store:
        yield store


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(Receiver()) as receiver:
        yield receiver

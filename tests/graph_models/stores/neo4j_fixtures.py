"""What the store contract needs to know about Neo4j."""

from __future__ import annotations

from collections.abc import Callable
from subprocess import Popen

import pytest

from tests.conftest import Neo4jServer
from tests.contracts.fixtures import StoreFixtures


class Neo4jFixtures(StoreFixtures):
    runs = 1  # test_neo4j_failures.py kills it three times more, with several writers

    @pytest.fixture
    def store_url(self, neo4j_server: Neo4jServer) -> str:
        neo4j_server.empty()
        return neo4j_server.store_url

    @pytest.fixture
    def examine(self) -> Callable[[], None]:
        """Neo4j checks its own files when it recovers, which every test that kills it has it do."""
        return lambda: None

    @pytest.fixture
    def interrupt(self, neo4j_server: Neo4jServer) -> Callable[[Popen[str]], None]:
        if neo4j_server.home is None:
            pytest.skip("the server was given, not started: it is not ours to kill")
        return lambda _: neo4j_server.crash()

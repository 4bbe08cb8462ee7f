"""What the store contract needs to know about Neo4j."""

from __future__ import annotations

from collections.abc import Callable
from subprocess import Popen
from typing import Any

import pytest

from tests.conftest import Neo4jServer
from tests.contracts.fixtures import StoreFixtures

STOPS_HALFWAY = """
import time
from graph_models.stores.neo4j.copying import DatabaseCopy

def stop(self, links):
    print("stopped", flush=True)
    time.sleep(600)

DatabaseCopy.record = stop
"""


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

    @pytest.fixture
    def clear(self, neo4j_server: Neo4jServer) -> Callable[[], None]:
        return neo4j_server.empty

    @pytest.fixture
    def stops_halfway(self) -> str:
        return STOPS_HALFWAY

    @pytest.fixture
    def tampering(self, neo4j_server: Neo4jServer) -> Neo4jTampering:
        return Neo4jTampering(neo4j_server)


class Neo4jTampering:
    """`tests.contracts.chain.Tampering` in Cypher."""

    def __init__(self, server: Neo4jServer) -> None:
        self._server = server

    def edit(self, sequence: int, name: str, value: Any) -> None:
        changes = {
            "key": "s.keys = [$value] + s.keys[1..]",
            "digest": "s.event_digests = [$value]",
            "committed_at": "s.committed_at = datetime({epochSeconds: $value})",
        }
        change = changes.get(name, f"s.{name} = $value") if value is not None else f"s.{name} = NULL"
        self._run(f"MATCH (s:ChangeSet {{sequence: $n}}) SET {change}", n=sequence, value=value)

    def remove(self, sequence: int) -> None:
        self._run("MATCH (s:ChangeSet {sequence: $n}) DELETE s", n=sequence)

    def insert(self, sequence: int, original: int) -> None:
        self._run(
            "MATCH (s:ChangeSet {sequence: $original}) CREATE (t:ChangeSet) "
            "SET t = s {.*, sequence: $n, write_id: 'forged'}",
            n=sequence,
            original=original,
        )

    def renumber(self, sequence: int, number: int) -> None:
        self._run("MATCH (s:ChangeSet {sequence: $n}) SET s.sequence = $number", n=sequence, number=number)

    def edit_event(self, key: str, name: str, value: Any) -> None:
        self._run(f"MATCH (e:AuditEvent {{id: $key}}) SET e.{name} = $value", key=key, value=value)

    def remove_event(self, key: str) -> None:
        self._run("MATCH (e:AuditEvent {id: $key}) DETACH DELETE e", key=key)

    def insert_event(self, key: str, original: str) -> None:
        self._run(
            "MATCH (e:AuditEvent {id: $original}) CREATE (f:AuditEvent) SET f = e {.*, id: $key}",
            key=key,
            original=original,
        )

    def _run(self, statement: str, **parameters: Any) -> None:
        with self._server.driver() as driver:
            assert driver.execute_query(statement, parameters).summary.counters.contains_updates

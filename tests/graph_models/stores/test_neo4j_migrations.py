"""Taking a database of an older version forward: a store made by each of them, as Cypher statements."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from neo4j import Driver, ManagedTransaction

from graph_models.domain.errors import IncompatibleSchema, StoreError
from graph_models.domain.needs import Need
from graph_models.domain.providers import Provider
from graph_models.ports import NEW, AdjustCapacity, GraphStore, Put, WriteBatch
from graph_models.schema import ALL_TYPES, BY_ENTITY, SCHEMA_VERSION
from graph_models.stores.neo4j import definitions, feed, reading
from graph_models.stores.neo4j.queries import definitions as all_definitions
from graph_models.stores.opening import migrate, open_store
from graph_models.stores.verification import verify
from tests.builders import FixedClock, a_provider, an_audit_event
from tests.conftest import Neo4jServer
from tests.contracts.fixtures import put

pytestmark = [pytest.mark.neo4j, pytest.mark.slow]
OLDER = {1: 36, 2: 47}  # versions, and how many nodes their stores have
RENEWED = {"checksum", "chain", "event_digests", "schema_version"}
KINDS_OF_1 = ("Area", "Skill", "Category", "Staff", "Resident", "Provider", "Need", "Referral")
ADDED_IN_2 = (
    "AuditEvent", "SuggestionRecord", "Contact", "ApiKey", "WebhookEndpoint", "Delivery", "Lease",
)  # fmt: skip
CONSTRAINTS_OF_BOTH = (("ChangeFeed", "id"), ("ChangeSet", "sequence"), ("ChangeSet", "write_id"))


@pytest.fixture(params=OLDER)
def version(request: pytest.FixtureRequest) -> int:
    """What the old store is of."""
    number: int = request.param
    return number


@pytest.fixture
def driver(neo4j_server: Neo4jServer, version: int) -> Iterator[Driver]:
    """A driver to a database of an older version, which is made a new store in the end."""
    neo4j_server.empty()
    with neo4j_server.driver() as driver:
        driver.execute_query("MATCH (n) DETACH DELETE n")
        for kind, several in (("CONSTRAINT", "CONSTRAINTS"), ("INDEX", "INDEXES")):
            for each in driver.execute_query(f"SHOW {several} YIELD name, type").records:
                if each["type"] != "LOOKUP":
                    driver.execute_query(f"DROP {kind} {each['name']} IF EXISTS")
        kinds = KINDS_OF_1 if version == 1 else KINDS_OF_1 + ADDED_IN_2
        keyed = [(label, "code" if label == "Area" else "id") for label in kinds]
        for label, name in (*keyed, *CONSTRAINTS_OF_BOTH):
            driver.execute_query(
                f"CREATE CONSTRAINT {label.lower()}_{name} FOR (n:{label}) REQUIRE n.{name} IS UNIQUE"
            )
        driver.execute_query(dump(version, "neo4j.cypher"))
        try:
            yield driver
        finally:
            driver.execute_query("MATCH (n) DETACH DELETE n")
            open_store(neo4j_server.store_url, FixedClock()).close()


def dump(version: int, name: str) -> str:
    return (Path(__file__).parent / f"version_{version}" / name).read_text(encoding="utf-8")


def nodes(driver: Driver) -> list[str]:
    """All that the nodes hold but for what a migration may write."""
    found = driver.execute_query("MATCH (n) RETURN labels(n) AS labels, properties(n) AS held").records
    return sorted(
        repr(
            (sorted(each["labels"]), sorted(item for item in each["held"].items() if item[0] not in RENEWED))
        )
        for each in found
    )


def links(driver: Driver) -> list[str]:
    found = driver.execute_query(
        "MATCH (a)-[r]->(b) RETURN coalesce(a.id, a.code) AS a, type(r) AS t, r {.*} AS r, "
        "coalesce(b.id, b.code) AS b"
    ).records
    return sorted(repr(each.values()) for each in found)


def test_old_store_is_refused(neo4j_server: Neo4jServer, driver: Driver, version: int) -> None:
    """An older store is not opened, and the error names the command that helps."""
    told = f"version {version}, this program {SCHEMA_VERSION}; `lastmeter migrate`"
    with pytest.raises(IncompatibleSchema, match=told):
        open_store(neo4j_server.store_url, FixedClock())
    assert len(nodes(driver)) == OLDER[version]


def test_nothing_is_lost(neo4j_server: Neo4jServer, driver: Driver, version: int, tmp_path: Path) -> None:
    """Every node, relationship and change set is there after it; the values are those of the other store."""
    before, linked = nodes(driver), links(driver)
    assert migrate(neo4j_server.store_url) == version
    assert (nodes(driver), links(driver)) == (before, linked)
    names = {each["name"] for each in driver.execute_query("SHOW INDEXES YIELD name").records}
    assert {statement.split()[2] for statement in all_definitions()} <= names
    with _migrated_file(tmp_path, version) as file, open_store(neo4j_server.store_url, FixedClock()) as store:
        assert verify(store) == verify(file)
        assert store.links_since(0) == file.links_since(0)
        for node in ALL_TYPES:
            assert list(store.scan(node.entity)) == list(file.scan(node.entity))


def _migrated_file(folder: Path, version: int) -> GraphStore:
    path = folder / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump(version, "sqlite.sql"))
    migrate(f"sqlite:///{path}")
    return open_store(f"sqlite:///{path}", FixedClock())


def test_values_are_whole(neo4j_server: Neo4jServer, driver: Driver) -> None:
    """No value is taken for half of a change because its kind has got columns."""
    migrate(neo4j_server.store_url)
    keys = [each["id"] for each in driver.execute_query("MATCH (n:Need) RETURN n.id AS id").records]
    with driver.session() as session:
        for node in ALL_TYPES:
            found = session.execute_read(
                lambda tx, node=node: reading._versions(node, reading._run_fetch(tx, node, keys, None))
            )
            assert all(each.is_whole for each in found.values())
        assert len(session.execute_read(lambda tx: reading.fetch(tx, BY_ENTITY[Need], keys))) == 3


def test_writing_goes_on(neo4j_server: Neo4jServer, driver: Driver) -> None:
    """What was written before is answered from memory, and new writes follow on in the same chain."""
    assert driver.verify_authentication()
    migrate(neo4j_server.store_url)
    assert migrate(neo4j_server.store_url) == SCHEMA_VERSION
    with open_store(neo4j_server.store_url, FixedClock()) as store:
        batch = WriteBatch("moved", (AdjustCapacity("p1", reserved=2), Put(a_provider("p5"), NEW)))
        assert store.write(batch).sequence == 4
        put(store, a_provider("p1"), an_audit_event("e1"))
        assert store.get(Provider, "p1").revision == 3
        assert verify(store).head.sequence == 7


@pytest.mark.parametrize("version", [1])
def test_cut_short(neo4j_server: Neo4jServer, driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut short at any step it is refused still, and run again it completes."""
    monkeypatch.setattr(definitions, "LINKS_AT_ONCE", 2)
    read, calls = feed.read_unchained, 0

    def cut(tx: ManagedTransaction, cursor: int, limit: int) -> Any:
        nonlocal calls
        calls += 1
        if calls % 2 == 0:
            raise KeyboardInterrupt
        return read(tx, cursor, limit)

    monkeypatch.setattr(feed, "read_unchained", cut)
    for chained in (2, 4, 6):
        with pytest.raises(KeyboardInterrupt):
            migrate(neo4j_server.store_url)
        counted = driver.execute_query("MATCH (s:ChangeSet) RETURN count(s.chain) AS number").records
        assert counted[0]["number"] == chained
        with pytest.raises(IncompatibleSchema):
            open_store(neo4j_server.store_url, FixedClock())
    assert migrate(neo4j_server.store_url) == 1
    with open_store(neo4j_server.store_url, FixedClock()) as store:
        assert verify(store).fault is None
        assert verify(store).head.sequence == 6


def test_no_store(neo4j_server: Neo4jServer, driver: Driver) -> None:
    """An empty database is not made a store."""
    driver.execute_query("MATCH (n) DETACH DELETE n")
    with pytest.raises(StoreError, match="no store"):
        migrate(neo4j_server.store_url)
    assert nodes(driver) == []

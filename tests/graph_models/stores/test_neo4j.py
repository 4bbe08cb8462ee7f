"""What only the Neo4j store promises: the declared graph, whole values, versions, bookmarks."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from neo4j import Driver
from neo4j.time import DateTime

from graph_models.domain.errors import IncompatibleSchema
from graph_models.domain.identifiers import SkillId
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.skills import SkillOffer
from graph_models.ports import Capability, Delete, Put, WriteBatch
from graph_models.schema import ALL_TYPES, SCHEMA_VERSION
from graph_models.stores.neo4j import Neo4jStore, queries
from tests.builders import NOW, FixedClock, a_need, a_provider
from tests.conftest import Neo4jServer
from tests.contracts.fixtures import new_id, put, seed
from tests.contracts.values import complete_values

pytestmark = pytest.mark.neo4j
PATIENCE_SECONDS = 30


def opened(server: Neo4jServer, **options: Any) -> Neo4jStore:
    return Neo4jStore(server.url, FixedClock(), (server.user, server.password), **options)


@pytest.fixture
def store(neo4j_server: Neo4jServer) -> Iterator[Neo4jStore]:
    neo4j_server.empty()
    with opened(neo4j_server) as store:
        put(store, *seed())
        yield store


@pytest.fixture
def driver(neo4j_server: Neo4jServer) -> Iterator[Driver]:
    with neo4j_server.driver() as driver:
        yield driver


def rows(driver: Driver, statement: str) -> list[list[Any]]:
    return [record.values() for record in driver.execute_query(statement).records]


class TestDeclaredGraph:
    @pytest.mark.usefixtures("store")
    def test_keys_are_unique_by_constraint(self, driver: Driver) -> None:
        """Every kind of node has a uniqueness constraint on its key, and so has the feed."""
        found = rows(driver, "SHOW CONSTRAINTS YIELD labelsOrTypes, properties, type")
        unique = {(labels[0], names[0]) for labels, names, kind in found if "UNIQUENESS" in kind}
        expected = {(node.label, node.key) for node in ALL_TYPES}
        assert unique == expected | {
            ("ChangeFeed", "id"),
            ("ChangeSet", "sequence"),
            ("ChangeSet", "write_id"),
        }

    @pytest.mark.usefixtures("store")
    def test_filters_are_indexed(self, driver: Driver) -> None:
        """Every indexed property has an index that also gives the order of pages."""
        found = rows(driver, "SHOW INDEXES YIELD labelsOrTypes, properties, state WHERE state = 'ONLINE'")
        held = [(labels, names) for labels, names, _ in found]
        for node in ALL_TYPES:
            for each in node.properties:
                if each.is_indexed:
                    assert ([node.label], [each.name, node.key]) in held

    @pytest.mark.usefixtures("store")
    def test_filtered_page_needs_no_sort(self, driver: Driver) -> None:
        """A page by an indexed property is read off the index from its cursor on."""
        statement = "EXPLAIN " + queries.page("Provider", ("kind",))
        parameters: dict[str, Any] = {"where": {"kind": "station"}, "after": "p1", "limit": 10}
        plan = driver.execute_query(statement, parameters).summary.plan
        operators = _operators(plan)
        assert "NodeIndexSeek@neo4j" in operators
        assert not any(each.startswith(("Sort", "Top@", "NodeByLabelScan")) for each in operators)

    def test_labels_follow_the_kind(self, store: Neo4jStore, driver: Driver) -> None:
        """A provider also carries the label of its kind, an area that of its level; replacing moves it."""
        labels = "MATCH (n {id: 'p1'}) RETURN labels(n)"
        assert sorted(rows(driver, labels)[0][0]) == ["Provider", "Volunteer"]
        put(store, a_provider("p1", kind="social_organisation"))
        assert sorted(rows(driver, labels)[0][0]) == ["Provider", "SocialOrganisation"]
        levels = rows(driver, "MATCH (n:Area) UNWIND labels(n) AS label RETURN DISTINCT label ORDER BY label")
        assert levels == [["Area"], ["City"], ["Community"], ["District"], ["Street"]]

    def test_relationships_have_direction_and_property(self, store: Neo4jStore, driver: Driver) -> None:
        """Relationships are those of the design: direction, type, and one property where declared."""
        put(store, *complete_values())
        found = rows(
            driver,
            "MATCH (a)-[r]->(b) RETURN DISTINCT labels(a)[0], type(r), labels(b)[0], keys(r)",
        )
        expected = []
        for node in ALL_TYPES:
            for each in node.relationships:
                target = next(other.label for other in ALL_TYPES if other.entity is each.target)
                ends = (
                    (target, each.name, node.label) if each.is_incoming else (node.label, each.name, target)
                )
                expected.append([*ends, [each.property.name] if each.property else []])
        assert sorted(found) == sorted(expected)

    @pytest.mark.usefixtures("store")
    def test_times_are_native(self, driver: Driver) -> None:
        """An instant is a time for Cypher too, not a text or a number."""
        [[created]] = rows(driver, "MATCH (n:Need {id: 'n1'}) RETURN n.created_at")
        assert isinstance(created, DateTime)
        assert created.to_native() == NOW

    def test_replacing_touches_only_what_differs(self, store: Neo4jStore, driver: Driver) -> None:
        """A replaced value keeps the relationships that it had before and still has."""
        relationships = "MATCH (:Provider {id: 'p1'})-[r]->() RETURN elementId(r) ORDER BY 1"
        before = rows(driver, relationships)
        put(store, a_provider("p1", name="renamed", serves=("4401",)))
        after = rows(driver, relationships)
        assert len(after) == len(before) + 1
        assert [each for each in before if each in after] == before


def _operators(plan: Any) -> list[str]:
    return [plan["operatorType"], *(name for child in plan.get("children", []) for name in _operators(child))]


class TestWholeValues:
    def test_a_reader_sees_one_version(self, store: Neo4jStore, neo4j_server: Neo4jServer) -> None:
        """Reading while a value is replaced gives what was there before or after, never a mixture."""
        versions = [
            a_provider("p1", name="before", skills=(), serves=("4401",), capacity=Capacity(1)),
            a_provider(
                "p1",
                name="after, with a name that is longer",
                skills=tuple(SkillOffer(SkillId(key), 0.5) for key in ("care", "care.bathing", "repairs")),
                capacity=Capacity(9, 4, 5),
                verified_at=NOW,
                languages=("en", "zh"),
            ),
        ]
        put(store, versions[0])
        stop = Event()

        def replace() -> None:
            number = 1
            while not stop.is_set():
                put(store, versions[number % 2], a_need(f"n{number}"))
                store.write(WriteBatch(new_id(), (Delete(type(a_need()), f"n{number}"),)))
                number += 1

        def read(reader: int) -> None:
            with opened(neo4j_server) as own:
                for _ in range(250):
                    found = own.get(Provider, "p1") if reader % 2 else next(own.scan(Provider))
                    assert found.value in versions

        with ThreadPoolExecutor(5) as pool:
            writer = pool.submit(replace)
            try:
                for reader in [pool.submit(read, number) for number in range(4)]:
                    reader.result()
            finally:
                stop.set()
            writer.result()

    def test_mixture_is_noticed(self, store: Neo4jStore, driver: Driver) -> None:
        """A value whose checksum is wrong is read again; if it stays the same it was edited by hand."""
        driver.execute_query("MATCH (n:Provider {id: 'p1'}) SET n.name = 'edited in a browser'")
        assert store.get(Provider, "p1").value.name == "edited in a browser"
        assert [each.value.name for each in store.scan(Provider)] == ["edited in a browser"]
        put(store, a_provider("p1"))
        assert store.get(Provider, "p1").value == a_provider("p1")


class TestCommitsUnderWay:
    """The feed may show a commit before its values do; who holds the counter's lock may be such a writer."""

    def test_readers_wait_for_what_another_writes(
        self, store: Neo4jStore, neo4j_server: Neo4jServer, driver: Driver
    ) -> None:
        """A change set of somebody else counts as in effect once no writer holds the lock."""
        put(store, a_provider("mine"))
        with opened(neo4j_server) as other, driver.session() as session, ThreadPoolExecutor(1) as pool:
            put(other, a_provider("theirs"))
            with session.begin_transaction() as lock:
                lock.run(queries.LOCK_FEED, write_id="").consume()
                asked = pool.submit(store.changes_since, 0)
                with pytest.raises(TimeoutError):
                    asked.result(1)
                lock.rollback()
            assert asked.result(PATIENCE_SECONDS)[-1].changes[0].key == "theirs"

    def test_nobody_waits_to_learn_of_an_own_write(self, store: Neo4jStore, driver: Driver) -> None:
        """It was acknowledged, so it is in effect, and so is everything before it."""
        put(store, a_provider("mine"))
        with (
            driver.session() as session,
            ThreadPoolExecutor(1) as pool,
            session.begin_transaction() as lock,
        ):
            lock.run(queries.LOCK_FEED, write_id="").consume()
            asked = pool.submit(store.changes_since, 0)
            try:
                assert asked.result(PATIENCE_SECONDS)[-1].changes[0].key == "mine"
            finally:
                lock.rollback()


class TestOpening:
    def test_routing_address(self, store: Neo4jStore, neo4j_server: Neo4jServer) -> None:
        """A neo4j:// address, which asks the server where to go, ends at the same store."""
        url = neo4j_server.url.replace("bolt://", "neo4j://")
        with Neo4jStore(url, FixedClock(), (neo4j_server.user, neo4j_server.password)) as routed:
            put(routed, a_provider("p1", name="routed"))
            assert store.get(Provider, "p1").value.name == "routed"

    def test_capabilities(self, store: Neo4jStore) -> None:
        """It declares itself reached over a network."""
        assert Capability.NETWORKED in store.capabilities
        assert Capability.EMBEDDED not in store.capabilities

    @pytest.mark.usefixtures("store")
    def test_other_schema_version(self, neo4j_server: Neo4jServer, driver: Driver) -> None:
        """A database of another schema version is refused, and left alone."""
        driver.execute_query(
            "MATCH (n:ChangeFeed) SET n.schema_version = $version", version=SCHEMA_VERSION + 1
        )
        try:
            with pytest.raises(IncompatibleSchema):
                opened(neo4j_server)
        finally:
            driver.execute_query(
                "MATCH (n:ChangeFeed) SET n.schema_version = $version", version=SCHEMA_VERSION
            )

    def test_many_openings_of_a_new_database(self, neo4j_server: Neo4jServer, driver: Driver) -> None:
        """Several programs may open an empty database at once: one feed, no error."""
        neo4j_server.empty()
        driver.execute_query("MATCH (n:ChangeFeed) DELETE n")
        for (name,) in rows(driver, "SHOW CONSTRAINTS YIELD name"):
            driver.execute_query(f"DROP CONSTRAINT {name}")
        with ThreadPoolExecutor(4) as pool:
            for store in pool.map(lambda _: opened(neo4j_server), range(4)):
                store.close()
        assert rows(driver, "MATCH (n:ChangeFeed) RETURN n.sequence") == [[0]]

    def test_bookmarks_pass_on_what_was_seen(self, store: Neo4jStore, neo4j_server: Neo4jServer) -> None:
        """A store that is given another one's bookmarks waits for all that that one has written."""
        before = store.bookmarks()
        store.write(WriteBatch(new_id(), (Put(a_provider("p1", name="new")),)))
        assert store.bookmarks() != before
        with opened(neo4j_server, bookmarks=store.bookmarks()) as other:
            assert other.get(Provider, "p1").value.name == "new"

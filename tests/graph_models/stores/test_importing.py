"""The offline importer: what it makes is what writing would have made, and it destroys nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from neo4j import Driver, GraphDatabase

from graph_models.bulk import put_all
from graph_models.city.generate import generate_city
from graph_models.domain.errors import DuplicateKey, IdempotencyConflict
from graph_models.domain.needs import Need
from graph_models.domain.providers import Provider
from graph_models.domain.skills import Skill
from graph_models.ports import MAX_BATCH, NEW, GraphStore, Put, WriteBatch
from graph_models.schema import NODE_TYPES
from graph_models.stores import local_neo4j
from graph_models.stores.importing import NotEmpty, import_store
from graph_models.stores.local_neo4j import ANY_PORT, AlreadyRunning, ImportFailed, RunningNeo4j
from graph_models.stores.neo4j import Neo4jStore
from graph_models.stores.opening import open_store
from graph_models.stores.verification import verify
from matcher.parameters import default_parameters
from matcher.use_cases import LiveMatcher
from tests.builders import FixedClock, a_provider, some_skills
from tests.conftest import RESOURCES, Neo4jServer
from tests.contracts.fixtures import new_id, put, seed
from tests.contracts.values import complete_values, sparse_values

# The jars of a run that cannot have them are not asked for twice: the first fixture skips or fails.
pytestmark = [pytest.mark.neo4j, pytest.mark.slow, pytest.mark.usefixtures("neo4j_server")]
SCALE = 0.001


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphStore]:
    """A small city, and values with every field and with none."""
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('source')}/city.db", FixedClock()) as store:
        for _ in put_all(store, generate_city(SCALE).entities(), load_id="city"):
            pass
        put(store, *seed(), *complete_values(), *sparse_values())
        yield store


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("a home, of ours")
    yield home
    local_neo4j.kill(home)


@pytest.fixture(scope="module")
def server(source: GraphStore, home: Path) -> RunningNeo4j:
    """A server with the imported city."""
    server, counts = import_store(source, home, FixedClock(), port=ANY_PORT, resources=RESOURCES)
    assert counts == {node.plural: source.count(node.entity) for node in NODE_TYPES}
    return server


@pytest.fixture
def imported(server: RunningNeo4j) -> Iterator[GraphStore]:
    with Neo4jStore(server.url, FixedClock(), (server.user, server.password)) as store:
        yield store


@pytest.fixture
def written(source: GraphStore, neo4j_server: Neo4jServer) -> Iterator[GraphStore]:
    """The same city, written to another server in one batch a kind."""
    neo4j_server.empty()
    with open_store(neo4j_server.store_url, FixedClock()) as store:
        for node in NODE_TYPES:
            puts = tuple(Put(each.value) for each in source.scan(node.entity))
            assert len(puts) <= MAX_BATCH
            store.write(WriteBatch(f"import.{node.plural}.0", puts))
        yield store


def graph(driver: Driver) -> tuple[list[Any], list[Any], set[Any]]:
    """All nodes, relationships, constraints and indexes of a database, without its numbers of nodes."""
    nodes = driver.execute_query("MATCH (n) RETURN labels(n) AS labels, properties(n) AS held").records
    links = driver.execute_query(
        "MATCH (a)-[r]->(b) RETURN labels(a) + a.id + a.code AS start, type(r) AS type, r{.*} AS held,"
        " coalesce(a.id, a.code) AS from, coalesce(b.id, b.code) AS to, labels(b) AS end"
    ).records
    rules = driver.execute_query("SHOW INDEXES YIELD name, state, labelsOrTypes, properties").records
    return (
        sorted(repr((sorted(each["labels"]), sorted(map(_plain, each["held"].items())))) for each in nodes),
        sorted(
            repr((each["type"], each["from"], each["to"], sorted(each["end"]), each["held"]))
            for each in links
        ),
        {repr(each.values()) for each in rules if each["labelsOrTypes"]},
    )


def _plain(item: tuple[str, Any]) -> tuple[str, Any]:
    name, value = item
    # Of an empty list the importer does not know what it is a list of; the driver takes it for bytes.
    return name, [] if value == b"" else value


class TestImported:
    def test_chain_holds(self, imported: GraphStore, written: GraphStore) -> None:
        """An imported history verifies, and is the one that writing would have made."""
        assert verify(imported).fault is None
        assert imported.links_since(0) == written.links_since(0)

    def test_same_graph_as_written(
        self, server: RunningNeo4j, written: GraphStore, neo4j_server: Neo4jServer
    ) -> None:
        """Nodes, labels, properties, relationships, feed, constraints, indexes: all as if written."""
        assert written.head() == len(NODE_TYPES)
        auth = (server.user, server.password)
        with (
            GraphDatabase.driver(server.url, auth=auth, notifications_min_severity="OFF") as driver,
            neo4j_server.driver() as other,
        ):
            found, expected = graph(driver), graph(other)
        for ours, theirs in zip(found, expected, strict=True):
            assert ours == theirs

    def test_same_values_and_feed(
        self, imported: GraphStore, source: GraphStore, written: GraphStore
    ) -> None:
        """Every value reads back equal at revision 1, by scan; the feed tells of each."""
        for node in NODE_TYPES:
            found = list(imported.scan(node.entity))
            assert [each.value for each in found] == [each.value for each in source.scan(node.entity)]
            assert {each.revision for each in found} == {1}
        assert imported.changes_since(0) == written.changes_since(0)
        assert imported.head() == len(NODE_TYPES)

    def test_same_suggestions(self, imported: GraphStore, source: GraphStore) -> None:
        """Needs get the same suggestions from both stores."""
        needs = [each.value for each in source.page(Need, limit=20).items]
        answers = []
        for store in (source, imported):
            matcher = LiveMatcher(store, FixedClock(), default_parameters())
            answers.append([replace(matcher.suggest(need.id), graph_revision=0) for need in needs])
        assert answers[0] == answers[1]

    def test_written_on(self, imported: GraphStore, source: GraphStore) -> None:
        """Writing goes on after an import: keys are taken, batches known again, numbers follow on."""
        before = imported.head()
        areas = tuple(Put(each.value) for each in source.scan(NODE_TYPES[0].entity))
        assert imported.write(WriteBatch("import.areas.0", areas)).sequence == 1
        with pytest.raises(IdempotencyConflict):
            imported.write(WriteBatch("import.areas.0", areas[:1]))
        [provider] = imported.page(Provider, limit=1).items
        with pytest.raises(DuplicateKey):
            imported.write(WriteBatch(new_id(), (Put(provider.value, NEW),)))
        change = imported.write(
            WriteBatch(new_id(), (Put(provider.value, 1), Put(a_provider("new-one"), NEW)))
        )
        assert [each.revision for each in change.changes] == [2, 1]
        assert imported.head() == change.sequence == before + 1


class TestRefusals:
    def test_not_empty(self, source: GraphStore, home: Path, server: RunningNeo4j) -> None:
        """A database that holds anything is left alone, and its server keeps running."""
        with pytest.raises(NotEmpty, match="not empty"):
            import_store(source, home, FixedClock(), port=ANY_PORT, resources=RESOURCES)
        assert local_neo4j.status(home) == server

    def test_running(self, home: Path, server: RunningNeo4j, tmp_path: Path) -> None:
        """The files of a server that runs are not touched."""
        with pytest.raises(AlreadyRunning):
            local_neo4j.replace_database(home, tmp_path, {}, {})
        assert local_neo4j.status(home) == server

    def test_relationship_that_leads_nowhere(self, tmp_path: Path) -> None:
        """A reference to what is not there fails the import, and the database stays as it was."""
        home, files = tmp_path / "home", tmp_path / "files"
        files.mkdir()
        pq.write_table(pa.table({"id:ID(Skill)": ["a", "b"]}), files / "Skill.parquet")
        ends = {":START_ID(Skill)": ["a"], ":END_ID(Skill)": ["c"]}
        pq.write_table(pa.table(ends), files / "Skill.BROADER.parquet")
        try:
            server = local_neo4j.start(home, port=ANY_PORT, resources=RESOURCES)
            auth = (server.user, server.password)
            with Neo4jStore(server.url, FixedClock(), auth) as store:
                put(store, *some_skills())
            local_neo4j.stop(home)
            with pytest.raises(ImportFailed) as caught:
                local_neo4j.replace_database(
                    home, files, {"Skill.parquet": "Skill"}, {"Skill.BROADER.parquet": "BROADER"}
                )
            assert "c (Skill)" in caught.value.log.read_text()
            assert not (home / "importing").exists()
            server = local_neo4j.start(home, port=ANY_PORT, resources=RESOURCES)
            with Neo4jStore(server.url, FixedClock(), auth) as store:
                assert store.count(Skill) == len(some_skills())
        finally:
            local_neo4j.kill(home)

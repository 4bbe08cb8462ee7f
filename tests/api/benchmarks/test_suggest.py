"""Suggestions beside their peers: all must give the same lists."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from neo4j import GraphDatabase

from api.benchmarks import suggest
from api.benchmarks.columns import Columns
from api.benchmarks.cypher import Cypher
from api.benchmarks.provider_files import Neo4jHome
from api.benchmarks.report import Line, Report
from api.benchmarks.town import Town, draw_town, full_lists, plain
from api.commands.bench import empty_neo4j
from graph_models.stores import local_neo4j
from graph_models.stores.neo4j import is_empty
from matcher.parameters import default_parameters
from tests.conftest import RESOURCES

SCALE, ASKED = 0.002, 12


@pytest.fixture(scope="module")
def columns_and_town() -> tuple[Columns, Town]:
    columns = Columns(default_parameters())
    town = draw_town(SCALE, [columns.add])
    columns.seal()
    return columns, town


def running(home: Neo4jHome) -> local_neo4j.RunningNeo4j:
    server = local_neo4j.status(home.folder)
    assert server is not None
    return server


def lines(report: Report) -> dict[str, Line]:
    [section] = report.sections
    return {line.name: line for line in section.lines}


class TestColumns:
    def test_scan_and_tree_list_what_the_engine_lists(self, columns_and_town: tuple[Columns, Town]) -> None:
        """On needs without hours and terms both peers give the engine's list, to its order."""
        columns, town = columns_and_town
        answers = (columns.scan, columns.ball_tree())
        here = [plain(each) for each in town.contexts if not each.category.is_remote]
        assert len(here) > 30
        for context in here:
            listed = [each.provider_id for each in town.engine.suggest(context).suggestions]
            assert [answer(context) for answer in answers] == [listed, listed]

    def test_a_list_has_ten_at_most(self, columns_and_town: tuple[Columns, Town]) -> None:
        """Needs with more eligible providers than are asked for are among those that are compared."""
        columns, town = columns_and_town
        full = full_lists(town.engine, town.contexts, ASKED)
        assert full
        assert all(len(columns.scan(plain(each))) == 10 for each in full)


class TestFootprint:
    def test_lies_between_the_list_and_the_city(self, columns_and_town: tuple[Columns, Town]) -> None:
        """A search reads at least the rows that it lists, and not all of a city's for a full list."""
        _, town = columns_and_town
        for context in full_lists(town.engine, town.contexts, ASKED):
            seen = town.engine.footprint(context)
            assert 10 <= seen.rows < len(town.engine)
            assert seen.nodes >= 1

    def test_grows_with_the_list(self, columns_and_town: tuple[Columns, Town]) -> None:
        """Whoever wants a longer list has to look at more."""
        _, town = columns_and_town
        context = full_lists(town.engine, town.contexts, 1)[0]
        assert town.engine.footprint(context, 1).rows < town.engine.footprint(context, 10).rows

    def test_is_of_needs_on_the_spot(self, columns_and_town: tuple[Columns, Town]) -> None:
        """A need by phone is answered from a list: there is no search to tell of."""
        _, town = columns_and_town
        by_phone = next(each for each in town.contexts if each.category.is_remote)
        with pytest.raises(ValueError, match="by phone"):
            town.engine.footprint(by_phone)


@pytest.fixture(scope="module")
def home() -> Iterator[Neo4jHome]:
    """A server without data, of the command's own, and gone afterwards."""
    with empty_neo4j(RESOURCES) as home:
        assert isinstance(home, Neo4jHome)
        server = running(home)
        assert is_empty(server.url, (server.user, server.password))
        yield home
        port = int(running(home).url.rpartition(":")[2])
    assert not home.folder.exists()
    with pytest.raises(OSError, match="refused"), socket.create_connection(("127.0.0.1", port), timeout=5):
        pass


@pytest.fixture(scope="module")
def report(home: Neo4jHome) -> Report:
    """Of a run that has filled the server."""
    return suggest.run(SCALE, home, asked=ASKED)


# The jars of a run that cannot have them are not asked for twice: the first fixture skips or fails.
@pytest.mark.neo4j
@pytest.mark.usefixtures("neo4j_server")
class TestCypher:
    def test_all_take_part(self, report: Report) -> None:
        """With a server at hand nobody is skipped, and all lists are the same."""
        told = lines(report)
        assert list(told) == [
            "engine",
            "numpy, all providers",
            "BallTree and numpy",
            "one Cypher query, point index",
            "memory latency",
        ]
        assert report.skipped == []
        assert 0 < report.facts["compared"] <= ASKED
        same = {line.figures["same"] for line in told.values() if "same" in line.figures}
        assert same == {report.facts["compared"]}

    @pytest.mark.usefixtures("report")
    def test_lists_what_the_engine_lists(
        self, home: Neo4jHome, columns_and_town: tuple[Columns, Town]
    ) -> None:
        """One query has all rules and factors of needs without hours and terms."""
        _, town = columns_and_town
        server = running(home)
        auth = (server.user, server.password)
        with GraphDatabase.driver(server.url, auth=auth) as driver, driver.session() as session:
            [count] = session.run("MATCH (p:Provider) RETURN count(p)").single(strict=True)
            assert count == len(town.engine)
            cypher = Cypher(session)
            for context in [plain(each) for each in town.contexts if not each.category.is_remote][:30]:
                listed = [each.provider_id for each in town.engine.suggest(context).suggestions]
                assert cypher.answer(context) == listed


def test_says_why_a_peer_is_missing() -> None:
    """Without a server the others are measured, and the reason is told."""
    report = suggest.run(SCALE, "no jars", asked=ASKED)
    assert report.skipped == ["one Cypher query, point index: no jars"]
    told = lines(report)
    assert "one Cypher query, point index" not in told
    for line in told.values():
        p50_ms, p99_ms = line.figures["p50_ms"], line.figures["p99_ms"]
        assert isinstance(p50_ms, float)
        assert isinstance(p99_ms, float)
        assert 0 < p50_ms <= p99_ms

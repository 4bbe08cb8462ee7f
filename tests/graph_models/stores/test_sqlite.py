"""What only the SQLite store promises: its file, its locks and its durability."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from graph_models.domain.errors import InvalidValue, StoreError, StoreUnavailable
from graph_models.domain.providers import Provider
from graph_models.ports import Capability, GraphStore, Put, WriteBatch
from graph_models.schema import ALL_TYPES
from graph_models.stores.sqlite import SqliteStore
from graph_models.stores.sqlite.tables import TABLES, table_of
from tests.builders import FixedClock, a_provider
from tests.contracts.fixtures import new_id, put
from tests.contracts.processes import Workers
from tests.graph_models.stores.sqlite_fixtures import SqliteFixtures


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


class TestFile(SqliteFixtures):
    def test_file_is_made_in_an_existing_folder(self, tmp_path: Path) -> None:
        """A store makes its file, but never a folder: a mistyped path is told, not followed."""
        with SqliteStore(tmp_path / "new.db", FixedClock()):
            assert (tmp_path / "new.db").is_file()
        with pytest.raises(StoreError, match=r"the folder .*/nowhere does not exist"):
            SqliteStore(tmp_path / "nowhere" / "city.db", FixedClock())

    def test_relative_path_stays_where_it_was_opened(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A relative path means the working folder of the opening, also for later connections."""
        monkeypatch.chdir(tmp_path)
        with SqliteStore("city.db", FixedClock()) as store, ThreadPoolExecutor(4) as pool:
            (tmp_path / "elsewhere").mkdir()
            monkeypatch.chdir(tmp_path / "elsewhere")
            assert list(pool.map(lambda _: store.head(), range(40))) == [0] * 40
        assert sorted(os.listdir(tmp_path)) == ["city.db", "elsewhere"]

    @pytest.mark.parametrize("name", [":memory:", "a b#c?d%41.db", "城市.db"])
    def test_any_file_name(self, tmp_path: Path, name: str) -> None:
        """A path is a path: no part of it is an option or a special name."""
        with SqliteStore(tmp_path / name, FixedClock()) as store:
            put(store, a_provider(skills=(), community_code=None))
        assert (tmp_path / name).stat().st_size > 0

    def test_durability_settings(self, store: GraphStore, path: Path) -> None:
        """The file has a write-ahead log, and every connection waits for the disk on commit."""
        with raw(path) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert isinstance(store, SqliteStore)
        with store._connections.reading() as lent:
            assert lent.execute("PRAGMA synchronous").fetchone() == (2,)

    def test_capabilities(self, store: GraphStore) -> None:
        """The store lives in one local file."""
        assert store.capabilities == {Capability.EMBEDDED}

    def test_many_processes_make_one_file(self, store_url: str) -> None:
        """Processes that open a new file at once find one schema, made once."""
        for _ in range(2):
            with Workers(store_url) as workers:
                answers = workers.run([["follow", "0"]] * 6)
        assert answers == [[]] * 6

    def test_many_values_at_once(self, store: GraphStore, path: Path) -> None:
        """They are what each is alone; what somebody damaged past the store is refused with its reason."""
        values = [a_provider(f"x{number:02}", is_active=number % 3 > 0) for number in range(80)]
        put(store, *values)
        keys = [each.id for each in values]
        assert store.get_many(Provider, keys) == {key: store.get(Provider, key) for key in keys}
        with raw(path) as connection:
            connection.execute("UPDATE provider SET latitude = 'north' WHERE id = 'x41'")
        with pytest.raises(InvalidValue, match="latitude must be a number, got a text of 5 characters"):
            store.get_many(Provider, keys)


class TestStatements(SqliteFixtures):
    @pytest.fixture
    def connection(self, path: Path) -> Iterator[sqlite3.Connection]:
        """A connection of its own to a new store."""
        SqliteStore(path, FixedClock()).close()
        with raw(path) as connection:
            yield connection

    def test_a_table_for_each_kind(self, connection: sqlite3.Connection) -> None:
        """Each node type has one table with a column for each of its columns, clustered by key."""
        for node in ALL_TYPES:
            found = connection.execute(f"PRAGMA table_info({node.label})").fetchall()
            assert [column[1] for column in found] == [*node.columns(), "revision"]
            assert [column[1] for column in found if column[5]] == [node.key]

    def test_pages_never_sort_or_read_all(self, connection: sqlite3.Connection) -> None:
        """A page by key or by any one filter is read from an index in order."""
        for node, table in zip(ALL_TYPES, TABLES, strict=True):
            for filters in ((), *((name,) for name in node.filters())):
                parameters = ("x",) * len(filters) + ("", 10)
                [plan] = _plan(connection, table.select_page(filters), *parameters)
                assert plan.startswith("SEARCH")
                assert all(name in plan for name in filters)

    def test_pages_within_a_jurisdiction_look_up_what_leads_to_areas(
        self, connection: sqlite3.Connection
    ) -> None:
        """A page within a jurisdiction is read in order too, and looks up by key what leads to areas."""
        for node, table in zip(ALL_TYPES, TABLES, strict=True):
            if node.scopes:
                plan = _plan(connection, table.select_page((), is_scoped=True), "[]", "", 10)
                allowed = ("SEARCH", "CORRELATED SCALAR SUBQUERY", "SCAN json_each")
                assert all(step.startswith(allowed) for step in plan)
                assert sum(step.startswith("SEARCH") for step in plan) == max(map(len, node.scopes))

    def test_to_one_references_are_found_by_index(self, connection: sqlite3.Connection) -> None:
        """Who points at a value by a to-one relationship is looked up, not searched for."""
        for node in ALL_TYPES:
            for each in node.relationships:
                if not each.is_many:
                    plan = _plan(connection, table_of(node.entity).select_referrers(each), "[]")
                    assert any(f"INDEX {node.label.lower()}_{each.column}" in step for step in plan)


def _plan(connection: sqlite3.Connection, statement: str, *parameters: object) -> list[str]:
    return [step[3] for step in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]


class TestSharing(SqliteFixtures):
    def test_reading_while_another_process_writes(self, store: GraphStore, path: Path) -> None:
        """A writer in the middle of its transaction keeps nobody from reading the last commit."""
        with raw(path) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("UPDATE provider SET name = 'not yet'")
            assert store.get(Provider, "p1").value == a_provider("p1")
            assert store.page(Provider).items[0].value == a_provider("p1")

    def test_lock_is_not_given_up(self, store: GraphStore, path: Path) -> None:
        """A write that cannot get the lock in time is refused as retryable and leaves nothing."""
        batch = WriteBatch(new_id(), (Put(a_provider("p5")),))
        with SqliteStore(path, FixedClock(), busy_timeout_seconds=0.1) as hasty:
            with raw(path) as other:
                other.execute("BEGIN IMMEDIATE")
                with pytest.raises(StoreUnavailable, match="lock") as caught:
                    hasty.write(batch)
                other.execute("ROLLBACK")
            assert caught.value.is_retryable
            assert hasty.outcome_of(batch.id) is None
            hasty.write(batch)
        assert store.get(Provider, "p5").revision == 1

    def test_threads_wait_no_longer_than_told(self, path: Path) -> None:
        """A thread that waits for another one's write gives up after the same time."""
        with SqliteStore(path, FixedClock(), busy_timeout_seconds=0.1) as store:
            with ThreadPoolExecutor(1) as pool, store._connections.writing("long"):
                attempt = pool.submit(put, store, a_provider("p5", skills=(), community_code=None))
                with pytest.raises(StoreUnavailable, match="another thread"):
                    attempt.result(timeout=10)
            put(store, a_provider("p5", skills=(), community_code=None))

    def test_connections_are_reused(self, store: GraphStore) -> None:
        """There are never more connections than threads that read or wrote at once."""
        assert isinstance(store, SqliteStore)
        for _ in range(5):
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(lambda _: store.get(Provider, "p1"), range(50)))
        assert 1 <= len(store._connections._idle) <= 4

    def test_child_process_cannot_use_its_parents_store(self, store: GraphStore) -> None:
        """A forked child is told to open the store itself: sharing a connection would damage the file."""
        child = os.fork()
        if child == 0:
            try:
                store.head()
            except StoreError as error:
                os._exit(0 if "another process" in str(error) else 2)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert store.head() == 1

    def test_closing_while_a_thread_reads(self, path: Path) -> None:
        """A connection on loan when the store is closed finishes its work, then is closed as well."""
        store = SqliteStore(path, FixedClock())
        with store._connections.reading() as lent:
            store.close()
            assert lent.execute("SELECT count(*) FROM provider").fetchone() == (0,)
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            lent.execute("SELECT 1")

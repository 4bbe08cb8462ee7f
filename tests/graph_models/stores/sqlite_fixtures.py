"""What the store contract needs to know about SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.fixtures import StoreFixtures

STOPS_HALFWAY = """
import sqlite3, time
from functools import partial
from types import SimpleNamespace
from graph_models.stores.sqlite import copying

class Stopping(sqlite3.Connection):
    def commit(self):
        print("stopped", flush=True)
        time.sleep(600)

copying.sqlite3 = SimpleNamespace(connect=partial(sqlite3.connect, factory=Stopping))
"""


class SqliteFixtures(StoreFixtures):
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "city.db"

    @pytest.fixture
    def store_url(self, path: Path) -> str:
        return f"sqlite:///{path}"

    @pytest.fixture
    def examine(self, path: Path) -> Callable[[], None]:
        def examine() -> None:
            with closing(sqlite3.connect(path)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

        return examine

    @pytest.fixture
    def clear(self, path: Path) -> Callable[[], None]:
        return path.unlink

    @pytest.fixture
    def stops_halfway(self) -> str:
        return STOPS_HALFWAY

    @pytest.fixture
    def tampering(self, path: Path) -> SqliteTampering:
        return SqliteTampering(path)


class SqliteTampering:
    """`tests.contracts.chain.Tampering` in SQL."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def edit(self, sequence: int, name: str, value: Any) -> None:
        if name == "committed_at":
            self._run("UPDATE change_set SET committed_at = ? WHERE sequence = ?", str(value), sequence)
            if value is not None:
                text = "strftime('%Y-%m-%dT%H:%M:%S.000000+00:00', ?, 'unixepoch')"
                self._run(f"UPDATE change_set SET committed_at = {text} WHERE sequence = ?", value, sequence)
        elif name in ("key", "digest"):
            column, place = ("changes", "$[0][1]") if name == "key" else ("event_digests", "$[0]")
            changed = f"json_set({column}, '{place}', ?)"
            self._run(f"UPDATE change_set SET {column} = {changed} WHERE sequence = ?", value, sequence)
        else:
            self._run(f"UPDATE change_set SET {name} = ? WHERE sequence = ?", value, sequence)

    def remove(self, sequence: int) -> None:
        self._run("DELETE FROM change_set WHERE sequence = ?", sequence)

    def insert(self, sequence: int, original: int) -> None:
        copied = "fingerprint, committed_at, changes, event_digests, chain"
        self._run(
            f"INSERT INTO change_set (sequence, write_id, {copied})"
            f" SELECT ?, 'forged', {copied} FROM change_set WHERE sequence = ?",
            sequence,
            original,
        )

    def renumber(self, sequence: int, number: int) -> None:
        self._run("UPDATE change_set SET sequence = ? WHERE sequence = ?", number, sequence)

    def edit_event(self, key: str, name: str, value: Any) -> None:
        self._run(f"UPDATE auditevent SET {name} = ? WHERE id = ?", value, key)

    def remove_event(self, key: str) -> None:
        self._run("DELETE FROM auditevent WHERE id = ?", key)

    def insert_event(self, key: str, original: str) -> None:
        with closing(sqlite3.connect(self._path)) as connection, connection:
            connection.execute(
                "CREATE TEMP TABLE copied AS SELECT * FROM auditevent WHERE id = ?", (original,)
            )
            connection.execute("UPDATE copied SET id = ?", (key,))
            connection.execute("INSERT INTO auditevent SELECT * FROM copied")

    def _run(self, statement: str, *parameters: Any) -> None:
        with closing(sqlite3.connect(self._path)) as connection, connection:
            assert connection.execute(statement, parameters).rowcount == 1

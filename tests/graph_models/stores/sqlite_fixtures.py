"""What the store contract needs to know about SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.contracts.fixtures import StoreFixtures


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

"""Files as copies of a store: taken of another file at one instant, filled, or poured into a new store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from graph_models.domain.errors import StoreError
from graph_models.ports import E, Entity, Link, Stored
from graph_models.records import to_columns
from graph_models.stores.sqlite import feed
from graph_models.stores.sqlite.failures import translated
from graph_models.stores.sqlite.tables import TABLES, key_list, table_of

_IS_EMPTY = " AND ".join(
    f"NOT EXISTS (SELECT 1 FROM {name})" for name in ("change_set", *(table.name for table in TABLES))
)


def copy_file(source: Path, target: Path) -> None:
    """Make a copy of a store as it is at one instant, while others write to it.

    Raises
    ------
    StoreError
        If the copy is damaged, as its source then is.
    """
    with translated(), closing(sqlite3.connect(source)) as held, closing(sqlite3.connect(target)) as copy:
        held.backup(copy)
        _check(copy)


@contextmanager
def filling(path: Path) -> Iterator[FileCopy]:
    """Fill a new store's file with what another store holds."""
    with translated(), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN IMMEDIATE")
        yield FileCopy(connection)
        connection.commit()
        _check(connection)


class FileCopy:
    """A `graph_models.stores.copies.Copy` in a file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, kind: type[E], values: list[Stored[E]]) -> None:
        """Add or replace values at their revisions."""
        table = table_of(kind)
        columns = table.encode(to_columns(kind, [each.value for each in values]))
        revisions = [each.revision for each in values]
        self._connection.executemany(table.upsert, zip(*columns, revisions, strict=True))

    def remove(self, kind: type[Entity], keys: list[str]) -> None:
        """Remove values, if they are there."""
        table = table_of(kind)
        statement = f"DELETE FROM {table.name} WHERE {table.key} IN (SELECT value FROM json_each(?))"
        self._connection.execute(statement, (key_list(keys),))

    def record(self, links: tuple[Link, ...]) -> None:
        """Add change sets as they are."""
        feed.record(self._connection, links)


def pour(copy: Path, target: Path) -> bool:
    """Put all that a copy holds into an empty store, as a whole or not at all.

    Returns
    -------
    Whether the store was empty; otherwise nothing is done.
    """
    with translated(), closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("ATTACH ? AS copy", (str(copy),))
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute(f"SELECT {_IS_EMPTY}").fetchone() != (1,):
            return False
        columns = {table.name: ", ".join((*table.definitions, "revision")) for table in TABLES}
        for name, listed in {**columns, "change_set": feed.COLUMNS}.items():
            connection.execute(f"INSERT INTO main.{name} ({listed}) SELECT {listed} FROM copy.{name}")
        connection.commit()
        return True


def _check(connection: sqlite3.Connection) -> None:
    """Hold a file to SQLite's own check."""
    if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
        raise StoreError("the store's file is damaged; restore it from a backup")

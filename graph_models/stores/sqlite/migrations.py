"""Taking a file of an older schema version forward, in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from graph_models.domain.errors import StoreError
from graph_models.schema import SCHEMA_VERSION
from graph_models.stores.chain import GENESIS, chained
from graph_models.stores.sqlite import feed
from graph_models.stores.sqlite.connections import table_names, version_of
from graph_models.stores.sqlite.failures import translated
from graph_models.stores.sqlite.tables import TABLES
from graph_models.stores.versions import check_version


def migrate_file(path: Path, *, busy_timeout_seconds: float = 30.0) -> int:
    """Take a store to the schema version of this program; return the version that it had.

    It happens as a whole or not at all. No program of the old version may go on writing.

    Raises
    ------
    StoreError
        If there is no store, or the file is of another program.
    IncompatibleSchema
        If the store is of a newer version.
    StoreUnavailable
        If somebody else holds the store's lock.
    """
    if not path.exists():
        raise StoreError(f"there is no store at {path}")
    connected = sqlite3.connect(path, timeout=busy_timeout_seconds, isolation_level=None)
    with translated(), closing(connected) as connection:
        if not table_names(connection, path):
            raise StoreError(f"there is no store at {path}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        version = version_of(connection)
        if version is None or not 1 <= version < SCHEMA_VERSION:
            check_version(version)
            return SCHEMA_VERSION
        for step in STEPS[version - 1 :]:
            step(connection)
        _add_what_is_new(connection)
        connection.execute("UPDATE metadata SET value = ? WHERE name = 'schema_version'", (SCHEMA_VERSION,))
        connection.commit()
        return version


def _add_what_is_new(connection: sqlite3.Connection) -> None:
    """Add the tables, columns and indexes of the schema that are not there yet."""
    for table in TABLES:
        connection.execute(table.create)
        there = {column for _, column, *_ in connection.execute(f"PRAGMA table_info({table.name})")}
        for column, definition in table.definitions.items():
            if column not in there:
                connection.execute(f"ALTER TABLE {table.name} ADD COLUMN {column} {definition}")
        for statement in table.create_indexes:
            connection.execute(statement)


def _add_chain(connection: sqlite3.Connection) -> None:
    """Give each change set its chain, in a new table that a program of version 1 cannot write to."""
    connection.execute("ALTER TABLE change_set RENAME TO old_change_set")
    connection.execute(feed.CREATE_FEED)
    old = connection.execute(
        "SELECT sequence, write_id, fingerprint, committed_at, changes, '[]', '' "
        "FROM old_change_set ORDER BY sequence"
    )
    feed.record(connection, chained(GENESIS, map(feed.link_of, old)))
    connection.execute("DROP TABLE old_change_set")


# The n-th takes data of version n to n + 1; what the schema declares is added in any case.
STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (_add_chain,)

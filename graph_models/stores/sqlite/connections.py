"""Connections to one SQLite file: opening it, sharing them between threads, transactions."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from graph_models.domain.errors import OutcomeUnknown, StoreError, StoreUnavailable
from graph_models.schema import SCHEMA_VERSION
from graph_models.stores.sqlite.failures import translated
from graph_models.stores.sqlite.feed import CREATE_FEED
from graph_models.stores.sqlite.tables import TABLES
from graph_models.stores.versions import check_version

_CREATE_METADATA = "CREATE TABLE metadata (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"
# For each connection, of which there are as many as threads have read at once.
_CACHE_KIB = 16 * 1024


class Connections:
    """Connections to one file, each used by one thread at a time.

    Parameters
    ----------
    path
        The file; it is made if there is none, in a folder that exists.
    busy_timeout_seconds
        How long to wait for another writer before `StoreUnavailable`.
    """

    def __init__(self, path: Path, busy_timeout_seconds: float) -> None:
        self._path = path.absolute()
        self._busy_timeout_seconds = busy_timeout_seconds
        self._idle: list[sqlite3.Connection] = []
        self._is_closed = False
        self._process = os.getpid()
        # Threads queue here in turn; SQLite's own lock polls, and is for other processes.
        self._writer = Lock()
        if not self._path.parent.is_dir():
            raise StoreError(f"the folder {self._path.parent} does not exist")
        with self.reading() as connection:
            self._prepare(connection)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection on which each statement sees the latest commit."""
        with translated():
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)

    @contextmanager
    def writing(self, write_id: str) -> Iterator[sqlite3.Connection]:
        """Lend a connection inside a transaction that no other writer can overlap.

        Leaving the block commits to disk; leaving it by an error undoes everything.

        Raises
        ------
        OutcomeUnknown
            The disk did not confirm the commit.
        """
        if not self._writer.acquire(timeout=self._busy_timeout_seconds):
            raise StoreUnavailable("another thread holds the store's lock")
        try:
            with self.reading() as connection:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    _commit(connection, write_id)
                finally:
                    if connection.in_transaction:
                        connection.rollback()
        finally:
            self._writer.release()

    def close(self) -> None:
        """Close the idle connections now and those on loan when they come back."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> sqlite3.Connection:
        if self._is_closed:
            raise StoreError("the store is closed")
        if self._process != os.getpid():
            raise StoreError("the store was opened by another process; open it in this one")
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        # One whose rollback failed is of no more use.
        if self._is_closed or connection.in_transaction:
            connection.close()
        else:
            self._idle.append(connection)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=self._busy_timeout_seconds, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA synchronous = FULL")
        # What is deleted or replaced is overwritten with zeros: an erased person is in no free page.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Make the tables of a new file, or hold an existing one to the schema version.

        An existing store is only read: it can be opened without the right to write, and while others
        write.
        """
        names = table_names(connection, self._path)
        if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
            raise StoreError(f"{self._path} is on a file system that several processes cannot share")
        if not names:
            self._create_schema(connection)
        check_version(version_of(connection))

    def _create_schema(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have made it since this one looked.
            if not table_names(connection, self._path):
                for statement in (
                    _CREATE_METADATA,
                    CREATE_FEED,
                    *(each for table in TABLES for each in (table.create, *table.create_indexes)),
                ):
                    connection.execute(statement)
                connection.execute(
                    "INSERT INTO metadata VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),)
                )
            connection.commit()
        finally:
            connection.rollback()


def table_names(connection: sqlite3.Connection, path: Path) -> set[str]:
    """Return what a store's file consists of, nothing if it is new.

    Raises
    ------
    StoreError
        If it is the database of another program.
    """
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if names and "metadata" not in names:
        raise StoreError(f"{path} is a database of another program")
    return names


def _commit(connection: sqlite3.Connection, write_id: str) -> None:
    try:
        connection.commit()
    except sqlite3.OperationalError as error:
        # All of the commit was written, only its way to the disk failed: after a power failure it may
        # be there or not. Any other failure is one to write it, and SQLite undoes the transaction.
        if error.sqlite_errorcode in (sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC):
            raise OutcomeUnknown(write_id) from error
        raise


def version_of(connection: sqlite3.Connection) -> int | None:
    """Return the schema version that a store bears."""
    found = connection.execute("SELECT value FROM metadata WHERE name = 'schema_version'").fetchone()
    return None if found is None else int(found[0])

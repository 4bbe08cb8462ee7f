"""SQLite's errors as the project's own: callers never see a driver exception."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from graph_models.domain.errors import StoreError, StoreReadOnly, StoreUnavailable

# Primary result codes, https://www.sqlite.org/rescode.html: what can pass by itself or by freeing
# room, without anyone repairing the file.
_RETRYABLE = {
    sqlite3.SQLITE_BUSY: "another program holds the store's lock",
    sqlite3.SQLITE_LOCKED: "another program holds the store's lock",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write",
    sqlite3.SQLITE_NOMEM: "there is not enough memory",
    sqlite3.SQLITE_CANTOPEN: "the store's files cannot be opened",
}
_LASTING = {
    sqlite3.SQLITE_PERM: "the store's files may not be accessed",
    sqlite3.SQLITE_NOTADB: "the file is not an SQLite database",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore it from a backup",
}


@contextmanager
def translated() -> Iterator[None]:
    """Raise `StoreUnavailable`, `StoreReadOnly` or `StoreError` in place of any error of sqlite3."""
    try:
        yield
    except sqlite3.Error as error:
        # Extended codes hold the primary one in their low byte; the Python module's own have none.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _RETRYABLE:
            raise StoreUnavailable(_RETRYABLE[code]) from error
        if code == sqlite3.SQLITE_READONLY:
            raise StoreReadOnly("the store is read-only") from error
        raise StoreError(_LASTING.get(code, f"SQLite refused: {error}")) from error

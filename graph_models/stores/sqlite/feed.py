"""The change feed, which is also the record of write ids: one row for each committed batch.

The next number is the highest plus one. Only one transaction at a time can add a row, and rows are
never removed, so numbers follow the order of commits without gap.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

import orjson

from graph_models.domain.errors import IdempotencyConflict
from graph_models.ports import Change, ChangeSet
from graph_models.schema import BY_ENTITY, BY_LABEL
from graph_models.stores.sqlite.tables import instant_text

CREATE_FEED = """
CREATE TABLE change_set (
    sequence INTEGER PRIMARY KEY,
    write_id TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL,
    committed_at TEXT NOT NULL,
    changes TEXT NOT NULL
)"""
_SELECT = "SELECT sequence, write_id, committed_at, changes FROM change_set"
_INSERT = "INSERT INTO change_set (write_id, fingerprint, committed_at, changes) VALUES (?, ?, ?, ?)"


def append(
    connection: sqlite3.Connection,
    write_id: str,
    fingerprint: str,
    changes: tuple[Change, ...],
    now: datetime,
) -> ChangeSet:
    """Add the change set of a batch within its transaction."""
    listed = [(BY_ENTITY[each.kind].label, each.key, each.revision) for each in changes]
    committed_at = instant_text(now)
    parameters = (write_id, fingerprint, committed_at, orjson.dumps(listed).decode())
    sequence = connection.execute(_INSERT, parameters).lastrowid
    assert sequence is not None
    return ChangeSet(sequence, write_id, datetime.fromisoformat(committed_at), changes)


def find(connection: sqlite3.Connection, write_id: str) -> ChangeSet | None:
    """Return the change set of a write id."""
    found = connection.execute(f"{_SELECT} WHERE write_id = ?", (write_id,)).fetchone()
    return None if found is None else _change_set(found)


def find_repeated(connection: sqlite3.Connection, write_id: str, fingerprint: str) -> ChangeSet | None:
    """Return the outcome of a batch that was written before.

    Raises
    ------
    IdempotencyConflict
        If its id was used for other operations.
    """
    known = "SELECT fingerprint FROM change_set WHERE write_id = ?"
    found = connection.execute(known, (write_id,)).fetchone()
    if found is not None and found[0] != fingerprint:
        raise IdempotencyConflict(write_id)
    return None if found is None else find(connection, write_id)


def read(connection: sqlite3.Connection, cursor: int, limit: int) -> tuple[ChangeSet, ...]:
    """Return up to `limit` change sets after `cursor`."""
    found = connection.execute(f"{_SELECT} WHERE sequence > ? ORDER BY sequence LIMIT ?", (cursor, limit))
    return tuple(map(_change_set, found))


def head(connection: sqlite3.Connection) -> int:
    """Return the number of the latest change set, 0 if there is none."""
    latest: int = connection.execute("SELECT coalesce(max(sequence), 0) FROM change_set").fetchone()[0]
    return latest


def _change_set(record: tuple[int, str, str, str]) -> ChangeSet:
    sequence, write_id, committed_at, changes = record
    listed: list[tuple[str, str, int]] = orjson.loads(changes)
    return ChangeSet(
        sequence,
        write_id,
        datetime.fromisoformat(committed_at),
        tuple(Change(BY_LABEL[label].entity, key, revision) for label, key, revision in listed),
    )

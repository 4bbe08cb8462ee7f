"""The change feed, which is also the record of write ids: one row for each committed batch.

The next number is the highest plus one. Only one transaction at a time can add a row, and rows are
never removed, so numbers follow the order of commits without gap.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson

from graph_models.domain.errors import IdempotencyConflict
from graph_models.ports import Change, ChangeSet, Link
from graph_models.stores.batches import FlatBatch
from graph_models.stores.chain import GENESIS, chained, change_set_of, labelled, unreadable
from graph_models.stores.sqlite.tables import instant_text

CREATE_FEED = """
CREATE TABLE change_set (
    sequence INTEGER PRIMARY KEY,
    write_id TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL,
    committed_at TEXT NOT NULL,
    changes TEXT NOT NULL,
    event_digests TEXT NOT NULL,
    chain TEXT NOT NULL
)"""
COLUMNS = "sequence, write_id, fingerprint, committed_at, changes, event_digests, chain"
_SELECT = f"SELECT {COLUMNS} FROM change_set"
_INSERT = f"INSERT INTO change_set ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
_LAST = "SELECT sequence, chain FROM change_set ORDER BY sequence DESC LIMIT 1"


def append(
    connection: sqlite3.Connection, batch: FlatBatch, changes: tuple[Change, ...], now: datetime
) -> ChangeSet:
    """Add the change set of a batch within its transaction."""
    sequence, previous = connection.execute(_LAST).fetchone() or (0, GENESIS)
    committed_at = datetime.fromisoformat(instant_text(now))
    link = Link(
        sequence + 1, batch.id, batch.fingerprint, committed_at, labelled(changes), batch.event_digests
    )
    [link] = chained(previous, [link])
    record(connection, [link])
    return ChangeSet(link.sequence, link.write_id, committed_at, changes, link.chain)


def record(connection: sqlite3.Connection, links: Iterable[Link]) -> None:
    """Add links as they are."""
    connection.executemany(_INSERT, map(_row, links))


def find(connection: sqlite3.Connection, write_id: str) -> ChangeSet | None:
    """Return the change set of a write id."""
    found = connection.execute(f"{_SELECT} WHERE write_id = ?", (write_id,)).fetchone()
    return None if found is None else change_set_of(link_of(found))


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


def read(connection: sqlite3.Connection, cursor: int, limit: int) -> tuple[Link, ...]:
    """Return up to `limit` change sets after `cursor`."""
    found = connection.execute(f"{_SELECT} WHERE sequence > ? ORDER BY sequence LIMIT ?", (cursor, limit))
    return tuple(map(link_of, found))


def head(connection: sqlite3.Connection) -> int:
    """Return the number of the latest change set, 0 if there is none."""
    latest: int = connection.execute("SELECT coalesce(max(sequence), 0) FROM change_set").fetchone()[0]
    return latest


def _row(link: Link) -> tuple[Any, ...]:
    return (
        link.sequence,
        link.write_id,
        link.fingerprint,
        instant_text(link.committed_at),
        orjson.dumps(link.changes).decode(),
        orjson.dumps(link.event_digests).decode(),
        link.chain,
    )


def link_of(row: tuple[Any, ...]) -> Link:
    """Return what a row of all columns records."""
    sequence, write_id, fingerprint, committed_at, changes, event_digests, chain = row
    try:
        instant = datetime.fromisoformat(committed_at)
        if instant.utcoffset() is None:
            raise ValueError(committed_at)
        listed = tuple((label, key, revision) for label, key, revision in orjson.loads(changes))
        return Link(
            sequence, write_id, fingerprint, instant, listed, tuple(orjson.loads(event_digests)), chain
        )
    except (TypeError, ValueError):  # only somebody who went past the store can have written this
        return unreadable(sequence)

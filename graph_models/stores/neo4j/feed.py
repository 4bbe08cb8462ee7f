"""The change feed, which is also the record of write ids: one node for each committed batch.

Every writing transaction first takes the lock of one node, the counter, and keeps it until its
commit is in effect. So commits happen one after the other, and their numbers have no gap. It is also
the fixed order of locks: whoever holds the counter's can wait for nobody.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from neo4j import ManagedTransaction

from graph_models.domain.errors import IdempotencyConflict
from graph_models.ports import Change, ChangeSet
from graph_models.schema import BY_ENTITY, BY_LABEL
from graph_models.stores.neo4j import queries
from graph_models.stores.neo4j.mapping import to_instant


def lock(tx: ManagedTransaction, write_id: str, fingerprint: str) -> tuple[int, ChangeSet | None]:
    """Wait for the counter; return its number, and the outcome of the batch if it was written before.

    Raises
    ------
    IdempotencyConflict
        If its id was used for other operations.
    """
    record = tx.run(queries.LOCK_FEED, write_id=write_id).single(strict=True)
    known = record["set"]
    if known is None:
        return record["sequence"], None
    if known["fingerprint"] != fingerprint:
        raise IdempotencyConflict(write_id)
    return record["sequence"], _change_set(known)


def append(
    tx: ManagedTransaction,
    write_id: str,
    fingerprint: str,
    changes: tuple[Change, ...],
    sequence: int,
    now: datetime,
) -> ChangeSet:
    """Add the change set of a batch within its transaction."""
    change_set = ChangeSet(sequence, write_id, now.astimezone(UTC), changes)
    properties = {
        "sequence": sequence,
        "write_id": write_id,
        "fingerprint": fingerprint,
        "committed_at": change_set.committed_at,
        "kinds": [BY_ENTITY[each.kind].label for each in changes],
        "keys": [each.key for each in changes],
        "revisions": [each.revision for each in changes],
    }
    tx.run(queries.APPEND, change_set=properties).consume()
    return change_set


def await_writers(tx: ManagedTransaction) -> None:
    """Wait until no commit is under way, by taking the lock that its writer gives back when all is done.

    Neo4j applies a commit piece by piece under the eyes of readers: the feed may show it a moment
    before the values do.
    """
    tx.run(queries.LOCK_FEED, write_id="").consume()


def find(tx: ManagedTransaction, write_id: str) -> ChangeSet | None:
    """Return the change set of a write id."""
    record = tx.run(queries.FIND, write_id=write_id).single()
    return None if record is None else _change_set(record["set"])


def read(tx: ManagedTransaction, cursor: int, limit: int) -> tuple[ChangeSet, ...]:
    """Return up to `limit` change sets after `cursor`."""
    found = tx.run(queries.CHANGES_SINCE, cursor=cursor, limit=limit)
    return tuple(_change_set(record["set"]) for record in found)


def head(tx: ManagedTransaction) -> int:
    """Return the number of the latest change set, 0 if there is none."""
    number: int = tx.run(queries.HEAD).single(strict=True)["sequence"]
    return number


def _change_set(node: Any) -> ChangeSet:
    changes = zip(node["kinds"], node["keys"], node["revisions"], strict=True)
    return ChangeSet(
        node["sequence"],
        node["write_id"],
        to_instant(node["committed_at"]),
        tuple(Change(BY_LABEL[label].entity, key, revision) for label, key, revision in changes),
    )

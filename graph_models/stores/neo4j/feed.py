"""The change feed, which is also the record of write ids: one node for each committed batch.

Every writing transaction first takes the lock of one node, the counter, and keeps it until its
commit is in effect. So commits happen one after the other, and their numbers have no gap. It is also
the fixed order of locks: whoever holds the counter's can wait for nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, LiteralString

from neo4j import ManagedTransaction

from graph_models.domain.errors import IdempotencyConflict, StoreError
from graph_models.ports import Change, ChangeSet, Link
from graph_models.stores.batches import FlatBatch
from graph_models.stores.chain import GENESIS, chained, change_set_of, labelled, unreadable
from graph_models.stores.neo4j import queries
from graph_models.stores.neo4j.connections import Reader
from graph_models.stores.neo4j.mapping import to_instant
from graph_models.stores.versions import check_version


def lock(tx: ManagedTransaction, batch: FlatBatch) -> tuple[int, str, ChangeSet | None]:
    """Wait for the counter; return where the feed ends, and the outcome of a batch that was written before.

    Returns
    -------
    The latest sequence number, the chain up to it, and the outcome or None.

    Raises
    ------
    IdempotencyConflict
        If its id was used for other operations.
    IncompatibleSchema
        If the database was migrated, or is being restored.
    StoreError
        If the latest change set is gone.
    """
    record = tx.run(queries.LOCK_FEED, write_id=batch.id).single(strict=True)
    check_version(record["version"])  # it may have changed since the store was opened
    sequence, chain, known = record["sequence"], record["chain"], record["set"]
    if known is not None:
        if known["fingerprint"] != batch.fingerprint:
            raise IdempotencyConflict(batch.id)
        return sequence, chain, change_set_of(_link(known))
    if sequence and chain is None:
        raise StoreError(f"change set {sequence} is missing or has no chain; restore the store from a backup")
    return sequence, chain or GENESIS, None


def next_link(
    batch: FlatBatch, changes: tuple[Change, ...], sequence: int, previous: str, now: datetime
) -> Link:
    """Return the record of a batch behind `previous`, the chain up to now."""
    link = Link(
        sequence, batch.id, batch.fingerprint, now.astimezone(UTC), labelled(changes), batch.event_digests
    )
    [link] = chained(previous, [link])
    return link


def appending(links: Iterable[Link]) -> tuple[LiteralString, list[Any]]:
    """Return the statement, and its items, that adds links as they are."""
    return queries.APPEND, list(map(_properties, links))


def record(tx: ManagedTransaction, links: Iterable[Link]) -> None:
    """Add links as they are, and set the counter to the last of them."""
    statement, items = appending(links)
    tx.run(statement, items=items).consume()


def await_writers(tx: ManagedTransaction) -> None:
    """Wait until no commit is under way, by taking the lock that its writer gives back when all is done.

    Neo4j applies a commit piece by piece under the eyes of readers: the feed may show it a moment
    before the values do.
    """
    tx.run(queries.LOCK_FEED, write_id="").consume()


def find(tx: Reader, write_id: str) -> ChangeSet | None:
    """Return the change set of a write id."""
    record = tx.run(queries.FIND, write_id=write_id).single()
    return None if record is None else change_set_of(_link(record["set"]))


def read(tx: Reader, cursor: int, limit: int) -> tuple[Link, ...]:
    """Return up to `limit` change sets after `cursor`."""
    found = tx.run(queries.CHANGES_SINCE, cursor=cursor, limit=limit)
    return tuple(_link(record["set"]) for record in found)


def read_unchained(tx: Reader, cursor: int, limit: int) -> tuple[Link, ...]:
    """Return change sets of a database of version 1, which bear no chain."""
    found = tx.run(queries.CHANGES_SINCE, cursor=cursor, limit=limit)
    return tuple(_link({**record["set"], "event_digests": [], "chain": ""}) for record in found)


def head(tx: Reader) -> int:
    """Return the number of the latest change set, 0 if there is none."""
    number: int = tx.run(queries.HEAD).single(strict=True)["sequence"]
    return number


def _properties(link: Link) -> dict[str, Any]:
    return {
        "sequence": link.sequence,
        "write_id": link.write_id,
        "fingerprint": link.fingerprint,
        "committed_at": link.committed_at,
        "kinds": [label for label, _, _ in link.changes],
        "keys": [key for _, key, _ in link.changes],
        "revisions": [revision for _, _, revision in link.changes],
        "event_digests": link.event_digests,
        "chain": link.chain,
    }


def _link(node: Any) -> Link:
    try:
        return Link(
            node["sequence"],
            node["write_id"],
            node["fingerprint"],
            to_instant(node["committed_at"]),
            tuple(zip(node["kinds"], node["keys"], node["revisions"], strict=True)),
            tuple(node["event_digests"]),
            node["chain"],
        )
    except (KeyError, TypeError, ValueError, OverflowError):  # somebody went past the store to write this
        return unreadable(node["sequence"])

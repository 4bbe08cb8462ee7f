"""`SqliteStore`: the `GraphStore` port on one SQLite file."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from graph_models.declarations import Relationship
from graph_models.domain.checks import check_integer
from graph_models.domain.errors import NotFound
from graph_models.domain.identifiers import is_id
from graph_models.domain.providers import Capacity
from graph_models.ports import (
    AdjustCapacity,
    Capability,
    Change,
    ChangeSet,
    Clock,
    Columns,
    Delete,
    E,
    Entity,
    GraphStore,
    Link,
    Page,
    Stored,
    Within,
    WriteBatch,
    key_of,
)
from graph_models.schema import BY_ENTITY
from graph_models.stores.batches import FlatBatch
from graph_models.stores.chain import change_set_of
from graph_models.stores.integrity import adjusted, asked, check
from graph_models.stores.paging import EMPTY_PAGE, MAX_PAGE, check_columns, check_page, check_within
from graph_models.stores.sqlite import feed
from graph_models.stores.sqlite.connections import Connections
from graph_models.stores.sqlite.tables import instant_text, key_list, table_of

SCAN_PAGE = 1_000  # few enough to stay in the processor's cache


class SqliteStore(GraphStore):
    """A graph in one file, for several threads and processes of one machine.

    Writers queue on SQLite's one write lock; readers never wait for them (write-ahead log). A write
    has reached the disk when it returns (``synchronous=FULL``).

    Parameters
    ----------
    path
        The file; made if it does not exist, in a folder that does. Not on a network file system.
    clock
        Tells the time of commits.
    busy_timeout_seconds
        How long a write waits for other writers.

    Raises
    ------
    StoreError
        The folder does not exist, the file is not an SQLite database or belongs to another program.
    IncompatibleSchema
        Another schema version wrote the file.
    StoreUnavailable
        The file is locked or cannot be opened.
    """

    def __init__(
        self, path: str | PathLike[str], clock: Clock, *, busy_timeout_seconds: float = 30.0
    ) -> None:
        self._clock = clock
        self._connections = Connections(Path(path), busy_timeout_seconds)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this store declares to be able to do."""
        return frozenset({Capability.EMBEDDED})

    def write(self, batch: WriteBatch) -> ChangeSet:
        """Apply a batch atomically and durably, see `GraphStore.write`."""
        flat = FlatBatch(batch)
        records = {kind: table_of(kind).encode(columns) for kind, columns in flat.puts.items()}
        with self._connections.writing(batch.id) as connection:
            if (repeated := feed.find_repeated(connection, batch.id, flat.fingerprint)) is not None:
                return repeated
            changes = check(batch, _SqliteLookups(connection))
            _apply(connection, batch, changes, records)
            return feed.append(connection, flat, changes, self._clock.now())

    def outcome_of(self, write_id: str) -> ChangeSet | None:
        """Return what a write changed, or None if it did not take effect."""
        if not is_id(write_id):
            return None
        with self._connections.reading() as connection:
            return feed.find(connection, write_id)

    def get(self, kind: type[E], key: str, *, within: Within = None) -> Stored[E]:
        """Return one value, see `GraphStore.get`."""
        found = self.get_many(kind, [key], within=within)
        if key not in found:
            raise NotFound(BY_ENTITY[kind].label, key)
        return found[key]

    def get_many(self, kind: type[E], keys: Sequence[str], *, within: Within = None) -> dict[str, Stored[E]]:
        """Return those of the values that exist, by key."""
        check_within(kind, within)
        table = table_of(kind)
        # Other texts are the key of nothing, and not all of them can be sent to SQLite.
        possible = key_list(list(filter(is_id, keys)))
        statement, parameters = table.select_keys, [possible]
        if within is not None:
            statement, parameters = table.select_keys_within, [key_list(within), possible]
        with self._connections.reading() as connection:
            records = connection.execute(statement, parameters).fetchall()
        return dict(zip(map(table.key_in, records), table.decode_all(records), strict=True))

    def page(
        self,
        kind: type[E],
        *,
        where: Mapping[str, str] | None = None,
        after: str | None = None,
        limit: int = 100,
        within: Within = None,
    ) -> Page[E]:
        """Return up to `limit` values after a key, see `GraphStore.page`."""
        request = check_page(kind, where, after, limit, within)
        if request is None:
            return EMPTY_PAGE
        table = table_of(kind)
        scope = () if within is None else (key_list(within),)
        statement = table.select_page(tuple(request.where), is_scoped=within is not None)
        parameters = (*scope, *request.where.values(), request.after, limit + 1)
        with self._connections.reading() as connection:
            records = connection.execute(statement, parameters).fetchall()
        items = tuple(map(table.decode, records[:limit]))
        return Page(items, key_of(items[-1].value) if len(records) > limit else None)

    def scan(self, kind: type[E]) -> Iterator[Stored[E]]:
        """Iterate over all values in key order, in bounded memory."""
        table = table_of(kind)
        after = ""
        while True:
            with self._connections.reading() as connection:
                records = connection.execute(table.select_page(()), (after, SCAN_PAGE)).fetchall()
            # A value is built when it is asked for, so that few are alive at once.
            yield from map(table.decode, records)
            if len(records) < SCAN_PAGE:
                return
            after = table.key_in(records[-1])

    def scan_columns(self, kind: type[E], names: Sequence[str]) -> Iterator[Columns]:
        """Iterate over some columns of all values in key order, see `GraphStore.scan_columns`."""
        check_columns(kind, names)
        table = table_of(kind)
        statement, after = table.select_columns(names), ""
        while True:
            with self._connections.reading() as connection:
                records = connection.execute(statement, (after, SCAN_PAGE)).fetchall()
            if records:
                yield table.decode_columns(names, records)
            if len(records) < SCAN_PAGE:
                return
            after = records[-1][0]

    def count(self, kind: type[Entity]) -> int:
        """Return how many values of this kind there are."""
        with self._connections.reading() as connection:
            number: int = connection.execute(table_of(kind).count).fetchone()[0]
            return number

    def head(self) -> int:
        """Return the sequence number of the latest committed change set, 0 for an empty store."""
        with self._connections.reading() as connection:
            return feed.head(connection)

    def changes_since(self, cursor: int, *, limit: int = 1_000) -> tuple[ChangeSet, ...]:
        """Return the change sets after `cursor`, oldest first, see `GraphStore.changes_since`."""
        return tuple(map(change_set_of, self.links_since(cursor, limit=limit)))

    def links_since(self, cursor: int, *, limit: int = 1_000) -> tuple[Link, ...]:
        """Return the change sets after `cursor` as they are recorded, see `GraphStore.links_since`."""
        check_integer("changes.cursor", cursor, most=2**63 - 1)
        check_integer("changes.limit", limit, least=1, most=MAX_PAGE)
        with self._connections.reading() as connection:
            return feed.read(connection, cursor, limit)

    def purge(self) -> bool:
        """Write the log into the file and empty it, see `GraphStore.purge`."""
        with self._connections.reading() as connection:
            (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not is_busy

    def close(self) -> None:
        """Release the file. Closing twice is allowed."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _SqliteLookups:
    """`integrity.Lookups` inside one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def revisions(self, kind: type[Entity], keys: Collection[str]) -> dict[str, int]:
        return dict(self._connection.execute(table_of(kind).select_revisions, (key_list([*keys]),)))

    def texts(self, kind: type[Entity], column: str, keys: Collection[str]) -> dict[str, str | None]:
        return dict(self._connection.execute(table_of(kind).select_texts(column), (key_list([*keys]),)))

    def referrers(
        self, owner: type[Entity], relationship: Relationship, keys: Collection[str]
    ) -> Iterable[tuple[str, str]]:
        return self._connection.execute(table_of(owner).select_referrers(relationship), (key_list([*keys]),))


def _apply(
    connection: sqlite3.Connection,
    batch: WriteBatch,
    changes: tuple[Change, ...],
    records: dict[type[Entity], list[list[Any]]],
) -> None:
    revisions: dict[type[Entity], list[int]] = defaultdict(list)
    deletes: dict[type[Entity], list[tuple[str]]] = defaultdict(list)
    for operation, change in zip(batch.operations, changes, strict=True):
        if isinstance(operation, AdjustCapacity):
            _adjust(connection, operation)
        elif isinstance(operation, Delete):
            deletes[change.kind].append((change.key,))
        else:
            revisions[change.kind].append(change.revision)
    for kind, columns in records.items():
        connection.executemany(table_of(kind).upsert, zip(*columns, revisions[kind], strict=True))
    for kind, keys in deletes.items():
        connection.executemany(table_of(kind).delete, keys)


_SELECT_ACCOUNT = (
    "SELECT capacity_total, capacity_reserved, capacity_consumed, recent_referrals, last_referral_at "
    "FROM provider WHERE id = ?"
)
_UPDATE_ACCOUNT = (
    "UPDATE provider SET capacity_reserved = ?, capacity_consumed = ?, recent_referrals = ?, "
    "last_referral_at = ?, revision = revision + 1 WHERE id = ?"
)


def _adjust(connection: sqlite3.Connection, operation: AdjustCapacity) -> None:
    *held, recent, last = connection.execute(_SELECT_ACCOUNT, (operation.provider_id,)).fetchone()
    capacity = adjusted(operation, Capacity(*held))
    recent, last = asked(operation, recent, None if last is None else datetime.fromisoformat(last))
    parameters = (
        capacity.reserved,
        capacity.consumed,
        recent,
        None if last is None else instant_text(last),
        operation.provider_id,
    )
    connection.execute(_UPDATE_ACCOUNT, parameters)

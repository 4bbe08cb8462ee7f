"""`Neo4jStore`: the `GraphStore` port on a Neo4j server."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Any, Self

from neo4j import ManagedTransaction

from graph_models.declarations import NodeType
from graph_models.domain.checks import check_integer
from graph_models.domain.errors import NotFound, OutcomeUnknown, StoreError, StoreUnavailable
from graph_models.domain.identifiers import is_id
from graph_models.ports import (
    Capability,
    ChangeSet,
    Clock,
    Columns,
    E,
    Entity,
    GraphStore,
    Link,
    Page,
    Stored,
    Within,
    WriteBatch,
)
from graph_models.records import from_row, to_rows
from graph_models.schema import BY_ENTITY
from graph_models.stores.batches import FlatBatch
from graph_models.stores.chain import change_set_of
from graph_models.stores.copies import changed_keys
from graph_models.stores.integrity import check
from graph_models.stores.neo4j import definitions, feed, reading, writing
from graph_models.stores.neo4j.connections import Connections, Patience, Reader, Reading, T, Work
from graph_models.stores.neo4j.failures import CommitInDoubt
from graph_models.stores.neo4j.mapping import Version
from graph_models.stores.neo4j.reading import Versions
from graph_models.stores.neo4j.turns import Turns
from graph_models.stores.paging import (
    EMPTY_PAGE,
    MAX_PAGE,
    PageRequest,
    check_columns,
    check_page,
    check_within,
)

SCAN_PAGE = 2_000
READERS = 2
WRITERS = 2  # at the server at a time: one at work, and one to follow without a pause
READ_AHEAD = 4  # pages held at most, besides the one that is being used
PAUSE_S = 0.2
DEFAULT_PATIENCE = Patience()


class Neo4jStore(GraphStore):
    """A graph in one database of a Neo4j server, for any number of threads and processes.

    Writers queue on one node, the change feed's counter. Readers of values never wait for them, readers
    of the feed only until what others have committed is in effect. After a failure of the server or the
    network the same object goes on by itself.

    Parameters
    ----------
    url
        Bolt address: ``neo4j://`` or ``neo4j+s://`` for a cluster or one server, ``bolt://`` for one.
    clock
        Tells the time of commits.
    auth
        User name and password, if the server asks for them.
    bookmarks
        From `bookmarks` of a store in another process: this one then sees all that it has seen, on
        every member of a cluster. One server alone needs none.
    patience
        How long to wait for what.

    Raises
    ------
    StoreUnavailable
        The server cannot be reached.
    StoreError
        It refused the credentials.
    IncompatibleSchema
        Another schema version wrote the database.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        auth: tuple[str, str] | None = None,
        *,
        bookmarks: frozenset[str] = frozenset(),
        patience: Patience = DEFAULT_PATIENCE,
    ) -> None:
        self._clock = clock
        self._doubt_s = patience.doubt
        self._settled = 0
        self._turns = Turns(WRITERS, patience.turn)
        self._connections = Connections(url, auth, bookmarks, patience)
        try:
            definitions.prepare(self._connections)
        except BaseException:
            self.close()
            raise

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this store declares to be able to do."""
        return frozenset({Capability.NETWORKED, Capability.PARALLEL_WRITES})

    def write(self, batch: WriteBatch) -> ChangeSet:
        """Apply a batch atomically and durably, see `GraphStore.write`."""
        flat = FlatBatch(batch)
        rows = {kind: list(to_rows(columns)) for kind, columns in flat.puts.items()}

        def work(tx: ManagedTransaction) -> ChangeSet:
            sequence, chain, known = feed.lock(tx, flat)
            if known is not None:
                return known
            lookups = writing.TransactionLookups(tx, batch)
            changes = check(batch, lookups)
            link = feed.next_link(flat, changes, sequence + 1, chain, self._clock.now())
            statements = writing.statements(lookups, batch, changes, rows)
            writing.run(tx, [*statements, feed.appending([link])])
            return ChangeSet(link.sequence, link.write_id, link.committed_at, changes, link.chain)

        try:
            change_set = self._in_turn(work)
        except CommitInDoubt as doubt:
            change_set = self._resolve(work, batch.id, doubt)
        self._settled = max(self._settled, change_set.sequence)
        return change_set

    def outcome_of(self, write_id: str) -> ChangeSet | None:
        """Return what a write changed, or None if it did not take effect."""
        if not is_id(write_id):
            return None
        find = partial(feed.find, write_id=write_id)
        # What is not there may be about to take effect, sent by somebody whose connection broke.
        return self._connections.read(find) or self._behind_writers(find)

    def get(self, kind: type[E], key: str, *, within: Within = None) -> Stored[E]:
        """Return one value, see `GraphStore.get`."""
        found = self.get_many(kind, [key], within=within)
        if key not in found:
            raise NotFound(BY_ENTITY[kind].label, key)
        return found[key]

    def get_many(self, kind: type[E], keys: Sequence[str], *, within: Within = None) -> dict[str, Stored[E]]:
        """Return those of the values that exist, by key."""
        check_within(kind, within)
        # Other texts are the key of nothing, and not all of them can be sent.
        possible = list(filter(is_id, keys))
        if not possible:
            return {}
        return _stored(
            kind, self._connections.read(lambda tx: reading.fetch(tx, BY_ENTITY[kind], possible, within))
        )

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
        found, next_after = self._connections.read(lambda tx: reading.page(tx, BY_ENTITY[kind], request))
        return Page(tuple(Stored(from_row(kind, row), revision) for row, revision, _ in found), next_after)

    def scan(self, kind: type[E]) -> Iterator[Stored[E]]:
        """Iterate over all values in key order, in bounded memory."""
        for found in self._pages(kind):
            # A value is built when it is asked for, so that few are alive at once.
            yield from (Stored(from_row(kind, row), revision) for row, revision, _ in found)

    def scan_columns(self, kind: type[E], names: Sequence[str]) -> Iterator[Columns]:
        """Iterate over some columns of all values in key order, see `GraphStore.scan_columns`."""
        check_columns(kind, names)
        for found in self._pages(kind):
            if found:
                yield {name: [row[name] for row, _, _ in found] for name in names}

    def count(self, kind: type[Entity]) -> int:
        """Return how many values of this kind there are."""
        return self._connections.read(lambda tx: reading.count(tx, BY_ENTITY[kind]))

    def head(self) -> int:
        """Return the sequence number of the latest committed change set, 0 for an empty store."""
        number = self._connections.read(feed.head)
        if number > self._settled:
            number = self._behind_writers(feed.head)
            self._settled = max(self._settled, number)
        return number

    def changes_since(self, cursor: int, *, limit: int = 1_000) -> tuple[ChangeSet, ...]:
        """Return the change sets after `cursor`, oldest first, see `GraphStore.changes_since`."""
        return tuple(map(change_set_of, self.links_since(cursor, limit=limit)))

    def links_since(self, cursor: int, *, limit: int = 1_000) -> tuple[Link, ...]:
        """Return the change sets after `cursor` as they are recorded, see `GraphStore.links_since`."""
        check_integer("changes.cursor", cursor, most=2**63 - 1)
        check_integer("changes.limit", limit, least=1, most=MAX_PAGE)
        read = partial(feed.read, cursor=cursor, limit=limit)
        found = self._connections.read(read)
        if found and found[-1].sequence > self._settled:
            found = self._behind_writers(read)
            self._settled = max(self._settled, found[-1].sequence)
        return found

    def changed_since(
        self, cursor: int
    ) -> tuple[tuple[Link, ...], dict[type[Entity], dict[str, Stored[Any]]]]:
        """Return all change sets after `cursor`, and the values they tell of, while writers wait."""

        def work(tx: Reader) -> tuple[tuple[Link, ...], dict[type[Entity], Versions]]:
            links = feed.read(tx, cursor, 2**31)
            keys = changed_keys(links)
            return links, {kind: reading.fetch(tx, BY_ENTITY[kind], some) for kind, some in keys.items()}

        links, found = self._behind_writers(work)
        return links, {kind: _stored(kind, versions) for kind, versions in found.items()}

    def bookmarks(self) -> frozenset[str]:
        """Return what a store in another process needs to see all that this one has seen."""
        return self._connections.bookmarks()

    def purge(self) -> bool:
        """Do nothing: the server's files and logs are out of reach, see `GraphStore.purge`."""
        return False

    def close(self) -> None:
        """Close the connections. Closing twice is allowed."""
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

    def _pages(self, kind: type[E]) -> Iterator[list[Version]]:
        """Read all values in key order, several ranges of keys at once.

        The keys where pages end are found ahead, which needs no more than the index of the keys. The
        ranges between them leave no key out and share none, so it does not matter when each is read.
        """
        node = BY_ENTITY[kind]
        after: str | None = ""
        with ThreadPoolExecutor(READERS) as pool:
            ahead: deque[Future[list[list[Version]]]] = deque()
            while after is not None:
                find = partial(reading.page_end, node=node, after=after, limit=SCAN_PAGE)
                upto = self._connections.read(find)
                ahead.append(pool.submit(self._range, node, after, upto))
                if len(ahead) > READ_AHEAD:
                    yield from ahead.popleft().result()
                after = upto
            for each in ahead:
                yield from each.result()

    def _range(self, node: NodeType, start: str, upto: str | None) -> list[list[Version]]:
        """Read the values with keys after `start` and up to `upto`, one page unless more came in."""
        pages: list[list[Version]] = []
        after: str | None = start
        while after is not None:
            request = PageRequest({}, after, SCAN_PAGE, None)
            read = partial(reading.page, node=node, request=request, upto=upto)
            found, after = self._connections.read(read)
            pages.append(found)
        return pages

    def _resolve(self, work: Work[ChangeSet], write_id: str, doubt: CommitInDoubt) -> ChangeSet:
        """Find out what became of a commit, and complete the write if it did not take place.

        The work itself starts by asking for its own id, behind the lock that a commit still under
        way would hold: doing it again is both the question and the cure.
        """
        deadline = time.monotonic() + self._doubt_s
        while time.monotonic() < deadline:
            try:
                return self._in_turn(work)
            except StoreUnavailable:
                time.sleep(PAUSE_S)
        raise OutcomeUnknown(write_id) from doubt

    def _in_turn(self, work: Work[T]) -> T:
        with self._turns.one():
            return self._connections.write(work)

    def _behind_writers(self, work: Reading[T]) -> T:
        """Read while no commit is under way: all that is seen of the feed is in effect as a whole."""

        def locked(tx: ManagedTransaction) -> T:
            feed.await_writers(tx)
            return work(tx)

        try:
            return self._connections.write(locked)
        except StoreUnavailable:
            raise
        except StoreError:
            # A server that takes no writes from us, as a read-only one, has none of ours under way.
            return self._connections.read(work)


def _stored(kind: type[E], versions: Versions) -> dict[str, Stored[E]]:
    return {key: Stored(from_row(kind, row), revision) for key, (row, revision, _) in versions.items()}

"""A store that nobody waits for while it is known to be away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import Self, TypeVar

import structlog

from api.tracing import StoreSpans
from graph_models.domain.errors import LastMeterError, StoreError, StoreUnavailable
from graph_models.ports import (
    Capability,
    ChangeSet,
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

T = TypeVar("T")
COMMITTED = "committed"
BEAT_SECONDS = 1.0
PATIENCE_SECONDS = 2.0

log = structlog.stdlib.get_logger("lastmeter.store")


class GuardedStore:
    """Hands calls on, and fails them at once while the store is away.

    Once a second it asks the store for its head. The store is away when that failed or takes long,
    or when a reading failed since; a writing that failed says nothing, the lock may have been taken.
    `wrote` is told what became of each batch.
    """

    def __init__(
        self, store: GraphStore, wrote: Callable[[WriteBatch, str], None], spans: StoreSpans
    ) -> None:
        self._store = store
        self._spans = spans
        self._wrote = wrote
        self._is_lost = False
        self._asked_at: float | None = None
        self._is_closed = False
        self._wake = Event()
        self._thread = Thread(target=self._run, name="store-heartbeat", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    @property
    def is_away(self) -> bool:
        """Whether calls fail at once."""
        asked_at = self._asked_at
        return self._is_lost or (asked_at is not None and monotonic() - asked_at > PATIENCE_SECONDS)

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self._store.capabilities

    def write(self, batch: WriteBatch) -> ChangeSet:
        is_away = self.is_away
        try:
            self._check()
            with self._spans.around("write", "WriteBatch"):
                change_set = self._store.write(batch)
        except LastMeterError as error:
            self._wrote(batch, type(error).__name__)
            if isinstance(error, StoreError) and not is_away:
                self._wake.set()
            raise
        self._wrote(batch, COMMITTED)
        return change_set

    def outcome_of(self, write_id: str) -> ChangeSet | None:
        return self._read("outcome_of", "ChangeSet", lambda: self._store.outcome_of(write_id))

    def get(self, kind: type[E], key: str, *, within: Within = None) -> Stored[E]:
        return self._read("get", kind.__name__, lambda: self._store.get(kind, key, within=within))

    def get_many(self, kind: type[E], keys: Sequence[str], *, within: Within = None) -> dict[str, Stored[E]]:
        return self._read("get_many", kind.__name__, lambda: self._store.get_many(kind, keys, within=within))

    def page(
        self,
        kind: type[E],
        *,
        where: Mapping[str, str] | None = None,
        after: str | None = None,
        limit: int = 100,
        within: Within = None,
    ) -> Page[E]:
        return self._read(
            "page",
            kind.__name__,
            lambda: self._store.page(kind, where=where, after=after, limit=limit, within=within),
        )

    def scan(self, kind: type[E]) -> Iterator[Stored[E]]:
        self._check()
        return self._store.scan(kind)

    def scan_columns(self, kind: type[E], names: Sequence[str]) -> Iterator[Columns]:
        self._check()
        return self._store.scan_columns(kind, names)

    def count(self, kind: type[Entity]) -> int:
        return self._read("count", kind.__name__, lambda: self._store.count(kind))

    def head(self) -> int:
        return self._read("head", "ChangeSet", self._store.head)

    def changes_since(self, cursor: int, *, limit: int = 1_000) -> tuple[ChangeSet, ...]:
        return self._read(
            "changes_since", "ChangeSet", lambda: self._store.changes_since(cursor, limit=limit)
        )

    def links_since(self, cursor: int, *, limit: int = 1_000) -> tuple[Link, ...]:
        return self._read("links_since", "ChangeSet", lambda: self._store.links_since(cursor, limit=limit))

    def purge(self) -> bool:
        return self._read("purge", "ChangeSet", self._store.purge)

    def close(self) -> None:
        self._is_closed = True
        self._wake.set()
        self._store.close()
        if self._thread.is_alive():
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _read(self, operation: str, kind: str, ask: Callable[[], T]) -> T:
        self._check()
        try:
            with self._spans.around(operation, kind):
                return ask()
        except StoreUnavailable:
            self._lose()
            raise

    def _check(self) -> None:
        if self.is_away:
            raise StoreUnavailable("the store is away")

    def _lose(self) -> None:
        if not self._is_lost:
            self._is_lost = True
            log.warning("the store is away")
            self._wake.set()

    def _run(self) -> None:
        while not self._is_closed:
            self._wake.wait(BEAT_SECONDS)
            self._wake.clear()
            self._beat()

    def _beat(self) -> None:
        self._asked_at = monotonic()
        try:
            self._store.head()
        except StoreUnavailable:
            self._lose()
            self._wake.clear()  # it was asked just now
        except LastMeterError:
            return  # whoever uses the store is told
        else:
            if self._is_lost:
                log.info("the store is back")
            self._is_lost = False
        finally:
            self._asked_at = None

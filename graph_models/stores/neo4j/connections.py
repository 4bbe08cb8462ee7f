"""The driver: opening it, and units of work with a time limit."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, LiteralString, Protocol, TypeVar

from neo4j import (
    READ_ACCESS,
    WRITE_ACCESS,
    Auth,
    Bookmarks,
    GraphDatabase,
    ManagedTransaction,
    Query,
    Result,
    Session,
    unit_of_work,
)
from neo4j.exceptions import DriverError, Neo4jError

from graph_models.domain.errors import StoreError
from graph_models.stores.neo4j import queries
from graph_models.stores.neo4j.failures import translated

T = TypeVar("T")
Work = Callable[[ManagedTransaction], T]


class Reader(Protocol):
    """What takes a statement to the server: a transaction, or what gives each statement its own."""

    def run(self, query: LiteralString, parameters: dict[str, Any] | None = None, **more: Any) -> Result:
        """Run a statement. Its result is read before the next one runs."""


Reading = Callable[[Reader], T]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds, before a call fails with a typed error.

    Parameters
    ----------
    connect
        For a connection to be made.
    retry
        For the server to come back, while the driver repeats what may be repeated.
    turn
        For other writers of this process.
    transaction
        For one transaction, its waiting for other writers included; the server then ends it.
    doubt
        For the answer whether a commit took place, after the connection broke during it.
    """

    connect: float = 5
    retry: float = 5
    turn: float = 10
    transaction: float = 60
    doubt: float = 60


def is_empty(url: str, auth: tuple[str, str]) -> bool:
    """Tell whether a database holds nothing, or nothing but the counter of a store never written to."""
    with translated(), GraphDatabase.driver(url, auth=auth, notifications_min_severity="OFF") as driver:
        return bool(driver.execute_query(queries.IS_EMPTY).records[0]["is_empty"])


class Connections:
    """Transactions on one server, each function of this class usable from any thread.

    All sessions share their bookmarks, so whatever one thread has written the others read, on
    whichever member of a cluster.
    """

    def __init__(
        self, url: str, auth: tuple[str, str] | None, bookmarks: frozenset[str], patience: Patience
    ) -> None:
        self.timeout_seconds = patience.transaction
        self._process = os.getpid()
        self._is_closed = False
        with translated():
            self._bookmarks = GraphDatabase.bookmark_manager(Bookmarks.from_raw_values(bookmarks))
            self._driver = GraphDatabase.driver(
                url,
                auth=None if auth is None else Auth("basic", *auth),
                connection_timeout=patience.connect,
                connection_acquisition_timeout=2 * patience.connect,
                connection_write_timeout=patience.connect,
                max_transaction_retry_time=patience.retry,
                notifications_min_severity="OFF",
                telemetry_disabled=True,
            )

    def read(self, work: Reading[T]) -> T:
        """Run a function that reads, each of its statements for itself, again where that helps.

        For readers Neo4j promises no more within a transaction than without one, and a statement
        alone is one trip to the server instead of three.
        """
        with translated():
            try:
                with self._session(READ_ACCESS) as session:
                    return work(_Single(session, self.timeout_seconds))
            except (DriverError, Neo4jError) as error:
                if not error.is_retryable():
                    raise
            with self._session(READ_ACCESS) as session:
                return session.execute_read(unit_of_work(timeout=self.timeout_seconds)(work))

    def write(self, work: Work[T]) -> T:
        """Run a function in a writing transaction, again where the driver says that it helps.

        Raises
        ------
        CommitInDoubt
            The connection broke during the commit.
        """
        with translated(), self._session(WRITE_ACCESS) as session:
            return session.execute_write(unit_of_work(timeout=self.timeout_seconds)(work))

    def bookmarks(self) -> frozenset[str]:
        """Return what a store in another process needs to see all that this one has seen."""
        return Bookmarks.from_raw_values(b for b in self._bookmarks.get_bookmarks()).raw_values

    def close(self) -> None:
        """Close all connections. Closing twice is allowed."""
        if not self._is_closed:
            self._is_closed = True
            with translated():
                self._driver.close()

    def _session(self, access: str) -> Session:
        if self._is_closed:
            raise StoreError("the store is closed")
        if self._process != os.getpid():
            raise StoreError("the store was opened by another process; open it in this one")
        return self._driver.session(bookmark_manager=self._bookmarks, default_access_mode=access)


@dataclass(frozen=True, slots=True)
class _Single:
    """Runs each statement in a transaction of its own."""

    session: Session
    timeout_seconds: float

    def run(self, query: LiteralString, parameters: dict[str, Any] | None = None, **more: Any) -> Result:
        return self.session.run(Query(query, timeout=self.timeout_seconds), parameters, **more)

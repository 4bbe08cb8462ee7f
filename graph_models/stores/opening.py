"""Opening a store by its address."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from graph_models.domain.errors import InvalidValue, StoreError
from graph_models.ports import Clock, GraphStore
from graph_models.stores.sqlite import SqliteStore, migrate_file

SQLITE_PREFIX = "sqlite:///"
NEO4J_SCHEMES = ("neo4j", "neo4j+s", "bolt")
RULE = f"start with {SQLITE_PREFIX} or one of {', '.join(f'{scheme}://' for scheme in NEO4J_SCHEMES)}"


def file_of(url: str) -> Path | None:
    """Return the file that an address names, None if it names a server or nothing.

    >>> file_of("sqlite:///city.db"), file_of("neo4j://host:7687")
    (PosixPath('city.db'), None)
    """
    path = url.removeprefix(SQLITE_PREFIX)
    return Path(path) if path and path != url else None


def anchored(url: str) -> str:
    """Return an address that means the same from any folder.

    >>> anchored("sqlite:////srv/city.db"), anchored("neo4j://host:7687")
    ('sqlite:////srv/city.db', 'neo4j://host:7687')
    """
    path = file_of(url)
    return url if path is None else f"{SQLITE_PREFIX}{path.absolute()}"


def open_store(url: str, clock: Clock, *, must_exist: bool = False) -> GraphStore:
    """Open the store at an address.

    Parameters
    ----------
    url
        ``sqlite:///city.db`` for a file in the working folder, ``sqlite:////srv/city.db`` for an
        absolute path; ``neo4j://host:7687``, ``neo4j+s://…`` or ``bolt://…`` for a server, with
        ``user:password@`` before the host where it asks for them (percent-encoded).
    clock
        Tells the time of commits.
    must_exist
        Whether a file that is not there is an error; otherwise it is made.

    Raises
    ------
    InvalidValue
        If the address has another form. It is not repeated in the message: it may hold a password.
    StoreUnavailable, StoreError, IncompatibleSchema
        If the store cannot be opened.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from types import SimpleNamespace
    >>> clock = SimpleNamespace(now=lambda: datetime(2026, 3, 2, 12, tzinfo=UTC))
    >>> open_store("mysql://host/city", clock)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    graph_models.domain.errors.InvalidValue: store.url must start with sqlite:/// or one of ...
    """
    if (path := file_of(url)) is not None:
        if must_exist and not path.exists():
            raise StoreError(f"there is no store at {path}; `lastmeter demo` and `lastmeter load` make one")
        return SqliteStore(path, clock)
    address, auth = server_of(url)
    # The driver takes longer to import than an embedded store to answer; only its users wait for it.
    from graph_models.stores.neo4j import Neo4jStore

    return Neo4jStore(address, clock, auth)


def migrate(url: str) -> int:
    """Take the store at an address to the schema version of this program.

    Run again it does nothing, or completes what was cut short. No program of the old version may go
    on writing to the store.

    Returns
    -------
    The version that the store had.

    Raises
    ------
    InvalidValue
        As `open_store`.
    IncompatibleSchema
        If the store is of a newer version.
    StoreUnavailable, StoreError
        If there is no store, or it cannot be written.
    """
    if (path := file_of(url)) is not None:
        return migrate_file(path)
    from graph_models.stores.neo4j import migrate_database

    return migrate_database(*server_of(url))


def server_of(url: str) -> tuple[str, tuple[str, str] | None]:
    """Return the address of a server without credentials, and user name and password if there are any.

    Raises
    ------
    InvalidValue
        If it names no server.
    """
    try:
        parts = urlsplit(url)
        is_server = parts.scheme in NEO4J_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:  # from a malformed host or port, quoting it
        is_server = False
    if not is_server:
        raise InvalidValue("store.url", RULE, url)
    address = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, ""))
    if parts.username is None:
        return address, None
    return address, (unquote(parts.username), unquote(parts.password or ""))

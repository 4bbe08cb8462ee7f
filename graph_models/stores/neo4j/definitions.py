"""The schema of a database: constraints and indexes, the version it bears, and taking it forward."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import LiteralString

from neo4j import ManagedTransaction

from graph_models.domain.errors import StoreError
from graph_models.domain.needs import Need
from graph_models.domain.referrals import Referral
from graph_models.ports import Entity
from graph_models.schema import BY_ENTITY, SCHEMA_VERSION
from graph_models.stores.chain import GENESIS, chained
from graph_models.stores.neo4j import feed, queries, reading
from graph_models.stores.neo4j.connections import Connections, Patience, Reader
from graph_models.stores.neo4j.mapping import checksum
from graph_models.stores.paging import PageRequest
from graph_models.stores.versions import RESTORING, check_version

# Few, for a change set may tell of thousands of values.
LINKS_AT_ONCE = 50
VALUES_AT_ONCE = 2_000
# Indexes over millions of nodes are built in one transaction each.
UNHURRIED = Patience(transaction=3_600)


def prepare(connections: Connections) -> None:
    """Define constraints and indexes in a new database, or hold an existing one to its version.

    The offline importer leaves a counter without a version: all is there but the definitions.

    Raises
    ------
    IncompatibleSchema
        If the database bears another version.
    """
    version = connections.read(version_of)
    if version is None:
        define(connections)
        # Last, for it says that all the rest is there.
        connections.write(partial(_run, statement=queries.CREATE_FEED, version=SCHEMA_VERSION))
        version = connections.read(version_of)
    check_version(version)


def migrate_database(url: str, auth: tuple[str, str] | None) -> int:
    """Take a database on a server to the schema version of this program, see `migrate`."""
    connections = Connections(url, auth, frozenset(), UNHURRIED)
    try:
        return migrate(connections)
    finally:
        connections.close()


def migrate(connections: Connections) -> int:
    """Take a database to the schema version of this program; return the version that it had.

    Cut short, it is completed by running it again: the version is written last. No program of the old
    version may go on writing.

    Raises
    ------
    StoreError
        If there is no store.
    IncompatibleSchema
        If the store is of a newer version, or half restored.
    """
    version = connections.read(version_of)
    if version is None:
        raise StoreError("there is no store in this database")
    if version == RESTORING or version >= SCHEMA_VERSION:
        check_version(version)
        return version
    define(connections)
    for step in STEPS[version - 1 :]:
        step(connections)
    connections.write(partial(_run, statement=queries.SET_VERSION, version=SCHEMA_VERSION))
    return version


def define(connections: Connections) -> None:
    """Define all constraints and indexes that are not there, and wait until they are of use."""
    # One transaction each: the server does not mix definitions with data.
    for statement in queries.definitions():
        connections.write(partial(_run, statement=statement))
    seconds = int(connections.timeout_seconds)
    connections.read(partial(_run, statement=queries.AWAIT_INDEXES, seconds=seconds))


def version_of(tx: Reader) -> int | None:
    """Return the schema version that a database bears, None if it is new."""
    record = tx.run(queries.SCHEMA_VERSION_FOUND).single()
    return None if record is None else record["version"]


def _add_chain(connections: Connections) -> None:
    """Give each change set its chain, going on behind the last that has one."""

    def chain_some(tx: ManagedTransaction) -> bool:
        feed.await_writers(tx)
        last = tx.run(queries.LAST_CHAINED).single()
        cursor, previous = (0, GENESIS) if last is None else last.values()
        links = list(chained(previous, feed.read_unchained(tx, cursor, LINKS_AT_ONCE)))
        chains = [[each.sequence, each.chain] for each in links]
        tx.run(queries.SET_CHAINS, items=chains).consume()
        return bool(links)

    while connections.write(chain_some):
        pass


def _renew_checksums(connections: Connections, kind: type[Entity]) -> None:
    """Reckon the checksums of a kind anew that has got columns: readers compare them with all columns."""
    node = BY_ENTITY[kind]

    def renew_some(tx: ManagedTransaction, after: str) -> str | None:
        feed.await_writers(tx)
        found, next_after = reading.page(tx, node, PageRequest({}, after, VALUES_AT_ONCE, None))
        sums = [
            [row[node.key], checksum(row.values(), revision)]
            for row, revision, is_whole in found
            if not is_whole
        ]
        tx.run(queries.set_checksums(node.label), items=sums).consume()
        return next_after

    after: str | None = ""
    while after is not None:
        after = connections.write(partial(renew_some, after=after))


def _to_version_2(connections: Connections) -> None:
    _add_chain(connections)
    _renew_checksums(connections, Need)
    _renew_checksums(connections, Referral)


def _run(tx: Reader, statement: LiteralString, **parameters: int) -> None:
    tx.run(statement, parameters).consume()


# The n-th takes data of version n to n + 1; constraints and indexes are defined in any case.
STEPS: tuple[Callable[[Connections], None], ...] = (_to_version_2,)

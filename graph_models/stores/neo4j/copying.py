"""Copies of a database: taken while others write, and filled into an empty one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, LiteralString

from neo4j import ManagedTransaction

from graph_models.ports import E, Link, Stored, key_of
from graph_models.records import to_columns, to_rows
from graph_models.schema import BY_ENTITY, SCHEMA_VERSION
from graph_models.stores.neo4j import definitions, feed, queries
from graph_models.stores.neo4j.connections import Connections, Reader
from graph_models.stores.neo4j.mapping import links_of, to_parameters
from graph_models.stores.versions import RESTORING, check_version

REMOVED_AT_ONCE = 5_000


@contextmanager
def filling(url: str, auth: tuple[str, str] | None) -> Iterator[DatabaseCopy | None]:
    """Fill an empty database with what another store holds; yield None if it is not empty.

    Until the block ends well the database bears a version that no program opens. A database that an
    earlier attempt left half filled is emptied first.
    """
    connections = Connections(url, auth, frozenset(), definitions.UNHURRIED)
    try:
        version = connections.read(definitions.version_of)
        if version == RESTORING:
            while connections.write(_remove_some):
                pass
        elif version is not None:
            check_version(version)
        if not connections.read(_is_empty):
            yield None
            return
        definitions.define(connections)
        connections.write(partial(_run, statement=queries.START_FEED, version=RESTORING))
        yield DatabaseCopy(connections)
        connections.write(partial(_run, statement=queries.SET_VERSION, version=SCHEMA_VERSION))
    finally:
        connections.close()


class DatabaseCopy:
    """A `graph_models.stores.copies.Copy` in a database: nodes first, then what links them."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def put(self, kind: type[E], values: list[Stored[E]]) -> None:
        """Add the nodes of values, without relationships."""
        node = BY_ENTITY[kind]
        rows = to_rows(to_columns(kind, [each.value for each in values]))
        held = zip(rows, values, strict=True)
        items = [to_parameters(node, row, each.revision) for row, each in held]
        self._write(queries.QUERIES[node.label].create, items)

    def link(self, kind: type[E], values: list[Stored[E]]) -> None:
        """Add the relationships of values whose nodes are there, as are those at the other ends."""
        node = BY_ENTITY[kind]
        rows = list(to_rows(to_columns(kind, [each.value for each in values])))
        keys = [key_of(each.value) for each in values]
        for relationship in node.relationships:
            items = [
                [key, target, number]
                for key, row in zip(keys, rows, strict=True)
                for target, number in links_of(relationship, row)
            ]
            self._write(queries.QUERIES[node.label].links[relationship.column].create, items)

    def record(self, links: tuple[Link, ...]) -> None:
        """Add change sets as they are."""
        self._connections.write(partial(feed.record, links=links))

    def _write(self, statement: LiteralString, items: list[Any]) -> None:
        if items:
            self._connections.write(partial(_run, statement=statement, items=items))


def _remove_some(tx: ManagedTransaction) -> bool:
    counters = tx.run(queries.REMOVE_SOME, limit=REMOVED_AT_ONCE).consume().counters
    return counters.nodes_deleted > 0


def _is_empty(tx: Reader) -> bool:
    return bool(tx.run(queries.IS_EMPTY).single(strict=True)["is_empty"])


def _run(tx: ManagedTransaction, statement: LiteralString, **parameters: Any) -> None:
    tx.run(statement, parameters).consume()

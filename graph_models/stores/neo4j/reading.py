"""Reading values without locks, and without ever seeing half of a change."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from neo4j import ManagedTransaction, Record, Result

from graph_models.declarations import NodeType
from graph_models.ports import Within
from graph_models.stores.neo4j import queries
from graph_models.stores.neo4j.mapping import Version, to_version
from graph_models.stores.paging import PageRequest

Versions = dict[str, Version]


def fetch(tx: ManagedTransaction, node: NodeType, keys: Iterable[str], within: Within = None) -> Versions:
    """Return what there is of several values, by key."""
    return _whole(tx, node, _versions(node, _run_fetch(tx, node, keys, within)), within)


def page(
    tx: ManagedTransaction, node: NodeType, request: PageRequest, upto: str | None = None
) -> tuple[list[Version], str | None]:
    """Return a page of values in key order, and the key to go on after if there are more.

    `upto` is the last key that is wanted, if any.
    """
    where, after, limit, within = request
    statement = queries.page(
        node.label, tuple(where), is_bounded=upto is not None, is_scoped=within is not None
    )
    found = list(tx.run(statement, where=where, after=after, limit=limit + 1, upto=upto, within=within))
    first = dict(islice(_versions(node, found).items(), limit))
    if len(found) > limit and not first:  # all of them were deleted while they were read
        return page(tx, node, request, upto)
    next_after = next(reversed(first)) if len(found) > limit else None
    return list(_whole(tx, node, first, within).values()), next_after


def page_end(tx: ManagedTransaction, node: NodeType, after: str, limit: int) -> str | None:
    """Return the last key of a full page, None if there are fewer values than `limit` after a key."""
    record = tx.run(queries.QUERIES[node.label].page_end, after=after, skip=limit - 1).single()
    return None if record is None else record["key"]


def count(tx: ManagedTransaction, node: NodeType) -> int:
    """Return how many values of a kind there are."""
    number: int = tx.run(queries.QUERIES[node.label].count).single(strict=True)["number"]
    return number


def _run_fetch(tx: ManagedTransaction, node: NodeType, keys: Iterable[str], within: Within) -> Result:
    statement = queries.fetch(node.label, is_scoped=within is not None)
    return tx.run(statement, items=list(keys), within=within)


def _versions(node: NodeType, found: Iterable[Record]) -> Versions:
    versions = (to_version(node, properties or {}, links) for properties, links in found)
    # What is deleted while it is read may have lost its key already.
    return {key: version for version in versions if (key := version.row[node.key]) is not None}


def _whole(tx: ManagedTransaction, node: NodeType, versions: Versions, within: Within) -> Versions:
    """Read again what mixes two versions: Neo4j isolates readers from a commit in progress only weakly.

    A value that twice reads the same is complete even if its checksum is wrong; somebody has changed
    it with another program.
    """
    torn = {key: version for key, version in versions.items() if not version.is_whole}
    while torn:
        again = _versions(node, _run_fetch(tx, node, torn, within))
        versions = {
            key: again.get(key, version)
            for key, version in versions.items()
            if key not in torn or key in again
        }
        torn = {key: each for key, each in again.items() if not each.is_whole and each != torn[key]}
    return versions

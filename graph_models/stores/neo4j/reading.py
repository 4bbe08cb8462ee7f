"""Reading values without locks, and without ever seeing half of a change."""

from __future__ import annotations

from collections.abc import Iterable

from neo4j import ManagedTransaction, Result

from graph_models.schema import NodeType
from graph_models.stores.neo4j import queries
from graph_models.stores.neo4j.mapping import Version, to_version

Versions = dict[str, Version]


def fetch(tx: ManagedTransaction, node: NodeType, keys: Iterable[str]) -> Versions:
    """Return what there is of several values, by key."""
    return _whole(tx, node, _versions(node, _run_fetch(tx, node, keys)))


def page(
    tx: ManagedTransaction, node: NodeType, where: dict[str, str], after: str, limit: int
) -> list[Version]:
    """Return up to `limit` values with keys after `after`, in key order."""
    found = tx.run(queries.page(node.label, tuple(where)), where=where, after=after, limit=limit)
    return list(_whole(tx, node, _versions(node, found)).values())


def count(tx: ManagedTransaction, node: NodeType) -> int:
    """Return how many values of a kind there are."""
    number: int = tx.run(queries.QUERIES[node.label].count).single(strict=True)["number"]
    return number


def _run_fetch(tx: ManagedTransaction, node: NodeType, keys: Iterable[str]) -> Result:
    return tx.run(queries.QUERIES[node.label].fetch, items=list(keys))


def _versions(node: NodeType, found: Result) -> Versions:
    versions = (to_version(node, *record.values()) for record in found)
    return {version.row[node.key]: version for version in versions}


def _whole(tx: ManagedTransaction, node: NodeType, versions: Versions) -> Versions:
    """Read again what mixes two versions: Neo4j isolates readers from a commit in progress only weakly.

    A value that twice reads the same is complete even if its checksum is wrong; somebody has changed
    it with another program.
    """
    torn = {key: version for key, version in versions.items() if not version.is_whole}
    while torn:
        again = _versions(node, _run_fetch(tx, node, torn))
        versions = {
            key: again.get(key, version)
            for key, version in versions.items()
            if key not in torn or key in again
        }
        torn = {key: each for key, each in again.items() if not each.is_whole and each != torn[key]}
    return versions

"""Reading values without locks, and without ever seeing half of a change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import islice

from neo4j import Record, Result

from graph_models.declarations import NodeType
from graph_models.ports import Entity, Within
from graph_models.schema import BY_ENTITY, BY_LABEL
from graph_models.stores.neo4j import queries
from graph_models.stores.neo4j.connections import Reader
from graph_models.stores.neo4j.mapping import REVISION, Version, to_version
from graph_models.stores.paging import PageRequest

Kind = type[Entity]
Versions = dict[str, Version]


def fetch(tx: Reader, node: NodeType, keys: Iterable[str], within: Within = None) -> Versions:
    """Return what there is of several values, by key."""
    return _whole(tx, node, _versions(node, _run_fetch(tx, node, keys, within)), within)


def fetch_together(
    tx: Reader, values: Mapping[Kind, Collection[str]], ends: Mapping[Kind, Collection[str]]
) -> tuple[dict[Kind, Versions], dict[Kind, dict[str, int]]]:
    """Read values of several kinds as a whole, and whether others exist, in one trip to the server.

    For a transaction that nobody commits beside.

    Returns
    -------
    What there is of the values, by kind and key, and the revision of each of the values and ends that
    exists.
    """
    asked = {
        name: {BY_ENTITY[kind].label: list(keys) for kind, keys in several.items() if keys}
        for name, several in (("values", values), ("ends", ends))
    }
    statement = queries.fetch_together(*(tuple(sorted(labels)) for labels in asked.values()))
    found: dict[Kind, Versions] = defaultdict(dict)
    revisions: dict[Kind, dict[str, int]] = defaultdict(dict)
    for properties, links, label in tx.run(statement, asked):
        node = BY_LABEL[label]
        key = properties[node.key]
        revisions[node.entity][key] = properties[REVISION]
        if links is not None:
            found[node.entity][key] = to_version(node, properties, links)
    return found, revisions


def page(
    tx: Reader, node: NodeType, request: PageRequest, upto: str | None = None
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


def page_end(tx: Reader, node: NodeType, after: str, limit: int) -> str | None:
    """Return the last key of a full page, None if there are fewer values than `limit` after a key."""
    record = tx.run(queries.QUERIES[node.label].page_end, after=after, skip=limit - 1).single()
    return None if record is None else record["key"]


def count(tx: Reader, node: NodeType) -> int:
    """Return how many values of a kind there are."""
    number: int = tx.run(queries.QUERIES[node.label].count).single(strict=True)["number"]
    return number


def _run_fetch(tx: Reader, node: NodeType, keys: Iterable[str], within: Within) -> Result:
    statement = queries.fetch(node.label, is_scoped=within is not None)
    return tx.run(statement, items=list(keys), within=within)


def _versions(node: NodeType, found: Iterable[Record]) -> Versions:
    versions = (to_version(node, properties or {}, links) for properties, links in found)
    # What is deleted while it is read may have lost its key already.
    return {key: version for version in versions if (key := version.row[node.key]) is not None}


def _whole(tx: Reader, node: NodeType, versions: Versions, within: Within) -> Versions:
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

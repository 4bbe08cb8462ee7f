"""Rows of `graph_models.records` to node properties and relationships, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zlib import crc32

import orjson

from graph_models.declarations import NodeType, PropertyType, Relationship
from graph_models.records import Row
from graph_models.schema import sublabel_of

REVISION = "revision"
CHECKSUM = "checksum"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Link = tuple[str, float | None]


class Version(NamedTuple):
    """A row as it was read; not whole if it mixes what was there before and after a concurrent write."""

    row: Row
    revision: int
    is_whole: bool


def to_parameters(node: NodeType, row: Row, revision: int) -> dict[str, Any]:
    """Return what the statements that write a node need to know about a row; absent values are left out."""
    properties, instants = {REVISION: revision, CHECKSUM: checksum(row.values(), revision)}, {}
    for each in node.properties:
        value = row[each.name]
        if value is None:
            continue
        if each.kind is PropertyType.INSTANT:
            seconds, rest = divmod((value - _EPOCH) // _MICROSECOND, 1_000_000)
            instants[each.name] = {"epochSeconds": seconds, "nanosecond": rest * 1000}
        else:
            properties[each.name] = value
    return {"properties": properties, "instants": instants, "sublabel": sublabel_of(node, row)}


def to_version(node: NodeType, properties: Mapping[str, Any], links: list[list[Any]]) -> Version:
    """Return the row that a node's properties and its relationships stand for.

    `links` holds, for each relationship of the node type in order, the list of its ends: keys, or
    (key, number) pairs.
    """
    row: Row = {}
    for each in node.properties:
        value = properties.get(each.name)
        if value is not None:
            if each.kind is PropertyType.INSTANT:
                value = to_instant(value)
            elif each.kind is PropertyType.STRING_LIST:
                value = tuple(value)
        row[each.name] = value
    for relationship, ends in zip(node.relationships, links, strict=True):
        row[relationship.column] = _column(relationship, ends)
    revision = properties.get(REVISION, 0)
    return Version(row, revision, properties.get(CHECKSUM) == checksum(row.values(), revision))


def to_instant(microseconds: int) -> datetime:
    """Return the time so long after 1970-01-01 00:00 UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)


def checksum(values: Iterable[Any], revision: int) -> int:
    """Return a number that tells a row's values and its revision from any mixture of two versions."""
    return crc32(orjson.dumps([revision, *values]))


def links_of(relationship: Relationship, row: Row) -> set[Link]:
    """Return the ends of one relationship of a row, each with its number if it has one."""
    held = row[relationship.column]
    if held is None:
        return set()
    if not relationship.is_many:
        return {(held, None)}
    if relationship.property is None:
        return {(key, None) for key in held}
    return set(held)


def _column(relationship: Relationship, ends: list[Any]) -> Any:
    # The graph has no order; a domain value is sorted by key. A row that is not whole may hold None.
    if relationship.property is not None:
        return tuple(sorted(map(tuple, ends), key=lambda end: str(end[0])))
    if relationship.is_many:
        return tuple(sorted(ends, key=str))
    return ends[0] if ends else None

"""A whole graph as the files that Neo4j's offline importer takes.

What the importer makes of them is the database that writing the same values would have made: for each
part of a scan one batch of puts, with its change set and the fingerprint by which it is known again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from graph_models.declarations import NodeType, PropertyType, Relationship
from graph_models.ports import MAX_BATCH, Columns, GraphStore, Link
from graph_models.schema import BY_ENTITY, NODE_TYPES, sublabel_of
from graph_models.stores.batches import fingerprint_of_puts
from graph_models.stores.chain import GENESIS, chained
from graph_models.stores.neo4j.mapping import CHECKSUM, REVISION, checksum

FIRST_REVISION = 1
_LABELS = ":LABEL"
# Times go as text: of Parquet's own the importer refuses those before 1970 that have a fraction.
_TYPES: dict[PropertyType, tuple[str, pa.DataType]] = {
    PropertyType.STRING: ("", pa.string()),
    PropertyType.INTEGER: ("", pa.int64()),
    PropertyType.FLOAT: ("", pa.float64()),
    PropertyType.BOOLEAN: ("", pa.bool_()),
    PropertyType.INSTANT: (":datetime", pa.string()),
    PropertyType.WEEKLY_HOURS: ("", pa.string()),
    PropertyType.STRING_LIST: ("", pa.list_(pa.string())),
}
_CHANGE_SET = pa.schema(
    [
        ("sequence", pa.int64()),
        ("write_id:ID(ChangeSet)", pa.string()),
        ("fingerprint", pa.string()),
        ("committed_at:datetime", pa.string()),
        ("kinds", pa.list_(pa.string())),
        ("keys", pa.list_(pa.string())),
        ("revisions:long[]", pa.string()),  # the importer takes lists of texts only, and parses this one
        ("event_digests", pa.list_(pa.string())),
        ("chain", pa.string()),
    ]
)
# The importer asks for an id of every node, as a text; it is kept only if it has a name.
_FEED = pa.schema([(":ID(ChangeFeed)", pa.string()), ("id", pa.int64()), ("sequence", pa.int64())])


class GraphFiles(NamedTuple):
    """Names of Parquet files: of nodes with the label that all have, of relationships with their type.

    `counts` says how many values there are of each kind, by its plural.
    """

    nodes: dict[str, str]
    relationships: dict[str, str]
    counts: dict[str, int]


def write_graph_files(source: GraphStore, folder: Path, now: datetime) -> GraphFiles:
    """Write all values of a store, and a change feed that tells of them, in bounded memory.

    The feed's counter bears no schema version yet: that is for `Neo4jStore` to add when it has defined
    constraints and indexes, as in any new database.

    Parameters
    ----------
    source
        Whose values. Nobody may write to it meanwhile.
    folder
        An empty folder.
    now
        When the change sets are said to be committed.
    """
    with ExitStack() as stack:
        tables = _Tables(folder, stack)
        chain = GENESIS
        sets = 0
        counts = {}
        for node in NODE_TYPES:
            counts[node.plural] = 0
            for number, columns in enumerate(_parts(source, node)):
                sets += 1
                counts[node.plural] += len(columns[node.key])
                _write_values(tables, node, columns)
                write_id = f"import.{node.plural}.{number}"
                [link] = chained(chain, [_link(node, columns, sets, write_id, now)])
                chain = link.chain
                tables.add("ChangeSet", "", _CHANGE_SET, _change_set(link))
        tables.add("ChangeFeed", "", _FEED, [["0"], [0], [sets]])
    return GraphFiles(tables.nodes, tables.relationships, counts)


class _Tables:
    """The files, each made when the first row for it comes."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.nodes: dict[str, str] = {}
        self.relationships: dict[str, str] = {}
        self._folder = folder
        self._stack = stack
        self._writers: dict[str, pq.ParquetWriter] = {}

    def add(self, label: str, relationship: str, schema: pa.Schema, columns: list[list[Any]]) -> None:
        """Add rows to the nodes of a label or, if one is named, to their relationships of a type."""
        name = f"{'.'.join(filter(None, (label, relationship)))}.parquet"
        if name not in self._writers:
            writer = pq.ParquetWriter(self._folder / name, schema, compression="zstd")
            self._writers[name] = self._stack.enter_context(writer)
            if relationship:
                self.relationships[name] = relationship
            else:
                self.nodes[name] = label
        self._writers[name].write_table(pa.table(columns, schema=schema))


def _parts(source: GraphStore, node: NodeType) -> Iterator[Columns]:
    """Join what a scan brings to parts as long as a batch may be: files have a group of rows for each."""
    held: Columns = {}
    for columns in source.scan_columns(node.entity, node.columns()):
        if held and len(held[node.key]) + len(columns[node.key]) > MAX_BATCH:
            yield held
            held = {}
        held = {name: [*held.get(name, ()), *column] for name, column in columns.items()}
    if held:
        yield held


def _write_values(tables: _Tables, node: NodeType, columns: Columns) -> None:
    keys = columns[node.key]
    fields = [_field(node, each.name, each.kind) for each in node.properties]
    held = [_texts(columns[each.name], each.kind) for each in node.properties]
    fields += [(REVISION, pa.int64()), (CHECKSUM, pa.int64())]
    held += [
        [FIRST_REVISION] * len(keys),
        [checksum(values, FIRST_REVISION) for values in zip(*columns.values(), strict=True)],
    ]
    if node.sublabel is not None:
        fields.append((_LABELS, pa.string()))
        held.append([sublabel_of(node, {node.sublabel: kind}) for kind in columns[node.sublabel]])
    tables.add(node.label, "", pa.schema(fields), held)
    for each in node.relationships:
        _write_links(tables, node, each, keys, columns[each.column])


def _field(node: NodeType, name: str, kind: PropertyType) -> tuple[str, pa.DataType]:
    suffix, type_ = _TYPES[kind]
    return f"{name}:ID({node.label})" if name == node.key else f"{name}{suffix}", type_


def _texts(column: list[Any], kind: PropertyType) -> list[Any]:
    if kind is not PropertyType.INSTANT:
        return column
    return [None if each is None else each.isoformat() for each in column]


def _write_links(
    tables: _Tables, node: NodeType, relationship: Relationship, keys: list[str], column: list[Any]
) -> None:
    ends = column if relationship.is_many else [() if each is None else (each,) for each in column]
    owners = [key for key, several in zip(keys, ends, strict=True) for _ in several]
    if not owners:
        return
    targets = [end for several in ends for end in several]
    fields, held = [], []
    if relationship.property is not None:
        fields.append((relationship.property.name, pa.float64()))
        held.append([number for _, number in targets])
        targets = [key for key, _ in targets]
    arrow = [(node.label, owners), (BY_ENTITY[relationship.target].label, targets)]
    (start, starts), (end, stops) = reversed(arrow) if relationship.is_incoming else arrow
    fields += [(f":START_ID({start})", pa.string()), (f":END_ID({end})", pa.string())]
    tables.add(node.label, relationship.name, pa.schema(fields), [*held, starts, stops])


def _link(node: NodeType, columns: Columns, sequence: int, write_id: str, now: datetime) -> Link:
    fingerprint = fingerprint_of_puts(node.entity, columns)
    changes = tuple((node.label, key, FIRST_REVISION) for key in columns[node.key])
    return Link(sequence, write_id, fingerprint, now.astimezone(UTC), changes)


def _change_set(link: Link) -> list[list[Any]]:
    """Return the one row of a change set."""
    labels, keys, revisions = map(list, zip(*link.changes, strict=True))
    return [
        [link.sequence],
        [link.write_id],
        [link.fingerprint],
        [link.committed_at.isoformat()],
        [labels],
        [keys],
        [";".join(map(str, revisions))],
        [link.event_digests],
        [link.chain],
    ]

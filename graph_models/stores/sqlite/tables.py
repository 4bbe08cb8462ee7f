"""One table for each node type, derived from `graph_models.schema`, and the statements on it.

Properties are typed columns, to-one relationships are indexed text columns that hold the target's
key. To-many relationships are JSON columns: a list of keys, or an object of numbers by key where the
relationship has a property. Rows are clustered by key, so a scan in key order reads the file in order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Generic

import orjson

from graph_models.declarations import NodeType, PropertyType, Relationship
from graph_models.domain.errors import InvalidValue
from graph_models.ports import Columns, E, Stored
from graph_models.records import from_row, from_rows, to_rows
from graph_models.schema import ALL_TYPES, BY_ENTITY

Codec = tuple[Callable[[Any], Any], Callable[[Any], Any]]

_SQL_TYPES = {
    PropertyType.INTEGER: "INTEGER",
    PropertyType.BOOLEAN: "INTEGER",
    PropertyType.FLOAT: "REAL",
}
# A key list that SQLite unfolds itself: one statement for any number of keys.
_KEYS = "(SELECT value FROM json_each(?))"


_MANY = 50  # fewer are built faster one by one


def key_list(keys: Sequence[str]) -> str:
    """Write keys as the one parameter that a statement on several keys takes."""
    return orjson.dumps(keys).decode()


def instant_text(instant: datetime) -> str:
    """Write an instant as UTC text whose order is the order of time."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


class Table(Generic[E]):
    """The table of one node type.

    Parameters
    ----------
    node
        Its declaration.
    """

    def __init__(self, node: NodeType) -> None:
        self._entity = node.entity
        self.name = node.label.lower()
        self.key = node.key
        self._columns = node.columns()
        self.key_in: Callable[[Sequence[Any]], str] = itemgetter(self._columns.index(node.key))
        self._codecs = _codecs(node)
        listed = ", ".join((*self._columns, "revision"))
        marks = ", ".join("?" * (len(self._columns) + 1))
        self.upsert = f"INSERT OR REPLACE INTO {self.name} ({listed}) VALUES ({marks})"
        self.select = f"SELECT {listed} FROM {self.name}"
        self.select_keys = f"{self.select} WHERE {self.key} IN {_KEYS}"
        self._scoped = _scoped(node, self.name)
        self.select_keys_within = f"{self._scoped} AND {self.name}.{self.key} IN {_KEYS}"
        self.select_revisions = f"SELECT {self.key}, revision FROM {self.name} WHERE {self.key} IN {_KEYS}"
        self.delete = f"DELETE FROM {self.name} WHERE {self.key} = ?"
        self.count = f"SELECT count(*) FROM {self.name}"
        self.definitions = _definitions(node)
        self.create = _create_table(node, self.name)
        self.create_indexes = _create_indexes(node, self.name)

    def select_page(self, filters: Sequence[str], *, is_scoped: bool = False) -> str:
        """Return the statement for a page: parameters are the filters' texts, the last key, the limit.

        The parameter of a scoped one that comes before these is the list of codes, as of keys.
        """
        key = f"{self.name}.{self.key}"
        equal = "".join(f"{self.name}.{name} = ? AND " for name in filters)
        select = f"{self._scoped} AND" if is_scoped else f"{self.select} WHERE"
        return f"{select} {equal}{key} > ? ORDER BY {key} LIMIT ?"

    def select_texts(self, column: str) -> str:
        """Return the statement for (key, text of a column) of several keys."""
        return f"SELECT {self.key}, {column} FROM {self.name} WHERE {self.key} IN {_KEYS}"

    def select_referrers(self, relationship: Relationship) -> str:
        """Return the statement for (owner key, target key) of the relationships to several keys."""
        if not relationship.is_many:
            column = relationship.column
            return f"SELECT {self.key}, {column} FROM {self.name} WHERE {column} IN {_KEYS}"
        end = "ends.value" if relationship.property is None else "ends.key"
        source = f"{self.name}, json_each({self.name}.{relationship.column}) AS ends"
        return f"SELECT {self.name}.{self.key}, {end} FROM {source} WHERE {end} IN {_KEYS}"

    def encode(self, columns: Columns) -> list[list[Any]]:
        """Return the columns of the parameters of `upsert`, but for the revisions at the end."""
        codecs = self._codecs
        return [
            _each_once(codecs[name][0], held) if name in codecs else held for name, held in columns.items()
        ]

    def select_columns(self, names: Sequence[str]) -> str:
        """Return the statement for a key and some columns behind it: parameters as for `select_page`."""
        listed = ", ".join((self.key, *names))
        return f"SELECT {listed} FROM {self.name} WHERE {self.key} > ? ORDER BY {self.key} LIMIT ?"

    def decode_columns(self, names: Sequence[str], records: Sequence[Sequence[Any]]) -> Columns:
        """Return the columns in records of `select_columns`."""
        codecs = self._codecs
        _, *columns = map(list, zip(*records, strict=True))
        return {
            name: _each_once(codecs[name][1], held) if name in codecs else held
            for name, held in zip(names, columns, strict=True)
        }

    def decode_all(self, records: Sequence[Sequence[Any]]) -> list[Stored[E]]:
        """Build the stored values of records of `select`, what many of them share once."""
        if len(records) < _MANY:
            return list(map(self.decode, records))
        *held, revisions = map(list, zip(*records, strict=True))
        columns = {
            name: _each_once(self._codecs[name][1], each) if name in self._codecs else each
            for name, each in zip(self._columns, held, strict=True)
        }
        try:
            values: list[Any] = from_rows(self._entity, list(to_rows(columns)))
        except InvalidValue:
            return list(map(self.decode, records))  # which names the first that is damaged
        return list(map(Stored, values, revisions))

    def decode(self, record: Sequence[Any]) -> Stored[E]:
        """Build a stored value from a record of `select`."""
        row = dict(zip(self._columns, record, strict=False))
        for name, (_, decode) in self._codecs.items():
            if (held := row[name]) is not None:
                row[name] = decode(held)
        value: E = from_row(self._entity, row)  # type: ignore[assignment]  # the entity of this node type
        return Stored(value, record[-1])


def table_of(kind: type[E]) -> Table[E]:
    """Return the table that holds a kind of value."""
    return _TABLE_OF[kind]


def _each_once(convert: Callable[[Any], Any], held: list[Any]) -> list[Any]:
    """Convert the entries of a column, equal ones once."""
    converted = {each: convert(each) for each in dict.fromkeys(held) if each is not None}
    return list(map(converted.get, held))


def _codecs(node: NodeType) -> dict[str, Codec]:
    """Columns that SQLite cannot hold as they are in a row."""
    properties = [(each.name, _PROPERTY_CODECS.get(each.kind)) for each in node.properties]
    relationships = [
        (each.column, _LIST if each.property is None else _PAIRS)
        for each in node.relationships
        if each.is_many
    ]
    return {name: codec for name, codec in (*properties, *relationships) if codec is not None}


def _scoped(node: NodeType, name: str) -> str:
    """Return the statement for the values that lie where one of several area codes begins.

    The values at the ends of a path are looked up by key, each once for all paths that lead there.
    """
    joins: dict[str, str] = {}
    codes = []
    for *hops, code in node.scopes:
        owner, alias = node, name
        for hop in hops:
            owner = BY_ENTITY[next(each.target for each in owner.relationships if each.column == hop)]
            came_from, alias = alias, f"{alias}_{hop}"
            joins[alias] = (
                f" LEFT JOIN {owner.label.lower()} AS {alias} ON {alias}.{owner.key} = {came_from}.{hop}"
            )
        codes.append(f"{alias}.{code}")
    listed = ", ".join(f"{name}.{column}" for column in (*node.columns(), "revision"))
    begins = " OR ".join(f"substr({code}, 1, length(value)) = value" for code in codes)
    source = f"{name}{''.join(joins.values())}"
    return f"SELECT {listed} FROM {source} WHERE EXISTS (SELECT 1 FROM json_each(?) WHERE {begins})"


def _create_table(node: NodeType, name: str) -> str:
    listed = ", ".join(f"{column} {definition}" for column, definition in _definitions(node).items())
    keyed = f"revision INTEGER NOT NULL, PRIMARY KEY ({node.key})"
    return f"CREATE TABLE IF NOT EXISTS {name} ({listed}, {keyed}) WITHOUT ROWID"


def _definitions(node: NodeType) -> dict[str, str]:
    properties = {
        each.name: f"{_SQL_TYPES.get(each.kind, 'TEXT')}{' NOT NULL' if each.is_required else ''}"
        for each in node.properties
    }
    relationships = {
        each.column: f"TEXT{' NOT NULL' if each.is_required or each.is_many else ''}"
        for each in node.relationships
    }
    return {**properties, **relationships}


def _create_indexes(node: NodeType, name: str) -> list[str]:
    return [f"CREATE INDEX IF NOT EXISTS {name}_{column} ON {name} ({column})" for column in node.filters()]


def _dump_list(texts: Sequence[str]) -> str:
    return orjson.dumps(texts).decode()


def _dump_pairs(pairs: Sequence[tuple[str, float]]) -> str:
    return orjson.dumps(dict(pairs)).decode()


def _load_list(text: str) -> tuple[str, ...]:
    return tuple(orjson.loads(text))


def _load_pairs(text: str) -> tuple[tuple[str, float], ...]:
    return tuple(orjson.loads(text).items())


_LIST: Codec = (_dump_list, _load_list)
_PAIRS: Codec = (_dump_pairs, _load_pairs)
_PROPERTY_CODECS: dict[PropertyType, Codec] = {
    PropertyType.BOOLEAN: (int, bool),
    PropertyType.INSTANT: (instant_text, datetime.fromisoformat),
    PropertyType.STRING_LIST: _LIST,
}

TABLES: tuple[Table[Any], ...] = tuple(map(Table, ALL_TYPES))
_TABLE_OF: dict[Any, Table[Any]] = dict(zip(BY_ENTITY, TABLES, strict=True))

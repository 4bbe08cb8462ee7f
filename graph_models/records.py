"""Domain values to flat rows and back, as `graph_models.schema` declares.

A row maps every column of a node type to one of: text, integer, float, boolean, UTC `datetime`, a
tuple of texts, a tuple of (key, number) pairs for relationships with a property, or None.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter
from types import UnionType
from typing import Any

from graph_models.domain.errors import InvalidValue
from graph_models.domain.schedules import WeeklyAvailability, format_week, parse_week
from graph_models.ports import E, Entity
from graph_models.schema import NODE_TYPES, NodeType, Property, PropertyType, Relationship

Row = dict[str, Any]


class _Column(typing.NamedTuple):
    name: str
    path: str
    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]
    expects: str


def to_row(value: Entity) -> Row:
    """Flatten a value into its columns.

    Examples
    --------
    >>> from graph_models.domain.people import Staff
    >>> to_row(Staff("w1", "social worker", ("440103001101",)))  # doctest: +NORMALIZE_WHITESPACE
    {'id': 'w1', 'role': 'social worker', 'is_synthetic': False, 'responsible_for': ('440103001101',)}
    """
    return {name: read(value) for name, read in _CODEC_OF[type(value)].readers}


def from_row(kind: type[E], row: Mapping[str, Any]) -> E:
    """Build a value from its columns; a missing column takes the field's default.

    Raises
    ------
    InvalidValue
        If a required column is missing, a column has the wrong type, or the value breaks a rule.
    """
    codec = _CODEC_OF[kind]
    arguments: dict[str, Any] = {}
    for column in codec.columns:
        if (given := row.get(column.name)) is None:
            continue
        try:
            decoded = column.decode(given)
        except (TypeError, ValueError) as error:
            raise InvalidValue(column.name, f"be {column.expects}", given) from error
        head, _, tail = column.path.partition(".")
        if tail:
            arguments.setdefault(head, {})[tail] = decoded
        else:
            arguments[head] = decoded
    for name, nested in codec.nested.items():
        if name in arguments:
            arguments[name] = nested.construct(arguments[name], prefix=f"{name}.")
    value: E = codec.whole.construct(arguments)
    return value


class _Builder:
    """Calls a dataclass, naming the first required field that is missing."""

    def __init__(self, kind: type[Any]) -> None:
        self._kind = kind
        self._required = tuple(each.name for each in fields(kind) if each.default is MISSING)

    def construct(self, arguments: dict[str, Any], prefix: str = "") -> Any:
        for name in self._required:
            if name not in arguments:
                raise InvalidValue(f"{prefix}{name}", "be given")
        return self._kind(**arguments)


class _Codec:
    """What flattening and building one kind of value needs, worked out once."""

    def __init__(self, node: NodeType) -> None:
        self.columns = (
            *(_property_column(each) for each in node.properties),
            *(_relationship_column(each) for each in node.relationships),
        )
        self.readers = tuple((column.name, _reader(column)) for column in self.columns)
        hints = typing.get_type_hints(node.entity)
        heads = {column.path.partition(".")[0] for column in self.columns if "." in column.path}
        self.nested = {head: _Builder(_without_none(hints[head])) for head in heads}
        self.whole = _Builder(node.entity)


def _reader(column: _Column) -> Callable[[Any], Any]:
    head, _, tail = column.path.partition(".")
    encode = column.encode
    if not tail:
        read = attrgetter(head)
        return lambda value: None if (got := read(value)) is None else encode(got)

    def read_nested(value: Any) -> Any:
        outer = getattr(value, head)
        inner = None if outer is None else getattr(outer, tail)
        return None if inner is None else encode(inner)

    return read_nested


def _without_none(hint: Any) -> type[Any]:
    options: tuple[type[Any], ...] = typing.get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return next(option for option in options if option is not type(None))


def _property_column(declared: Property) -> _Column:
    encode, decode = _CODECS[declared.kind]
    expects = _EXPECTS[declared.kind]
    if declared.enum is not None:
        encode, decode = str, _enum_decoder(declared.enum)
        expects = f"one of {', '.join(declared.enum)}"
    return _Column(declared.name, declared.path or declared.name, encode, decode, expects)


def _relationship_column(declared: Relationship) -> _Column:
    name, build = declared.column, declared.build
    if declared.property is not None and build is not None:
        pair = attrgetter("skill_id", declared.property.name)
        return _Column(
            name,
            name,
            lambda ends: tuple(pair(end) for end in ends),
            lambda pairs: tuple(build(key, number) for key, number in pairs),
            "a list of (key, number) pairs",
        )
    if declared.is_many:
        return _Column(name, name, tuple, _texts, "a list of keys")
    return _Column(name, name, _text, _text, "a key")


def _enum_decoder(enum: type[StrEnum]) -> Callable[[Any], Any]:
    return lambda given: enum(given)


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise TypeError
    return given


def _texts(given: Any) -> tuple[str, ...]:
    if isinstance(given, str):
        raise TypeError
    return tuple(_text(each) for each in given)


def _boolean(given: Any) -> bool:
    if not isinstance(given, bool):
        raise TypeError
    return given


def _integer(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        raise TypeError
    return given


def _float(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise TypeError
    return float(given)


def _instant(given: Any) -> datetime:
    if not isinstance(given, datetime) or given.utcoffset() is None:
        raise TypeError
    return given.astimezone(UTC)


def _week(given: Any) -> WeeklyAvailability:
    return parse_week(_text(given))


_CODECS: dict[PropertyType, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    PropertyType.STRING: (_text, _text),
    PropertyType.INTEGER: (_integer, _integer),
    PropertyType.FLOAT: (_float, _float),
    PropertyType.BOOLEAN: (_boolean, _boolean),
    PropertyType.INSTANT: (_instant, _instant),
    PropertyType.WEEKLY_HOURS: (format_week, _week),
    PropertyType.STRING_LIST: (tuple, _texts),
}
_EXPECTS = {
    PropertyType.STRING: "a text",
    PropertyType.INTEGER: "an integer",
    PropertyType.FLOAT: "a number",
    PropertyType.BOOLEAN: "true or false",
    PropertyType.INSTANT: "a time with a UTC offset",
    PropertyType.WEEKLY_HOURS: "weekly hours like 'Mo-Fr 09:00-17:00'",
    PropertyType.STRING_LIST: "a list of texts",
}


_CODEC_OF: dict[type[Any], _Codec] = {each.entity: _Codec(each) for each in NODE_TYPES}

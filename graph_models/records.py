"""Domain values to flat rows and back, as `graph_models.schema` declares.

A row maps every column of a node type to one of: text, integer, float, boolean, UTC `datetime`, a
tuple of texts, a tuple of (key, number) pairs for relationships with a property, or None. Many values
at once are flattened column by column, which costs a third of flattening them one by one.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any

from graph_models.declarations import NodeType, Property, PropertyType, Relationship
from graph_models.domain.errors import InvalidValue
from graph_models.domain.schedules import WeeklyAvailability, format_week, parse_week
from graph_models.ports import Columns, E, Entity
from graph_models.schema import ALL_TYPES

Row = dict[str, Any]


def to_row(value: Entity) -> Row:
    """Flatten a value into its columns.

    Raises
    ------
    InvalidValue
        If a field that the value does not check by itself has the wrong type.

    Examples
    --------
    >>> from graph_models.domain.people import Staff
    >>> to_row(Staff("w1", "social worker", ("440103001101",)))  # doctest: +NORMALIZE_WHITESPACE
    {'id': 'w1', 'role': 'social worker', 'is_synthetic': False, 'responsible_for': ('440103001101',)}
    """
    return next(to_rows(to_columns(type(value), [value])))


def to_columns(kind: type[E], values: Sequence[E], names: Iterable[str] | None = None) -> Columns:
    """Flatten several values of one kind.

    Parameters
    ----------
    names
        Columns that are wanted, in this order; all if None.

    Raises
    ------
    InvalidValue
        As `to_row`.

    Examples
    --------
    >>> from graph_models.domain.people import Staff
    >>> to_columns(Staff, [Staff("w1", "social worker"), Staff("w2", "nurse")], ["role", "id"])
    {'role': ['social worker', 'nurse'], 'id': ['w1', 'w2']}
    """
    flatten = _CODEC_OF[kind].flatten
    return {name: flatten[name](values) for name in (flatten if names is None else names)}


def to_rows(columns: Columns) -> Iterator[Row]:
    """Turn columns into rows.

    Examples
    --------
    >>> list(to_rows({"id": ["w1", "w2"], "role": ["nurse", None]}))
    [{'id': 'w1', 'role': 'nurse'}, {'id': 'w2', 'role': None}]
    """
    return (dict(zip(columns, held, strict=True)) for held in zip(*columns.values(), strict=True))


def from_row(kind: type[E], row: Mapping[str, Any]) -> E:
    """Build a value from its columns; a missing column takes the field's default.

    Raises
    ------
    InvalidValue
        If a required column is missing, a column has the wrong type, or the value breaks a rule.
    """
    codec = _CODEC_OF[kind]
    arguments = codec.flat.decode(row)
    for head, nested in codec.nested.items():
        if inner := nested.decode(row):
            arguments[head] = nested.build(inner)
    value: E = codec.flat.build(arguments)
    return value


def from_rows(kind: type[E], rows: Sequence[Mapping[str, Any]]) -> list[E]:
    """Build several values column by column: what many of them share is read and built once.

    Raises
    ------
    InvalidValue
        If `from_row` would refuse any of the rows; it says which, and why.

    Examples
    --------
    >>> from graph_models.domain.people import Staff
    >>> from_rows(Staff, [{"id": "w1", "role": "nurse"}, {"id": "w2", "role": "cook"}])[1].role
    'cook'
    """
    codec = _CODEC_OF[kind]
    held = codec.flat.decode_columns(rows)
    for head, nested in codec.nested.items():
        held[head] = nested.build_distinct(nested.decode_columns(rows))
    return codec.flat.build_all(held)


def each_once(convert: Callable[[Any], Any], held: Sequence[Any]) -> list[Any]:
    """Convert what is not None, each object once however often it is held.

    >>> word = "shared"
    >>> each_once(str.upper, [word, None, word])
    ['SHARED', None, 'SHARED']
    """
    distinct = dict(zip(map(id, held), held, strict=True))
    converted = {number: None if each is None else convert(each) for number, each in distinct.items()}
    return [converted[id(each)] for each in held]


class _Column(typing.NamedTuple):
    """A column and the attribute it is of: `head` of the value, or `tail` of what `head` holds.

    `encode` None means that the attribute goes into a row as it is, `plain` is the type of which a
    row's content is taken as it is, and an attribute goes into it as it is.
    """

    name: str
    head: str
    tail: str
    encode: Callable[[Any], Any] | None
    plain: type[Any] | None
    decode: Callable[[Any], Any]
    expects: str

    def flatten(self, values: Sequence[Any]) -> list[Any]:
        """Return what the column holds of each value."""
        held = list(map(attrgetter(self.head), values))
        if self.tail:
            read = attrgetter(self.tail)
            held = [None if each is None else read(each) for each in held]
        if self.encode is None or {*map(type, held)} <= {self.plain, NoneType}:
            return held
        return each_once(self._encoded, held)

    def _encoded(self, held: Any) -> Any:
        if self.encode is None:
            return held
        try:
            return self.encode(held)
        except (TypeError, ValueError) as error:
            raise InvalidValue(self.name, f"be {self.expects}", held) from error


class _Group:
    """The columns of one dataclass: the value itself, or a value nested in it."""

    def __init__(self, kind: type[Any], columns: Iterable[_Column], prefix: str = "") -> None:
        several = tuple(columns)
        attributes = tuple(each.tail or each.head for each in several)
        self._decoders = tuple(
            (each.name, attribute, each.plain, each.decode, each.expects)
            for each, attribute in zip(several, attributes, strict=True)
        )
        self._kind = kind
        self._prefix = prefix
        self._defaults = {each.name: each.default for each in fields(kind)}
        self._required = tuple(name for name, default in self._defaults.items() if default is MISSING)

    def decode_columns(self, rows: Sequence[Mapping[str, Any]]) -> Columns:
        """Read the arguments of several values, by attribute; None is what is absent."""
        arguments: Columns = {}
        for name, attribute, plain, decode, expects in self._decoders:
            given = [row.get(name) for row in rows]
            if not {*map(type, given)} <= {plain, NoneType}:
                try:
                    given = each_once(decode, given)
                except (TypeError, ValueError, OverflowError) as error:
                    raise InvalidValue(name, f"be {expects}") from error
            arguments[attribute] = given
        return arguments

    def build_distinct(self, arguments: Columns) -> list[Any]:
        """Build nested values, one for all that hold the same objects, None where nothing is given."""
        keys = list(zip(*(map(id, held) for held in arguments.values()), strict=True))
        distinct = dict(zip(keys, zip(*arguments.values(), strict=True), strict=True))
        built = {}
        for key, row in distinct.items():
            given = {name: each for name, each in zip(arguments, row, strict=True) if each is not None}
            built[key] = self.build(given) if given else None
        return [built[key] for key in keys]

    def build_all(self, arguments: Columns) -> list[Any]:
        """Call the dataclass for each value, as `build` does for one."""
        several = []
        for name, default in self._defaults.items():
            held = arguments[name]
            if default is not None and NoneType in {*map(type, held)}:
                if default is MISSING:
                    raise InvalidValue(f"{self._prefix}{name}", "be given")
                held = [default if each is None else each for each in held]
            several.append(held)
        return list(map(self._kind, *several))

    def decode(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Read the arguments of the dataclass out of a row, leaving out what is absent."""
        arguments: dict[str, Any] = {}
        for name, attribute, plain, decode, expects in self._decoders:
            given = row.get(name)
            if type(given) is plain:
                arguments[attribute] = given
            elif given is not None:
                try:
                    arguments[attribute] = decode(given)
                except (TypeError, ValueError, OverflowError) as error:
                    raise InvalidValue(name, f"be {expects}", given) from error
        return arguments

    def build(self, arguments: dict[str, Any]) -> Any:
        """Call the dataclass, naming the first required field that is missing."""
        for name in self._required:
            if name not in arguments:
                raise InvalidValue(f"{self._prefix}{name}", "be given")
        return self._kind(**arguments)


class _Codec:
    """What flattening and building one kind of value needs, worked out once."""

    def __init__(self, node: NodeType) -> None:
        columns = (
            *(_property_column(each) for each in node.properties),
            *(_relationship_column(each) for each in node.relationships),
        )
        hints = typing.get_type_hints(node.entity)
        heads = dict.fromkeys(column.head for column in columns if column.tail)
        self.flatten = {each.name: each.flatten for each in columns}
        self.flat = _Group(node.entity, (each for each in columns if not each.tail))
        self.nested = {
            head: _Group(
                _without_none(hints[head]),
                (each for each in columns if each.tail and each.head == head),
                f"{head}.",
            )
            for head in heads
        }


def _without_none(hint: Any) -> type[Any]:
    options: tuple[type[Any], ...] = typing.get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return next(option for option in options if option is not type(None))


def _property_column(declared: Property) -> _Column:
    head, _, tail = (declared.path or declared.name).partition(".")
    if (enum := declared.enum) is not None:
        expects = f"one of {', '.join(enum)}"
        return _Column(declared.name, head, tail, _enum_encoder(enum), None, enum, expects)
    return _Column(declared.name, head, tail, *_CODECS[declared.kind])


def _relationship_column(declared: Relationship) -> _Column:
    name, build = declared.column, declared.build
    if declared.property is not None and build is not None:
        pair = attrgetter("skill_id", declared.property.name)
        build = lru_cache(maxsize=4096, typed=True)(build)  # many values share their ends
        return _Column(
            name,
            name,
            "",
            lambda ends: tuple([(key, float(number)) for key, number in map(pair, ends)]),
            None,
            lambda pairs: tuple([build(key, number) for key, number in pairs]),
            "a list of (key, number) pairs",
        )
    if declared.is_many:
        return _Column(name, name, "", None, None, _texts, "a list of keys")
    return _Column(name, name, "", None, str, _text, "a key")


def _enum_encoder(enum: type[StrEnum]) -> Callable[[Any], str]:
    return lambda held: enum(held).value


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise TypeError
    return given


def _texts(given: Any) -> tuple[str, ...]:
    if isinstance(given, str):
        raise TypeError
    return tuple(map(_text, given))


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
    return given if given.tzinfo is UTC else given.astimezone(UTC)


# Thousands of providers share a few weekly schedules.
_week_text = lru_cache(maxsize=4096)(format_week)


def _week(given: Any) -> WeeklyAvailability:
    return parse_week(_text(given))


_Kind = tuple[Callable[[Any], Any] | None, type[Any] | None, Callable[[Any], Any], str]
_CODECS: dict[PropertyType, _Kind] = {
    PropertyType.STRING: (None, str, _text, "a text"),
    PropertyType.INTEGER: (None, int, _integer, "an integer"),
    PropertyType.FLOAT: (_float, float, _float, "a number"),
    PropertyType.BOOLEAN: (_boolean, bool, _boolean, "true or false"),
    PropertyType.INSTANT: (_instant, None, _instant, "a time with a UTC offset"),
    PropertyType.WEEKLY_HOURS: (_week_text, None, _week, "weekly hours like 'Mo-Fr 09:00-17:00'"),
    PropertyType.STRING_LIST: (None, None, _texts, "a list of texts"),
}
_CODEC_OF: dict[type[Any], _Codec] = {each.entity: _Codec(each) for each in ALL_TYPES}

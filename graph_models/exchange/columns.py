"""Columns of a table file, derived from the schema: how each is read, written and required."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from types import UnionType
from typing import Any

from graph_models.declarations import NodeType, Property, PropertyType, Relationship
from graph_models.exchange import cells
from graph_models.exchange.problems import Finding, nearest
from graph_models.ports import Entity
from graph_models.schema import BY_ENTITY, NODE_TYPES

KIND_OF_STEM: dict[str, type[Entity]] = {each.plural: each.entity for each in NODE_TYPES}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table file.

    Parameters
    ----------
    name
        Name in the header.
    holds
        Type of its values; None for a relationship.
    is_list, is_pairs
        Whether a cell holds several values, or several keys with a number each.
    parse, format
        From and to the text of a CSV cell.
    is_required
        Whether a file without it cannot be loaded.
    target
        Kind that a relationship points at.
    """

    name: str
    holds: PropertyType | None
    parse: cells.Parser
    format: cells.Formatter
    is_list: bool = False
    is_pairs: bool = False
    is_required: bool = False
    target: type[Entity] | None = None
    number: str = ""


def _plain_list(values: tuple[str, ...]) -> str:
    return cells.SEPARATOR.join(values)


_FORMS: dict[PropertyType, tuple[cells.Parser, cells.Formatter]] = {
    PropertyType.STRING: (cells.parse_text, cells.guard),
    PropertyType.INTEGER: (cells.parse_integer, str),
    PropertyType.FLOAT: (cells.parse_number, repr),
    PropertyType.BOOLEAN: (cells.parse_boolean, cells.format_boolean),
    PropertyType.INSTANT: (cells.parse_instant, lambda instant: str(instant.isoformat())),
    PropertyType.WEEKLY_HOURS: (cells.parse_text, str),
    PropertyType.STRING_LIST: (cells.parse_list, _plain_list),
}


def columns_of(kind: type[Entity]) -> Mapping[str, Column]:
    """Return the columns of one kind by name, in file order."""
    return _COLUMNS[kind]


def references_of(kind: type[Entity]) -> tuple[Column, ...]:
    """Return the columns of one kind that hold keys of other values."""
    return _REFERENCES[kind]


def _columns(node: NodeType) -> dict[str, Column]:
    listed = (
        *(_property_column(node, each) for each in node.properties),
        *(_relationship_column(node, each) for each in node.relationships),
    )
    return {column.name: column for column in listed}


def referenced_keys(column: Column, given: Any) -> Sequence[str]:
    """Keys that a row names by what it gives in a relationship column."""
    if not given:
        return ()
    if column.is_pairs:
        return [key for key, _ in given]
    return given if column.is_list else (given,)


def check_header(kind: type[Entity], names: Sequence[str]) -> Iterator[Finding]:
    """Yield what is wrong with the header of a table file."""
    known = columns_of(kind)
    if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
        yield Finding(None, "header", "the header is one cell", "separate cells with commas")
        return
    for name in names:
        if name not in known:
            shown = name[:40] if name.isprintable() else ""
            hint = nearest(name, known) or f"the columns are {', '.join(known)}"
            yield Finding(shown, "header", f"there is no column {shown!r} in {BY_ENTITY[kind].plural}", hint)
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Finding(name[:40], "header", "the header names this column twice")
    for column in known.values():
        if column.is_required and column.name not in names:
            yield Finding(column.name, "header", "this required column is missing")


def _property_column(node: NodeType, declared: Property) -> Column:
    parse, write = _FORMS[declared.kind]
    is_list = declared.kind is PropertyType.STRING_LIST
    if is_list and not declared.is_required:
        write = cells.format_list  # empty and not known are two different things here
    required = _is_required(node.entity, declared.path or declared.name)
    return Column(declared.name, declared.kind, parse, write, is_list=is_list, is_required=required)


def _relationship_column(node: NodeType, declared: Relationship) -> Column:
    required = _is_required(node.entity, declared.column)
    name, target, is_many = declared.column, declared.target, declared.is_many
    if declared.property is not None:
        number = declared.property.name
        parse, write = cells.parse_pairs, cells.format_pairs
        return Column(name, None, parse, write, True, True, required, target, number)
    if is_many:
        return Column(name, None, cells.parse_list, _plain_list, True, False, required, target)
    return Column(name, None, cells.parse_text, cells.guard, False, False, required, target)


def _is_required(owner: Any, path: str) -> bool:
    """Tell whether a dotted path leads through fields without a default only."""
    head, _, tail = path.partition(".")
    field = next(each for each in fields(owner) if each.name == head)
    if field.default is not MISSING:
        return False
    if not tail:
        return True
    hint = typing.get_type_hints(owner)[head]
    options = typing.get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return any(_is_required(each, tail) for each in options if is_dataclass(each))


_COLUMNS: dict[type[Entity], dict[str, Column]] = {node.entity: _columns(node) for node in NODE_TYPES}
_REFERENCES: dict[type[Entity], tuple[Column, ...]] = {
    kind: tuple(each for each in columns.values() if each.target is not None)
    for kind, columns in _COLUMNS.items()
}

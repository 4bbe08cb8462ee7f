"""A published study as tables: one for each kind of entry, with columns as its dataclass names them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from types import UnionType
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

from graph_models.exchange.cells import format_boolean, format_list, guard
from matcher.coverage.actions import Action, recommend
from matcher.coverage.exposure import Exposure, OftenAsked
from matcher.coverage.fragility import SoleHolder
from matcher.coverage.published import (
    AreaGap,
    CategorySupply,
    CauseCount,
    CommunityReach,
    Coverage,
    GroupMean,
    GroupServed,
    KeyProvider,
    ProvenDeficit,
)


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures that a study has once.

    The number of hidden sets is not among them: most are one need each, so that it counts needs.
    """

    graph_revision: int
    made_at: datetime
    is_synthetic: bool
    k: int
    units_wanted: int | None
    units_served: int | None
    moran_i: float | None
    moran_p_value: float | None
    gini: float | None
    palma: float | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `holds` is str, int, float, bool, datetime, or tuple for a list of texts."""

    name: str
    holds: type


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in the order of the columns. None stands for what is hidden or not known."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]


def tables_of(coverage: Coverage) -> tuple[Table, ...]:
    """Return all that is published, and the actions that follow from it."""
    return (
        _table("summary", Summary, [_summary(coverage)]),
        _table("actions", Action, recommend(coverage)),
        _table("gaps", AreaGap, coverage.gaps),
        _table("causes", CauseCount, coverage.causes),
        _table("deficits", ProvenDeficit, coverage.deficits),
        _table("categories", CategorySupply, coverage.categories),
        _table("communities", CommunityReach, coverage.communities),
        _table("key_providers", KeyProvider, coverage.key_providers),
        _table("sole_holders", SoleHolder, coverage.sole_holders),
        _table("exposures", Exposure, coverage.exposures),
        _table("often_asked", OftenAsked, coverage.often_asked),
        _table("served", GroupServed, coverage.served),
        _table("district_means", GroupMean, coverage.equity.districts),
    )


def cell(value: Any) -> str:
    """Write a value as text, safe to open in a spreadsheet; nothing for None.

    Examples
    --------
    >>> cell(("a", "b")), cell(1.5), cell("=cmd()"), cell(None)
    ('a|b', '1.5', "'=cmd()", '')
    """
    return "" if value is None else _FORMATS[_plain(type(value))](value)


_FORMATS: dict[type, Callable[[Any], str]] = {
    str: lambda value: guard(str(value)),
    tuple: lambda value: guard(format_list(value)),
    bool: format_boolean,
    datetime: datetime.isoformat,
    int: repr,
    float: repr,
}


def _summary(coverage: Coverage) -> Summary:
    own = {each.name for each in fields(Summary)} & set(Coverage.__slots__)
    once = {name: getattr(coverage, name) for name in own}
    return Summary(**once, gini=coverage.equity.gini, palma=coverage.equity.palma)


def _table(name: str, kind: type[Any], entries: Sequence[Any]) -> Table:
    hints = get_type_hints(kind)
    columns = tuple(Column(each.name, _plain(hints[each.name])) for each in fields(kind))
    rows = tuple(tuple(_value(getattr(each, column.name)) for column in columns) for each in entries)
    return Table(name, columns, rows)


def _plain(hint: Any) -> type:
    """Return the plain type behind names for it, enumerations, and what may be missing."""
    if isinstance(hint, NewType):
        return _plain(hint.__supertype__)
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (each for each in get_args(hint) if each is not type(None))
        return _plain(hint)
    if get_origin(hint) is tuple:
        return tuple
    return next(each for each in _FORMATS if issubclass(hint, each))


def _value(value: Any) -> Any:
    if isinstance(value, float) and math.isnan(value):
        return None
    return str(value) if isinstance(value, str) else value

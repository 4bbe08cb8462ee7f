"""From JSON to the dataclasses of `answers`, by their annotations.

A reader is tolerant: a service that is newer may answer with members and codes that this client does not
know; the first are left out, the second handed through.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from api.client.errors import UnexpectedAnswer

T = TypeVar("T")
Reader = Callable[[Any], Any]


def read(kind: type[T], value: Any) -> T:
    """Make a dataclass out of an object.

    Raises
    ------
    UnexpectedAnswer
        If a member is missing or has another form.
    """
    try:
        made: T = _reader(cast("Hashable", kind))(value)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UnexpectedAnswer(f"no {kind.__name__}: {type(error).__name__}") from error
    return made


@cache
def _reader(hint: Any) -> Reader:
    if is_dataclass(hint):
        return _object_reader(hint)
    if hint is datetime:
        return datetime.fromisoformat
    origin = get_origin(hint)
    if origin is UnionType:  # the generated ones are all `X | None`
        of_value = _reader(next(each for each in get_args(hint) if each is not type(None)))
        return lambda value: None if value is None else of_value(value)
    if origin is list:
        of_item = _reader(get_args(hint)[0])
        return lambda value: [of_item(each) for each in value]
    if origin is dict:
        of_member = _reader(get_args(hint)[1])
        return lambda value: {name: of_member(each) for name, each in value.items()}
    return lambda value: value


def _object_reader(kind: Any) -> Reader:
    hints = get_type_hints(kind)
    readers = {each.name: _reader(hints[each.name]) for each in fields(kind)}
    return lambda value: kind(**{name: of_member(value[name]) for name, of_member in readers.items()})

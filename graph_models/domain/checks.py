"""Checks shared by the domain values; each names the field and the rule it breaks."""

from __future__ import annotations

import binascii
import math
from collections.abc import Callable, Collection, Hashable, Iterable
from datetime import MAXYEAR, MINYEAR, datetime
from operator import lt
from typing import Any

from graph_models.domain.errors import InvalidValue

MAX_TEXT_LENGTH = 500


# Spaces that names are written with, though Python does not count them as printable.
_SPACES = str.maketrans("\u00a0\u202f\u3000", "   ")


def check_text(field: str, value: object, *, max_length: int = MAX_TEXT_LENGTH) -> None:
    """Refuse what is not a printable text of 1 to `max_length` characters."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidValue(field, "be a text that is not empty", value)
    if len(value) > max_length:
        raise InvalidValue(field, f"have at most {max_length} characters", value)
    if not value.isprintable() and not value.translate(_SPACES).isprintable():
        raise InvalidValue(field, "hold printable characters only", value)


def check_base64(field: str, value: object, *, max_length: int = 8_192) -> None:
    """Refuse what is not base64 text of 4 to `max_length` characters: the form that ciphertexts have."""
    if not isinstance(value, str) or not 0 < len(value) <= max_length:
        raise InvalidValue(field, f"be base64 text of at most {max_length} characters", value)
    try:
        binascii.a2b_base64(value.encode("ascii"), strict_mode=True)
    except ValueError:
        # The cause would hold the text.
        raise InvalidValue(field, "be base64 text", value) from None


def check_integer(field: str, value: object, *, least: int = 0, most: int = 2**31 - 1) -> None:
    """Refuse what is not an integer within [`least`, `most`]."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidValue(field, "be an integer", value)
    if not least <= value <= most:
        raise InvalidValue(field, f"be from {least} to {most}", value)


def check_number(field: str, value: object, *, least: float, most: float) -> None:
    """Refuse what is not a finite number within [`least`, `most`]."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidValue(field, "be a finite number", value)
    if not least <= value <= most:
        raise InvalidValue(field, f"be from {least:g} to {most:g}", value)


def check_aware(field: str, value: object) -> None:
    """Refuse a time without a zone (two readers would see two instants) or that UTC cannot tell."""
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise InvalidValue(field, "be a time with a UTC offset", value)
    if not MINYEAR < value.year < MAXYEAR:
        raise InvalidValue(field, f"lie between the years {MINYEAR} and {MAXYEAR}", value)


def check_member(field: str, value: object, allowed: Collection[str]) -> None:
    """Refuse a value outside a closed list."""
    if value not in allowed:
        raise InvalidValue(field, f"be one of {', '.join(sorted(allowed))}", value)


def check_unique(field: str, values: Iterable[Hashable]) -> None:
    """Refuse a list that names something twice."""
    listed = list(values)
    if len(set(listed)) != len(listed):
        raise InvalidValue(field, "name each entry once", listed)


def sort_field(instance: object, name: str, key: Callable[[Any], Any] | None = None) -> None:
    """Put a tuple field into its canonical order, so that equal values are equal however they came.

    Meant for ``__post_init__`` of frozen dataclasses only; refuses a tuple that names an entry twice.
    """
    values = getattr(instance, name)
    if type(values) is tuple and len(values) < 2:
        return
    keys = values if key is None else [*map(key, values)]
    if type(values) is tuple and all(map(lt, keys, keys[1:])):
        return
    check_unique(name, keys)
    object.__setattr__(instance, name, tuple(sorted(values, key=key)))

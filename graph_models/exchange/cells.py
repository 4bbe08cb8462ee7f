"""Text forms of values in CSV cells, both ways.

========================= ==========================================================
not given                 an empty cell
integer, number           ``12``, ``-3.5``: ASCII digits, a point, no separators
boolean                   ``true``, ``false``
instant                   ISO 8601 with offset: ``2026-03-02T09:00:00+08:00``
weekly hours              ``Mo-Fr 08:30-12:00,13:00-17:00; Sa 09:00-12:00``, ``off``
list                      ``low_income|severe_disability``; ``none`` for a known empty one
relation with a number    ``care.bathing:0.8|cooking:0.5``
text                      as it is; see `guard` for texts a spreadsheet would execute
========================= ==========================================================
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from graph_models.exchange.problems import FORMULA_START, CellError

# Many rows say the same: capacities, languages, areas, skills.
_repeated = lru_cache(maxsize=4096)

SEPARATOR = "|"
EMPTY_LIST = "none"
_RISKY = re.compile(r"'*[=+\-@\t\r]")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(
    r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?(nan|inf|infinity)", re.IGNORECASE
)
_BOOLEANS = {"true": True, "false": False}


def guard(text: str) -> str:
    """Keep a spreadsheet from executing a text: one apostrophe goes before ``=``, ``+``, ``-`` or ``@``.

    `unguard` takes exactly that apostrophe off again, so every text survives the round trip.

    Examples
    --------
    >>> guard("=cmd()"), unguard(guard("=cmd()")), unguard(guard("'=x")), guard("plain")
    ("'=cmd()", '=cmd()', "'=x", 'plain')
    """
    return f"'{text}" if _RISKY.match(text) else text


def unguard(text: str) -> str:
    """Undo `guard`."""
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text


def parse_text(cell: str) -> str:
    """Read a text; a bare formula is refused, because its result is what was meant."""
    if cell[0] == FORMULA_START:
        raise CellError(
            "must not be a formula",
            "save the sheet with values, or put an apostrophe before the equals sign",
        )
    return unguard(cell)


@_repeated
def parse_integer(cell: str) -> int:
    """Read an integer in ASCII digits."""
    text = cell.strip()
    if _INTEGER.fullmatch(text) is None or len(text) > 20:
        raise CellError("must be an integer", _number_hint(text))
    return int(text)


def parse_number(cell: str) -> float:
    """Read a number in ASCII digits; that it is finite is for the domain to judge."""
    text = cell.strip()
    if _NUMBER.fullmatch(text) is None:
        raise CellError("must be a number", _number_hint(text))
    return float(text)


@_repeated
def parse_boolean(cell: str) -> bool:
    """Read ``true`` or ``false`` in any case."""
    value = _BOOLEANS.get(cell.strip().lower())
    if value is None:
        raise CellError("must be true or false", "write true or false")
    return value


@_repeated
def parse_instant(cell: str) -> datetime:
    """Read an ISO 8601 instant with its offset from UTC."""
    example = "write it like 2026-03-02T09:00:00+08:00"
    try:
        instant = datetime.fromisoformat(cell.strip())
    except ValueError as error:
        raise CellError("must be a time with a UTC offset", example) from error
    if instant.utcoffset() is None:
        raise CellError("must be a time with a UTC offset", f"the offset is missing: {example}")
    return instant


@_repeated
def parse_list(cell: str) -> tuple[str, ...]:
    """Read ``a|b``; ``none`` is a known empty list."""
    if cell == EMPTY_LIST:
        return ()
    items = tuple(item.strip() for item in cell.split(SEPARATOR))
    if "" in items:
        raise CellError("must be a list like a|b without empty entries", "take out the extra |")
    return items


@_repeated
def parse_pairs(cell: str) -> tuple[tuple[str, float], ...]:
    """Read ``key:number|key:number``."""
    pairs = []
    for item in cell.split(SEPARATOR):
        key, colon, number = item.strip().rpartition(":")
        if not colon or not key:
            raise CellError("must be a list like key:0.8|key:0.5", "each key needs : and a number")
        pairs.append((key, parse_number(number)))
    return tuple(pairs)


def format_list(values: tuple[str, ...]) -> str:
    """Write ``a|b``; an empty list that is known to be empty is ``none``."""
    return SEPARATOR.join(values) if values else EMPTY_LIST


def format_pairs(pairs: tuple[tuple[str, float], ...]) -> str:
    """Write ``key:number|key:number``; nothing for no pairs."""
    return SEPARATOR.join(f"{key}:{number!r}" for key, number in pairs)


def format_boolean(value: bool) -> str:
    """Write ``true`` or ``false``."""
    return "true" if value else "false"


def _number_hint(text: str) -> str:
    narrow = unicodedata.normalize("NFKC", text)
    if narrow != text and _NUMBER.fullmatch(narrow):
        return f"write {narrow} with ASCII digits"
    if text.startswith(FORMULA_START):
        return "save the sheet with values instead of formulas"
    if re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", text):
        return f"write {text.replace(',', '')} without separators"
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", text):
        return f"write {text.replace(',', '.')} with a point"
    if _NUMBER.fullmatch(text):
        return "write it without a fraction"
    return ""


Parser = Callable[[str], Any]
Formatter = Callable[[Any], str]

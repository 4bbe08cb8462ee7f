"""What can be wrong with a row, said so that it can be found and corrected."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from graph_models.domain.errors import InvalidValue, LastMeterError, UnknownReference
from graph_models.ports import Entity
from graph_models.schema import BY_ENTITY

FORMULA_START = "="


class Severity(StrEnum):
    """Whether a problem keeps the row out, or is only worth knowing."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong with one row, or with a whole file when `record` is None.

    Parameters
    ----------
    file
        Path as the caller gave it.
    line
        Physical line in the file at which the row starts, counted from 1 with the header.
    record
        Data record, counted from 1 without the header.
    column
        Column, if one is to blame.
    value_class
        What kind of value stood there (``text``, ``integer``, ``empty``); never the value, which may
        be personal.
    reason
        The rule that is broken.
    hint
        How to correct it, if that can be told.
    severity
        An error keeps the row out, a warning does not.
    """

    file: str
    line: int | None
    record: int | None
    column: str | None
    value_class: str
    reason: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        record = f"record {self.record}" if self.record else ""
        within = " ".join(filter(None, (record, self.column)))
        hint = f" ({self.hint})" if self.hint else ""
        return f"{': '.join(filter(None, (place, within, self.reason)))}{hint}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem before its place in a file is known."""

    column: str | None
    value_class: str
    reason: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    def at(self, file: str, line: int | None = None, record: int | None = None) -> RowProblem:
        """Give the problem its place."""
        return RowProblem(
            file, line, record, self.column, self.value_class, self.reason, self.hint, self.severity
        )


class CellError(ValueError):
    """A cell cannot be read as what its column holds."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


_CLASS_NAMES = {
    "NoneType": "empty",
    "str": "text",
    "bool": "boolean",
    "int": "integer",
    "float": "number",
    "datetime": "instant",
    "tuple": "list",
    "dict": "object",
}
_MIXED_WORD = re.compile(r"[A-Za-z][\u0370-\u052f]|[\u0370-\u052f][A-Za-z]")
_NUMBER = re.compile(r"[+-]?\d+(?P<fraction>[.,]\d+)?")


def value_class(value: object) -> str:
    """Name the class of a value without repeating it.

    Examples
    --------
    >>> [value_class(each) for each in ("12", "1.5", "2026-03-02", "", None, "a name", 3)]
    ['integer', 'number', 'date', 'empty', 'empty', 'text', 'integer']
    """
    if not isinstance(value, str):
        return _CLASS_NAMES.get(type(value).__name__, type(value).__name__)
    text = value.strip()
    if not text:
        return "empty"
    if text.startswith(FORMULA_START):
        return "formula"
    if (number := _NUMBER.fullmatch(text)) is not None:
        return "number" if number["fraction"] else "integer"
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return "text"
    return "date"


def finding_of(error: LastMeterError, kind: type[Entity], value: object = None) -> Finding:
    """Turn an error of the domain or of a store into a finding about a column."""
    if isinstance(error, InvalidValue):
        column = column_of(kind, error.field)
        named = _CLASS_NAMES.get(error.value_class, error.value_class)
        given = value_class(value) if value is not None else named
        return Finding(column, given, str(error), _hint_for_text(value))
    if isinstance(error, UnknownReference):
        return Finding(column_of(kind, error.field), "text", str(error))
    return Finding(None, "row", str(error))


def column_of(kind: type[Entity], field: str) -> str:
    """Find the column that holds a field named as the domain names it.

    Examples
    --------
    >>> from graph_models.domain.providers import Provider
    >>> [column_of(Provider, field) for field in ("capacity.total", "skills.level", "provider.name")]
    ['capacity_total', 'skills', 'name']
    """
    node = BY_ENTITY[kind]
    bare = field.removeprefix(f"{node.label.lower()}.")
    paths = {each.path or each.name: each.name for each in node.properties}
    head = bare.partition(".")[0]
    if bare in paths:
        return paths[bare]
    columns = node.columns()
    if bare in columns or head not in columns:
        nested = (name for path, name in paths.items() if path.startswith(f"{head}."))
        return bare if bare in columns else next(nested, bare)
    return head


def nearest(name: str, known: Iterable[str]) -> str:
    """Hint at the known name that looks most like `name`, empty if none does."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else ""


def warn_of_lookalikes(column: str, text: object) -> Finding | None:
    """Warn of a name in which single letters come from another alphabet: it would not be found again.

    Examples
    --------
    >>> warn_of_lookalikes("name", "C\u0430re Centre").severity.value
    'warning'
    >>> warn_of_lookalikes("name", "Кафе Care 关爱") is None
    True
    """
    if not isinstance(text, str) or text.isascii() or _MIXED_WORD.search(text) is None:
        return None
    reason = f"{column} mixes Latin letters with look-alikes from another alphabet in one word"
    return Finding(column, "text", reason, "type the word anew", Severity.WARNING)


def _hint_for_text(value: object) -> str:
    """Point at what the eye does not see: spaces around, look-alike and invisible letters."""
    if not isinstance(value, str):
        return ""
    if value != value.strip():
        return "there are spaces around the value"
    strange = [each for each in value if not each.isascii()]
    hidden = [each for each in value if not each.isprintable()]
    if hidden:
        return f"it holds the invisible character U+{ord(hidden[0]):04X}"
    if strange and any(each.isascii() and each.isalnum() for each in value):
        return f"it mixes in {unicodedata.name(strange[0], 'an unnamed character')}"
    return ""

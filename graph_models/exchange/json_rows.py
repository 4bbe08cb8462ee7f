"""Rows of the schema as JSON Lines or a JSON array.

The kind is the file's name (``providers.jsonl``) or the ``table`` of each row (``"providers"``).
Values are those of the Parquet files: lists are arrays, a relation with a number is an array of
objects or of pairs, instants are ISO 8601 texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from graph_models.declarations import PropertyType
from graph_models.exchange import cells
from graph_models.exchange.columns import KIND_OF_STEM, Column, columns_of
from graph_models.exchange.json_documents import JsonItem, read_items
from graph_models.exchange.opening import BadFile
from graph_models.exchange.problems import CellError, Finding, RowProblem, nearest, value_class
from graph_models.exchange.sources import Source, SourceRow
from graph_models.ports import Entity
from graph_models.schema import NODE_TYPES

KIND_FIELD = "table"


class JsonRows(Source):
    """A JSON file with rows of one kind, or of several that name their kind."""

    def __init__(self, path: Path, kind: type[Entity] | None, encoding: str) -> None:
        super().__init__(path)
        self._kind = kind
        self._encoding = encoding
        self._kinds: tuple[type[Entity], ...] = ()

    def inspect(self) -> Iterator[RowProblem]:
        """See `Source`."""
        found: set[type[Entity]] = set()
        is_empty = True
        try:
            for item in read_items(self.path, self._encoding):
                is_empty = False
                if (kind := self._kind_of(item.value)) is not None:
                    found.add(kind)
        except BadFile as error:
            yield error.finding.at(str(self.path))
            return
        if is_empty:
            yield Finding(None, "file", "the file is empty").at(str(self.path))
        self._kinds = tuple(each.entity for each in NODE_TYPES if each.entity in found)
        if not is_empty and not found:
            reason = f"no row names its {KIND_FIELD}"
            yield Finding(KIND_FIELD, "empty", reason, f"it is one of {', '.join(KIND_OF_STEM)}").at(
                str(self.path)
            )

    def kinds(self) -> Sequence[type[Entity]]:
        """See `Source`."""
        return self._kinds

    def rows(self, kind: type[Entity]) -> Iterator[SourceRow]:
        """See `Source`."""
        for item in read_items(self.path, self._encoding):
            self.bytes_read = item.position
            # A row of no known kind is reported once, with the rows of the first kind.
            own = self._kind_of(item.value) or self._kinds[0]
            if own is kind:
                row, findings = self._read(kind, item)
                yield SourceRow(kind, row, str(self.path), item.line, item.number, item.value, findings)

    def _kind_of(self, value: Any) -> type[Entity] | None:
        if not isinstance(value, dict):
            return None
        named = value.get(KIND_FIELD)
        return self._kind if named is None else KIND_OF_STEM.get(str(named))

    def _read(self, kind: type[Entity], item: JsonItem) -> tuple[dict[str, Any], list[Finding]]:
        if item.finding is not None:
            return {}, [item.finding]
        if not isinstance(item.value, dict):
            return {}, [Finding(None, value_class(item.value), "the row must be an object")]
        if self._kind_of(item.value) is None:
            reason = f"{KIND_FIELD} must be one of {', '.join(KIND_OF_STEM)}"
            return {}, [Finding(KIND_FIELD, value_class(item.value.get(KIND_FIELD)), reason)]
        return read_object(kind, item.value)


def read_object(kind: type[Entity], value: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """Read one JSON object as a row of `kind`."""
    columns = columns_of(kind)
    row: dict[str, Any] = {}
    findings: list[Finding] = []
    for name, given in value.items():
        column = columns.get(name)
        if name == KIND_FIELD:
            continue
        if column is None:
            shown = name[:40] if name.isprintable() else ""
            findings.append(Finding(shown, "field", f"there is no field {shown!r}", nearest(name, columns)))
            continue
        try:
            row[name] = None if given is None else _read_value(column, given)
        except CellError as error:
            findings.append(Finding(name, value_class(given), f"{name} {error.reason}", error.hint))
    return row, findings


def _read_value(column: Column, given: Any) -> Any:
    if column.holds is PropertyType.INSTANT and isinstance(given, str):
        return cells.parse_instant(given)
    if column.is_pairs:
        return _read_pairs(column, given)
    if column.is_list:
        if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
            raise CellError("must be an array of texts")
        return tuple(given)
    return given


def _read_pairs(column: Column, given: Any) -> tuple[tuple[str, float], ...]:
    reason = f"must be an array of objects with id and {column.number}"
    if not isinstance(given, list):
        raise CellError(reason)
    pairs = []
    for each in given:
        pair = [each.get("id"), each.get(column.number)] if isinstance(each, dict) else each
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
            raise CellError(reason)
        pairs.append((pair[0], pair[1]))
    return tuple(pairs)

"""Table files in CSV: one file per kind, columns as the schema names them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from graph_models.exchange.columns import check_header, columns_of
from graph_models.exchange.csv_records import CsvRecord, read_header, read_records
from graph_models.exchange.encodings import inspect_text_file
from graph_models.exchange.problems import CellError, Finding, RowProblem, value_class
from graph_models.exchange.sources import Source, SourceRow
from graph_models.ports import Entity


class CsvTable(Source):
    """One CSV file with the rows of one kind."""

    def __init__(self, path: Path, kind: type[Entity], encoding: str) -> None:
        super().__init__(path)
        self._kind = kind
        self._encoding = encoding
        self._names: tuple[str, ...] = ()

    def inspect(self) -> Iterator[RowProblem]:
        """See `Source`."""
        file = str(self.path)
        if (finding := inspect_text_file(self.path, self._encoding)) is not None:
            yield finding.at(file)
            return
        header = read_header(self.path, self._encoding)
        if header is None or header.finding is not None:
            yield Finding(None, "header", "the header cannot be read").at(file, 1)
            return
        self._names = tuple(name.strip().lower() for name in header.cells)
        for finding in check_header(self._kind, self._names):
            yield finding.at(file, header.line)

    def kinds(self) -> Sequence[type[Entity]]:
        """See `Source`."""
        return (self._kind,)

    def header(self) -> Sequence[str]:
        """See `Source`."""
        return self._names

    def rows(self, kind: type[Entity]) -> Iterator[SourceRow]:
        """See `Source`."""
        file = str(self.path)
        columns = columns_of(kind)
        parsers = [(name, columns[name].parse) for name in self._names]
        records = read_records(self.path, self._encoding)
        next(records)
        for number, record in enumerate(records, start=1):
            row, findings = _read_cells(record, parsers)
            self.bytes_read = record.position
            yield SourceRow(kind, row, file, record.line, number, record.cells, findings)


def _read_cells(
    record: CsvRecord, parsers: Sequence[tuple[str, Callable[[str], Any]]]
) -> tuple[dict[str, Any], list[Finding]]:
    if record.finding is not None:
        return {}, [record.finding]
    if len(record.cells) != len(parsers):
        reason = f"the row has {len(record.cells)} cells, the header {len(parsers)}"
        return {}, [Finding(None, "row", reason, "a text that holds a comma needs quotes around it")]
    row: dict[str, Any] = {}
    findings: list[Finding] = []
    for (name, parse), cell in zip(parsers, record.cells, strict=True):
        if not cell:
            row[name] = None
            continue
        try:
            row[name] = parse(cell)
        except CellError as error:
            findings.append(Finding(name, value_class(cell), f"{name} {error.reason}", error.hint))
    return row, findings

"""Values to table files: one CSV or Parquet file per kind, written as a stream, replaced at the end."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import pyarrow as pa
import pyarrow.parquet as pq

from graph_models.domain.checks import check_member
from graph_models.exchange.columns import Column, columns_of
from graph_models.exchange.parquet_tables import arrow_type
from graph_models.ports import Entity
from graph_models.records import Row, to_row
from graph_models.schema import NODE_TYPES

FORMATS = ("csv", "parquet")
PARQUET_BATCH_ROWS = 10_000


class _Table(Protocol):
    def add(self, row: Row) -> None: ...
    def close(self) -> None: ...


class _CsvFile:
    def __init__(self, path: Path, columns: Mapping[str, Column]) -> None:
        self._stream = path.open("w", encoding="utf-8", newline="")
        self._formats = [(name, column.format) for name, column in columns.items()]
        self._writer = csv.writer(self._stream, lineterminator="\n")
        self._writer.writerow(columns)

    def add(self, row: Row) -> None:
        self._writer.writerow(
            ["" if (value := row[name]) is None else write(value) for name, write in self._formats]
        )

    def close(self) -> None:
        self._stream.close()


class _ParquetFile:
    def __init__(self, path: Path, columns: Mapping[str, Column]) -> None:
        self._columns = columns
        self._schema = pa.schema([(name, arrow_type(column)) for name, column in columns.items()])
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", write_page_checksum=True)
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) == PARQUET_BATCH_ROWS:
            self._flush()

    def _flush(self) -> None:
        arrays = [
            pa.array([_native(column, row[name]) for row in self._rows], self._schema.field(name).type)
            for name, column in self._columns.items()
        ]
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))
        self._rows.clear()

    def close(self) -> None:
        if self._rows:
            self._flush()
        self._writer.close()


def _native(column: Column, value: Any) -> Any:
    if column.is_pairs and value is not None:
        return [{"id": key, column.number: number} for key, number in value]
    return value


class _Replaced:
    """A file that is written under another name and takes its place only when it is complete."""

    def __init__(self, path: Path, open_table: type[_CsvFile | _ParquetFile], columns: Mapping[str, Column]):
        self._path = path
        self._partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        self._table: _Table = open_table(self._partial, columns)

    def add(self, row: Row) -> None:
        self._table.add(row)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._table.close()
        if kind is None:
            self._partial.replace(self._path)
        else:
            self._partial.unlink(missing_ok=True)


def write_tables(folder: str | Path, values: Iterable[Entity], format: str = "csv") -> dict[str, int]:
    """Write values to one table file per kind, so that `load` reads them back equal.

    All kinds get a file, if only with its header, so that no older file is taken for part of the
    export. Files appear complete or not at all: an error leaves what was there.

    Parameters
    ----------
    folder
        Where to; made if absent.
    values
        In any order; they are written as they come, in bounded memory.
    format
        ``csv`` or ``parquet``.

    Returns
    -------
    Rows written, by the plural of each kind.

    Raises
    ------
    InvalidValue
        If the format is another one.

    Examples
    --------
    >>> import tempfile
    >>> from graph_models.domain.people import Staff
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_tables(folder, [Staff("w1", "social worker")])["staff"]
    ...     (Path(folder) / "staff.csv").read_text().splitlines()
    1
    ['id,role,is_synthetic,responsible_for', 'w1,social worker,false,']
    """
    check_member("format", format, FORMATS)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    open_table: type[_CsvFile | _ParquetFile] = _CsvFile if format == "csv" else _ParquetFile
    counts = {node.entity: 0 for node in NODE_TYPES}
    with ExitStack() as stack:
        tables = {
            node.entity: stack.enter_context(
                _Replaced(folder / f"{node.plural}.{format}", open_table, columns_of(node.entity))
            )
            for node in NODE_TYPES
        }
        for value in values:
            tables[type(value)].add(to_row(value))
            counts[type(value)] += 1
    return {node.plural: counts[node.entity] for node in NODE_TYPES}

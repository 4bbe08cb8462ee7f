"""Values to table files: one CSV or Parquet file per kind, written as a stream, replaced at the end."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import pyarrow as pa
import pyarrow.parquet as pq

from graph_models.domain.checks import check_member
from graph_models.exchange.columns import Column, columns_of
from graph_models.exchange.parquet_tables import arrow_type
from graph_models.ports import Columns, Entity, GraphStore
from graph_models.records import to_columns
from graph_models.schema import BY_ENTITY, NODE_TYPES

FORMATS = ("csv", "parquet")
PARQUET_BATCH_ROWS = 10_000
PART_ROWS = 1_000


class _Table(Protocol):
    def add(self, columns: Columns) -> None: ...
    def close(self) -> None: ...


class _CsvFile:
    def __init__(self, path: Path, columns: Mapping[str, Column]) -> None:
        self._stream = path.open("w", encoding="utf-8", newline="")
        self._formats = [(name, column.format) for name, column in columns.items()]
        self._writer = csv.writer(self._stream, lineterminator="\n")
        self._writer.writerow(columns)

    def add(self, columns: Columns) -> None:
        cells = [
            ["" if each is None else write(each) for each in columns[name]] for name, write in self._formats
        ]
        self._writer.writerows(zip(*cells, strict=True))

    def close(self) -> None:
        self._stream.close()


class _ParquetFile:
    def __init__(self, path: Path, columns: Mapping[str, Column]) -> None:
        self._columns = columns
        self._schema = pa.schema([(name, arrow_type(column)) for name, column in columns.items()])
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", write_page_checksum=True)
        self._held: Columns = {name: [] for name in columns}

    def add(self, columns: Columns) -> None:
        for name, held in self._held.items():
            held += columns[name]
        if self._row_count() >= PARQUET_BATCH_ROWS:
            self._flush()

    def _row_count(self) -> int:
        return len(next(iter(self._held.values())))

    def _flush(self) -> None:
        arrays = [
            pa.array(_native(column, self._held[name]), self._schema.field(name).type)
            for name, column in self._columns.items()
        ]
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))
        self._held = {name: [] for name in self._columns}

    def close(self) -> None:
        if self._row_count():
            self._flush()
        self._writer.close()


def _native(column: Column, held: list[Any]) -> list[Any]:
    if not column.is_pairs:
        return held
    return [ends and [{"id": key, column.number: number} for key, number in ends] for ends in held]


class _Replaced:
    """A file that is written under another name and takes its place only when it is complete."""

    def __init__(self, path: Path, open_table: type[_CsvFile | _ParquetFile], columns: Mapping[str, Column]):
        self._path = path
        self._partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        self._table: _Table = open_table(self._partial, columns)

    def add(self, columns: Columns) -> None:
        self._table.add(columns)

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
    held: dict[type[Entity], list[Entity]] = {node.entity: [] for node in NODE_TYPES}

    def parts() -> Iterator[tuple[type[Entity], Columns]]:
        for value in values:
            kind = type(value)
            held[kind].append(value)
            if len(held[kind]) == PART_ROWS:
                yield kind, to_columns(kind, held[kind])
                held[kind].clear()
        for kind, rest in held.items():
            yield kind, to_columns(kind, rest)

    return _write(folder, parts(), format)


def export_tables(
    store: GraphStore, folder: str | Path, format: str = "csv", progress: Callable[[int], None] | None = None
) -> dict[str, int]:
    """Write all that a store holds, as `write_tables` does, without building a value.

    Parameters
    ----------
    store
        Whose values. What is written to it meanwhile may be in the files or not.
    folder, format
        See `write_tables`.
    progress
        Called with the number of rows of each part.

    Returns
    -------
    Rows written, by the plural of each kind.

    Raises
    ------
    InvalidValue
        If the format is another one.
    StoreError
        If the store is away; files that were there stay.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> from types import SimpleNamespace
    >>> from graph_models.domain.people import Staff
    >>> from graph_models.ports import Put, WriteBatch
    >>> from graph_models.stores.opening import open_store
    >>> clock = SimpleNamespace(now=lambda: datetime(2026, 3, 2, 12, tzinfo=UTC))
    >>> with (
    ...     tempfile.TemporaryDirectory() as folder,
    ...     open_store(f"sqlite:///{folder}/city.db", clock) as store,
    ... ):
    ...     _ = store.write(WriteBatch("staff-1", (Put(Staff("w1", "nurse")),)))
    ...     export_tables(store, folder)["staff"]
    1
    """

    def parts() -> Iterator[tuple[type[Entity], Columns]]:
        for node in NODE_TYPES:
            for columns in store.scan_columns(node.entity, node.columns()):
                yield node.entity, columns
                if progress is not None:
                    progress(len(columns[node.key]))

    return _write(folder, parts(), format)


def _write(folder: str | Path, parts: Iterable[tuple[type[Entity], Columns]], format: str) -> dict[str, int]:
    check_member("format", format, FORMATS)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    open_table: type[_CsvFile | _ParquetFile] = _CsvFile if format == "csv" else _ParquetFile
    counts = {node.plural: 0 for node in NODE_TYPES}
    with ExitStack() as stack:
        tables = {
            node.entity: stack.enter_context(
                _Replaced(folder / f"{node.plural}.{format}", open_table, columns_of(node.entity))
            )
            for node in NODE_TYPES
        }
        for kind, columns in parts:
            tables[kind].add(columns)
            counts[BY_ENTITY[kind].plural] += len(columns[BY_ENTITY[kind].key])
    return counts

"""Table files in Parquet: the columns of the CSV files, with native types.

Integers are ``int64``, numbers ``double``, instants ``timestamp[us, UTC]``, lists ``list<string>``, and a
relation with a number is ``list<struct<id, number>>`` with the number under its own name (``level``).
A list, number or time in a column of strings is read in its text form of CSV; texts are taken as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from graph_models.declarations import PropertyType
from graph_models.exchange.columns import Column, check_header, columns_of
from graph_models.exchange.opening import BadFile
from graph_models.exchange.problems import CellError, Finding, RowProblem, value_class
from graph_models.exchange.sources import Source, SourceRow
from graph_models.ports import Entity

BATCH_ROWS = 2_000
INSPECTED_ROWS = 65_536
MAX_ROW_GROUP_BYTES = 1 << 30
MAX_CHUNK_RATIO = 1_000
_BROKEN = "is not a complete Parquet file"
_DAMAGED = "is damaged: row group {} cannot be read"
_AGAIN = "copy or write the file again"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TEXTS = {PropertyType.STRING, PropertyType.WEEKLY_HOURS, None}

ARROW_TYPES: dict[PropertyType, pa.DataType] = {
    PropertyType.STRING: pa.string(),
    PropertyType.INTEGER: pa.int64(),
    PropertyType.FLOAT: pa.float64(),
    PropertyType.BOOLEAN: pa.bool_(),
    PropertyType.INSTANT: pa.timestamp("us", tz="UTC"),
    PropertyType.WEEKLY_HOURS: pa.string(),
    PropertyType.STRING_LIST: pa.list_(pa.string()),
}


def arrow_type(column: Column) -> pa.DataType:
    """Type of a column in a Parquet file."""
    if column.is_pairs:
        return pa.list_(pa.struct([("id", pa.string()), (column.number, pa.float64())]))
    if column.is_list:
        return pa.list_(pa.string())
    return pa.string() if column.holds is None else ARROW_TYPES[column.holds]


class ParquetTable(Source):
    """One Parquet file with the rows of one kind, read batch by batch."""

    def __init__(self, path: Path, kind: type[Entity]) -> None:
        super().__init__(path)
        self._kind = kind
        self._names: tuple[str, ...] = ()

    def inspect(self) -> Iterator[RowProblem]:
        """See `Source`. All pages are read once, so that damage is found before anything is written."""
        try:
            with _opened(self.path) as file:
                self._names = tuple(file.schema_arrow.names)
                findings = [*check_header(self._kind, self._names), *_oversized(file.metadata)]
                if not findings:
                    findings = list(_damaged(file))
        except (pa.ArrowException, OSError):
            findings = [Finding(None, "file", _BROKEN, _AGAIN)]
        for finding in findings:
            yield finding.at(str(self.path))

    def kinds(self) -> Sequence[type[Entity]]:
        """See `Source`."""
        return (self._kind,)

    def header(self) -> Sequence[str]:
        """See `Source`."""
        return self._names

    def rows(self, kind: type[Entity]) -> Iterator[SourceRow]:
        """See `Source`."""
        columns = [columns_of(kind)[name] for name in self._names]
        place, size, number = str(self.path), self.size_bytes, 0
        try:
            with _opened(self.path) as file:
                total = max(file.metadata.num_rows, 1)
                for batch in file.iter_batches(BATCH_ROWS):
                    cells, readers = zip(*map(_cells, columns, batch.columns), strict=True)
                    is_ready = not any(readers)
                    self.bytes_read = size * (number + len(batch)) // total
                    for values in zip(*cells, strict=True):
                        number += 1
                        findings: list[Finding] = []
                        if is_ready:
                            row = dict(zip(self._names, values, strict=True))
                        else:
                            row, findings = _read_values(self._names, readers, values)
                        yield SourceRow(kind, row, place, None, number, values, findings)
        except (pa.ArrowException, OSError) as error:
            raise BadFile(_BROKEN, _AGAIN) from error


def _opened(path: Path) -> pq.ParquetFile:
    return pq.ParquetFile(path, pre_buffer=False, page_checksum_verification=True)


def _damaged(file: pq.ParquetFile) -> Iterator[Finding]:
    """Find the first row group that cannot be read."""
    for group in range(file.metadata.num_row_groups):
        try:
            for batch in file.iter_batches(INSPECTED_ROWS, row_groups=[group], use_threads=False):
                batch.validate(full=True)  # reading does not look whether texts are UTF-8
        except (pa.ArrowException, OSError):
            yield Finding(None, "file", _DAMAGED.format(group), _AGAIN)
            return


def _oversized(metadata: Any) -> Iterator[Finding]:
    """Refuse what would not fit into memory, by size or by a suspicious compression."""
    for index in range(metadata.num_row_groups):
        group = metadata.row_group(index)
        chunks = [group.column(number) for number in range(group.num_columns)]
        is_bomb = any(
            each.total_uncompressed_size > MAX_CHUNK_RATIO * max(each.total_compressed_size, 1 << 16)
            for each in chunks
        )
        if is_bomb or group.total_byte_size > MAX_ROW_GROUP_BYTES:
            yield Finding(None, "file", f"row group {index} is too large", "write row groups below 1 GiB")
            return


_Reader = Callable[[Any], Any]


def _cells(column: Column, given: Any) -> tuple[list[Any], _Reader | None]:
    """Return what a column gives, and what reads its cells one by one, None if they are ready.

    They are if the column has the type of its values, in which nothing is left to be checked here.
    """
    if given.type != arrow_type(column):
        return _values(given), _reader(column, given.type)
    if not column.is_list:
        ready = _shared(given)
        return [None if each == "" else each for each in ready] if column.holds in _TEXTS else ready, None
    ends = given.flatten()
    if column.is_pairs and ends.null_count:
        return _values(given), _reader(column, given.type)
    items = zip(*map(_shared, ends.flatten()), strict=True) if column.is_pairs else iter(_shared(ends))
    known: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    ready = []
    for length in _shared(pc.list_value_length(given)):
        held = None if length is None else tuple(islice(items, length))
        ready.append(held and known.setdefault(held, held))
    return ready, None


def _shared(given: Any) -> list[Any]:
    """Return the contents of a column, each of its different contents as one object."""
    encoded = given.dictionary_encode()
    distinct: list[Any]
    if pa.types.is_timestamp(given.type):
        microseconds = encoded.dictionary.cast(pa.int64()).to_pylist()
        try:
            distinct = [_EPOCH + timedelta(microseconds=each) for each in microseconds]
        except OverflowError:
            distinct = _values(encoded.dictionary)
    else:
        distinct = encoded.dictionary.to_numpy(zero_copy_only=False).tolist()
    at = encoded.indices.fill_null(len(distinct)).to_numpy().tolist()
    held = [*distinct, None]
    return [held[each] for each in at]


def _values(column: Any) -> list[Any]:
    if column.null_count == len(column):
        return [None] * len(column)
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    try:
        return list(column.to_pylist())
    except OverflowError:
        return list(map(_value, column))


def _value(scalar: Any) -> Any:
    """Return what a cell holds, or what tells of a time that no calendar here has."""
    try:
        return scalar.as_py()
    except OverflowError:
        return f"{scalar.value} {scalar.type.unit} since 1970"


def _reader(column: Column, given: pa.DataType) -> _Reader:
    is_text = pa.types.is_string(given) or pa.types.is_large_string(given)
    if is_text and arrow_type(column) != pa.string():
        return column.parse
    if column.is_pairs:
        number = column.number
        return lambda ends: tuple(_pair(end, number) for end in ends)
    if column.is_list:
        return tuple
    if column.holds is PropertyType.INTEGER:
        return lambda value: int(value) if isinstance(value, float) and value.is_integer() else value
    return lambda value: value


def _pair(end: Any, number: str) -> tuple[Any, Any]:
    if isinstance(end, dict) and end.keys() >= {"id", number}:
        return end["id"], end[number]
    raise CellError(f"must hold structs with the fields id and {number}")


def _read_values(
    names: Sequence[str], readers: Sequence[_Reader | None], values: Sequence[Any]
) -> tuple[dict[str, Any], list[Finding]]:
    row: dict[str, Any] = {}
    findings: list[Finding] = []
    for name, read, value in zip(names, readers, values, strict=True):
        try:
            row[name] = value if read is None else None if value is None or value == "" else read(value)
        except CellError as error:
            findings.append(Finding(name, value_class(value), f"{name} {error.reason}", error.hint))
        except TypeError:
            findings.append(Finding(name, value_class(value), f"{name} must be a list"))
    return row, findings

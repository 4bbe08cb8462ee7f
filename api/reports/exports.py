"""Published coverage as files: CSV and Parquet tables, GeoJSON for maps."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from api.reports.geojson import communities_geojson, districts_geojson
from api.reports.tables import Table, cell, tables_of
from graph_models.domain.checks import check_member
from graph_models.domain.places import Area
from matcher.coverage.published import Coverage

_ARROW_TYPES = {"str": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()} | {
    "datetime": pa.timestamp("us", tz="UTC"),
    "tuple": pa.list_(pa.string()),
}


class ExportFormat(StrEnum):
    """What coverage can be exported to."""

    CSV = "csv"
    PARQUET = "parquet"
    GEOJSON = "geojson"


def export_coverage(
    coverage: Coverage, directory: str | Path, file_format: str, areas: Iterable[Area] = ()
) -> tuple[Path, ...]:
    """Write what is published as files named `coverage_<table>.<format>`, and return their paths.

    CSV and Parquet hold one table a file, in UTF-8. An empty cell is what is hidden or not known. A text
    that a spreadsheet would execute gets an apostrophe before it. GeoJSON (RFC 7946) holds communities as
    points and districts as polygons; what has no known place has a null geometry. The same coverage gives
    the same bytes. All files are complete before the first takes its name.

    Parameters
    ----------
    directory
        Where to; made if absent.
    areas
        Known areas, for the names of districts.

    Raises
    ------
    InvalidValue
        If the format is none of `csv`, `parquet`, `geojson`.
    OSError
        If a file cannot be written; files that were there stay.
    """
    check_member("file_format", file_format, tuple(ExportFormat))
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    jobs = {
        folder / f"coverage_{name}.{file_format}": write
        for name, write in _writers(coverage, ExportFormat(file_format), areas)
    }
    with ExitStack() as stack:
        for path, write in jobs.items():
            write(stack.enter_context(replaced(path)))
    return tuple(jobs)


def _writers(
    coverage: Coverage, file_format: ExportFormat, areas: Iterable[Area]
) -> Iterator[tuple[str, Callable[[Path], object]]]:
    if file_format is ExportFormat.GEOJSON:
        for name, content in (
            ("communities", communities_geojson(coverage)),
            ("districts", districts_geojson(coverage, areas)),
        ):
            yield name, partial(Path.write_bytes, data=content)
        return
    write = _write_csv if file_format is ExportFormat.CSV else _write_parquet
    for table in tables_of(coverage):
        yield table.name, partial(write, table)


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Give another name to write to, which takes the place of the path in the end."""
    part = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write_csv(table: Table, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(column.name for column in table.columns)
        writer.writerows(map(cell, row) for row in table.rows)


def _write_parquet(table: Table, path: Path) -> None:
    schema = pa.schema([(each.name, _ARROW_TYPES[each.holds.__name__]) for each in table.columns])
    rows = [dict(zip(schema.names, row, strict=True)) for row in table.rows]
    pq.write_table(pa.Table.from_pylist(rows, schema), path, compression="zstd", write_page_checksum=True)

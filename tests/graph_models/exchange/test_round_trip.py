"""What is written to files reads back equal, whatever it is."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.domain.errors import InvalidValue
from graph_models.domain.providers import Provider
from graph_models.exchange.csv_tables import CsvTable
from graph_models.exchange.loading import load
from graph_models.exchange.parquet_tables import ParquetTable
from graph_models.exchange.tables import FORMATS, export_tables, write_tables
from graph_models.ports import Entity, GraphStore, Put, WriteBatch
from graph_models.records import from_row
from graph_models.schema import NODE_TYPES
from graph_models.stores.opening import open_store
from tests.builders import FixedClock, a_provider
from tests.contracts.strategies import ENTITIES
from tests.contracts.values import complete_values, sparse_values
from tests.graph_models.exchange.files import contents, many_providers


def read_back(folder: Path, format: str) -> list[Entity]:
    """All values in the tables of a folder."""
    values: list[Entity] = []
    for node in NODE_TYPES:
        path = folder / f"{node.plural}.{format}"
        table = CsvTable(path, node.entity, "utf-8") if format == "csv" else ParquetTable(path, node.entity)
        assert list(table.inspect()) == []
        for row in table.rows(node.entity):
            assert row.findings == []
            values.append(from_row(node.entity, row.row))
    return values


def in_file_order(values: list[Entity]) -> list[Entity]:
    """Values as they stand in the files: by kind, otherwise as they came."""
    return [each for node in NODE_TYPES for each in values if type(each) is node.entity]


@pytest.mark.parametrize("format", FORMATS)
class TestRoundTrip:
    def test_every_field_and_absence_reads_back(self, tmp_path: Path, format: str) -> None:
        """Every field of every kind, and empty as different from absent, survive the file."""
        values = in_file_order([*complete_values(), *sparse_values()])
        counts = write_tables(tmp_path, values, format)
        assert sum(counts.values()) == len(values)
        assert read_back(tmp_path, format) == in_file_order(values)

    @given(values=st.lists(ENTITIES, max_size=5))
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_value_reads_back(self, tmp_path: Path, format: str, values: list[Entity]) -> None:
        """Any valid value survives the file."""
        write_tables(tmp_path, values, format)
        assert read_back(tmp_path, format) == in_file_order(values)

    def test_a_whole_store_moves(self, store: GraphStore, tmp_path: Path, format: str) -> None:
        """Export and load carry a store over to an empty one, and a second load changes nothing."""
        store.write(WriteBatch("more", tuple(Put(each) for each in [*complete_values(), *sparse_values()])))
        before = contents(store)
        counts = export_tables(store, tmp_path / "out", format)
        assert counts == {plural: len(several) for plural, several in before.items()}
        with open_store(f"sqlite:///{tmp_path / 'other.db'}", FixedClock()) as other:
            report = load(other, [tmp_path / "out"], crs="wgs84")
            assert (report.error_count, report.warning_count) == (0, 0)
            assert contents(other) == before
            head = other.head()
            again = load(other, [tmp_path / "out"], crs="wgs84")
            assert (again.written, other.head()) == (0, head)

    def test_a_store_exports_what_its_values_would(
        self, store: GraphStore, tmp_path: Path, format: str
    ) -> None:
        """An export of a store is, to the byte, the files of its values in key order."""
        more = (*complete_values(), *sparse_values(), *many_providers(2_500))
        store.write(WriteBatch("more", tuple(map(Put, more))))
        seen: list[int] = []
        export_tables(store, tmp_path / "out", format, seen.append)
        values = [each for several in contents(store).values() for each in several]
        write_tables(tmp_path / "again", values, format)
        for path in (tmp_path / "again").iterdir():
            assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes()
        assert sum(seen) == len(values)

    def test_an_error_leaves_the_old_files(self, tmp_path: Path, format: str) -> None:
        """A failing export changes no file and leaves no partial one."""
        write_tables(tmp_path, [a_provider("p1")], format)
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

        def breaking() -> list[Entity]:
            raise OSError("disk full")

        with pytest.raises(OSError, match="disk full"):
            write_tables(
                tmp_path, (each for part in [[a_provider("p2")], None] for each in part or breaking()), format
            )
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before

    def test_an_export_without_a_kind_empties_its_file(self, tmp_path: Path, format: str) -> None:
        """No older file survives as if it were part of the export."""
        write_tables(tmp_path, [a_provider("p1")], format)
        write_tables(tmp_path, [], format)
        assert read_back(tmp_path, format) == []


def test_other_formats_are_refused(tmp_path: Path) -> None:
    """Only the documented formats are written."""
    with pytest.raises(InvalidValue, match="csv, parquet"):
        write_tables(tmp_path, [], "xlsx")
    assert os.listdir(tmp_path) == []


FORMULAS = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "'=x", "''@x", "'quoted'", "-", "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("name", FORMULAS)
def test_no_cell_starts_as_a_formula(tmp_path: Path, name: str) -> None:
    """A text that a spreadsheet would execute is written so that it does not, and reads back equal."""
    write_tables(tmp_path, [a_provider("p1", name=name)])
    line = (tmp_path / "providers.csv").read_text().splitlines()[1]
    assert not any(cell.startswith(("=", "+", "@")) for cell in line.split(","))
    (back,) = read_back(tmp_path, "csv")
    assert back == a_provider("p1", name=name)


@pytest.mark.parametrize("name", FORMULAS)
def test_parquet_takes_texts_as_they_are(tmp_path: Path, name: str) -> None:
    """No spreadsheet executes a Parquet file: nothing is guarded, refused or taken off."""
    write_tables(tmp_path, [a_provider("p1", name=name)], "parquet")
    assert read_back(tmp_path, "parquet") == [a_provider("p1", name=name)]


def test_text_forms_in_parquet_are_read(tmp_path: Path) -> None:
    """Lists, relations, numbers and times in columns of strings are read as in CSV."""
    value = complete_values()[5]
    write_tables(tmp_path, [value])
    with (tmp_path / "providers.csv").open() as stream:
        names, row = list(csv.reader(stream))
    table = pa.table({name: [cell] for name, cell in zip(names, row, strict=True)})
    pq.write_table(table, tmp_path / "providers.parquet")
    source = ParquetTable(tmp_path / "providers.parquet", Provider)
    assert list(source.inspect()) == []
    (back,) = source.rows(Provider)
    assert (back.findings, from_row(Provider, back.row)) == ([], value)

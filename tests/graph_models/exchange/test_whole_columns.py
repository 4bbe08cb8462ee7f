"""Columns that are read and checked at once give what their cells give one by one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.domain.providers import Provider
from graph_models.exchange.columns import Column, columns_of
from graph_models.exchange.loading import load
from graph_models.exchange.parquet_tables import ParquetTable, arrow_type
from graph_models.exchange.report import LoadReport
from graph_models.ports import Entity, GraphStore
from graph_models.records import from_row, to_columns, to_row
from tests.builders import a_provider
from tests.contracts.strategies import ENTITIES

# What keeps a row out although a column of its own type can hold it, and what is only warned of.
BAD: list[tuple[dict[str, Any], str]] = [
    ({"id": "two words"}, "letters, digits"),
    ({"id": None}, "id must be given"),
    ({"kind": ""}, "kind must be given"),
    ({"kind": "Station"}, "snake_case"),
    ({"name": "a\x07b"}, "printable"),
    ({"name": "x" * 501}, "at most 500"),
    ({"capacity_total": -1}, "from 0 to"),
    ({"capacity_total": None}, "total must be given"),
    ({"capacity_reserved": 9}, "cover reserved"),
    ({"latitude": 91.0}, "from -90 to 90"),
    ({"latitude": math.nan}, "finite number, got nan"),
    ({"latitude": None}, "latitude must be given"),
    ({"given_datum": "mars"}, "one of wgs84"),
    ({"max_travel_km": math.inf}, "finite number"),
    ({"availability": "9 to 5"}, "Mo-Fr 09:00-17:00"),
    ({"min_age": 70, "max_age": 60}, "not be less than"),
    ({"languages": ["zh", "zh"]}, "each entry once"),
    ({"languages": ["zh", None]}, "a list of texts"),
    ({"accessibility": ["", "ramp"]}, "letters, digits"),
    ({"verified_at": datetime(1, 1, 1, tzinfo=UTC)}, "between the years"),
    ({"skills": [("care", 2.0)]}, "to 1"),
    ({"skills": [("care", None)]}, "finite number"),
    ({"skills": [None]}, "structs with the fields id and level"),
    ({"skills": [("no_such", 0.5)]}, "Skill 'no_such'"),
    ({"serves": ["4401", "9999"]}, "Area '9999'"),
    ({"community_code": "9999"}, "Area '9999'"),
    ({"member_of": "nobody"}, "Provider 'nobody'"),
]
DOUBTFUL: list[tuple[dict[str, Any], str]] = [
    ({"name": "C\u0430re Centre"}, "look-alikes"),
    ({"latitude": 0.0, "longitude": 0.0}, "Gulf of Guinea"),
]


def a_native_file(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """A Parquet file of providers, each column of its own type."""
    columns = columns_of(Provider)
    table = {name: an_array(column, [row[name] for row in rows]) for name, column in columns.items()}
    pq.write_table(pa.table(table), path)
    return path


def an_array(column: Column, held: Sequence[Any]) -> Any:
    """What a column holds, in its own type."""
    if column.is_pairs:
        held = [[end and {"id": end[0], column.number: end[1]} for end in ends] for ends in held]
    return pa.array(held, arrow_type(column))


def problems(report: LoadReport) -> dict[int, tuple[str | None, str, str, str, str]]:
    """What was found, by the record in which it was."""
    return {
        each.record or 0: (each.column, each.value_class, each.reason, each.hint, each.severity)
        for each in sorted((*report.errors, *report.warnings), key=lambda each: each.record or 0)
    }


def test_rows_are_judged_alone_as_among_others(store: GraphStore, tmp_path: Path) -> None:
    """Bad and doubtful rows among good ones are reported as each is in a file of its own."""
    good = [to_row(a_provider(f"v{number}")) for number in range(len(BAD + DOUBTFUL))]
    odd = [to_row(a_provider(f"o{number}")) | change for number, (change, _) in enumerate(BAD + DOUBTFUL)]
    mixed = [row for pair in zip(odd, good, strict=True) for row in pair]
    path = tmp_path / "providers.parquet"
    alone = {
        number: problem
        for number, row in enumerate(mixed, start=1)
        for problem in problems(load(store, [a_native_file(path, [row])], crs="wgs84", dry_run=True)).values()
    }
    together = load(store, [a_native_file(path, mixed)], crs="wgs84")
    assert problems(together) == alone
    assert list(alone) == [2 * number + 1 for number in range(len(odd))]
    for (_, part), (_, _, reason, *_) in zip(BAD + DOUBTFUL, alone.values(), strict=True):
        assert part in reason
    assert together.rejected == len(BAD)
    for row in good + odd[len(BAD) :]:
        assert store.get(Provider, row["id"]).value == from_row(Provider, row)


@given(values=st.lists(ENTITIES, max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_columns_of_texts_hold_the_same(tmp_path: Path, values: list[Entity]) -> None:
    """A file in native types, which is read by column, and one of texts, by cell, give the same values."""
    for kind in {type(each) for each in values}:
        several = [each for each in values * 2 if type(each) is kind]
        native, texts = {}, {}
        for name, held in to_columns(kind, several).items():
            column = columns_of(kind)[name]
            native[name] = an_array(column, held)
            is_text = native[name].type == pa.string()
            cells = [None if each is None else each if is_text else column.format(each) for each in held]
            texts[name] = pa.array(cells, pa.large_string())
        assert read(tmp_path, kind, native) == read(tmp_path, kind, texts) == several


@pytest.mark.parametrize("unit", ["ms", "us"])
def test_a_time_that_no_calendar_has_is_a_finding(store: GraphStore, tmp_path: Path, unit: str) -> None:
    """Only its row is kept out, whatever the unit of the file."""
    path = a_native_file(tmp_path / "providers.parquet", [to_row(a_provider(key)) for key in ("bad", "good")])
    table = pq.read_table(path)
    times = pa.array([2**60, 0]).cast(pa.timestamp(unit, tz="UTC"))
    pq.write_table(table.set_column(table.schema.get_field_index("verified_at"), "verified_at", times), path)
    report = load(store, [path], crs="wgs84")
    [problem] = report.errors
    assert (problem.record, problem.column) == (1, "verified_at")
    assert "time with a UTC offset" in problem.reason
    assert {"bad", "good"} & {each.value.id for each in store.scan(Provider)} == {"good"}


def read(folder: Path, kind: type[Entity], columns: dict[str, Any]) -> list[Entity]:
    """Values in a Parquet file of these columns."""
    pq.write_table(pa.table(columns), folder / "any.parquet")
    table = ParquetTable(folder / "any.parquet", kind)
    assert list(table.inspect()) == []
    rows = list(table.rows(kind))
    assert all(row.findings == [] for row in rows)
    return [from_row(kind, row.row) for row in rows]

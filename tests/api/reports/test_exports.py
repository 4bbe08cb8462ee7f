"""Exports: what is read back is what was published, complete or not there, the same bytes each time."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from shapely.geometry import Point, shape

from api.reports import ExportFormat, export_coverage, exports
from api.reports.tables import Table, tables_of
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import AreaCode
from graph_models.domain.places import Area, AreaLevel
from graph_models.exchange.cells import parse_boolean, parse_instant, parse_list, unguard
from matcher.coverage.published import Coverage
from tests.matcher.coverage.publications import a_community, a_coverage, a_gap, a_key_provider

PARSERS = {
    "str": unguard,
    "int": int,
    "float": float,
    "bool": parse_boolean,
    "datetime": parse_instant,
    "tuple": parse_list,
}
RISKY = ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "'=x", 'a "b", c')


@pytest.fixture
def coverage() -> Coverage:
    communities = (a_community("44010301", 2), a_community("44010401"), a_community("44990001"))
    nowhere = a_community("44010302", latitude=None, longitude=None)
    return a_coverage(communities=(*communities, nowhere))


def table_named(coverage: Coverage, name: str) -> Table:
    return next(each for each in tables_of(coverage) if each.name == name)


def read_csv(path: Path, table: Table) -> list[tuple[Any, ...]]:
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert header == [each.name for each in table.columns]
    parsers = [PARSERS[each.holds.__name__] for each in table.columns]
    return [
        tuple(parse(cell) if cell else None for parse, cell in zip(parsers, row, strict=True)) for row in rows
    ]


def read_geojson(path: Path) -> list[dict[str, Any]]:
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document.keys() == {"type", "features"}  # RFC 7946 has no "crs"
    assert document["type"] == "FeatureCollection"
    assert all(each.keys() == {"type", "geometry", "properties"} for each in document["features"])
    return document["features"]


def test_every_table_of_a_csv_export_reads_back_equal(coverage: Coverage, tmp_path: Path) -> None:
    paths = export_coverage(coverage, tmp_path, "csv")
    for path, table in zip(paths, tables_of(coverage), strict=True):
        assert path.name == f"coverage_{table.name}.csv"
        assert read_csv(path, table) == list(table.rows)


def test_every_table_of_a_parquet_export_reads_back_equal(coverage: Coverage, tmp_path: Path) -> None:
    paths = export_coverage(coverage, tmp_path, "parquet")
    for path, table in zip(paths, tables_of(coverage), strict=True):
        found = pq.read_table(path, page_checksum_verification=True)
        assert found.schema.names == [each.name for each in table.columns]
        rows = [
            tuple(tuple(v) if isinstance(v, list) else v for v in row.values()) for row in found.to_pylist()
        ]
        assert rows == list(table.rows)


def test_the_tables_hold_all_that_is_published(coverage: Coverage) -> None:
    gaps = table_named(coverage, "gaps")
    assert [each.name for each in gaps.columns] == list(type(coverage.gaps[0]).__slots__)
    assert gaps.rows[0] == ("11", "city", "Area 11", None, 80, 40, "skill")
    sizes = {each.name: len(each.rows) for each in tables_of(coverage)}
    for name in ("gaps", "causes", "deficits", "categories", "communities", "key_providers", "served"):
        assert sizes[name] == len(getattr(coverage, name)) > 0
    (summary,) = table_named(coverage, "summary").rows
    assert summary[:6] == (7, coverage.made_at, False, 10, 80, None)


def test_what_is_not_known_is_empty_and_not_nan(coverage: Coverage) -> None:
    values = [value for table in tables_of(coverage) for row in table.rows for value in row]
    assert not any(isinstance(each, float) and math.isnan(each) for each in values)
    assert table_named(coverage, "exposures").rows[1][-1] is None


@pytest.mark.parametrize("name", RISKY)
def test_no_text_is_a_formula_to_a_spreadsheet(name: str, tmp_path: Path) -> None:
    coverage = a_coverage(
        gaps=(a_gap("11", None, 20), a_gap("1101", None, 20)),
        key_providers=(a_key_provider("p1", name),),
        communities=(a_community("110101", name=name),),
    )
    paths = export_coverage(coverage, tmp_path, ExportFormat.CSV)
    for path, table in zip(paths, tables_of(coverage), strict=True):
        assert read_csv(path, table) == list(table.rows)
        with path.open(encoding="utf-8", newline="") as stream:
            _, *rows = csv.reader(stream)
        texts = [
            cell
            for row in rows
            for cell, column in zip(row, table.columns, strict=True)
            if column.holds in (str, tuple)
        ]
        assert not any(each.startswith(("=", "+", "-", "@")) for each in texts)


def test_a_negative_number_stays_a_number(tmp_path: Path) -> None:
    paths = export_coverage(a_coverage(moran_i=-0.25), tmp_path, "csv")
    assert ",-0.25," in paths[0].read_text(encoding="utf-8")


def test_communities_are_points_east_before_north(coverage: Coverage, tmp_path: Path) -> None:
    features = read_geojson(export_coverage(coverage, tmp_path, "geojson")[0])
    assert [each["properties"]["area_code"] for each in features] == [
        each.area_code for each in coverage.communities
    ]
    assert shape(features[0]["geometry"]).equals_exact(Point(113.21, 23.11), 1e-9)
    assert features[0]["properties"]["unreached_categories"] == 2
    assert features[-1]["geometry"] is None


def test_districts_are_valid_polygons_where_they_are_known(coverage: Coverage, tmp_path: Path) -> None:
    areas = [Area(AreaCode("440103"), AreaLevel.DISTRICT, "荔湾区", AreaCode("44"))]
    paths = export_coverage(coverage, tmp_path, "geojson", areas)
    assert [each.name for each in paths] == [
        "coverage_communities.geojson",
        "coverage_districts.geojson",
    ]
    features = read_geojson(paths[1])
    properties = [each["properties"] for each in features]
    assert [each["code"] for each in properties] == ["440103", "440104", "449900"]
    assert [each["mean_unreached"] for each in properties] == [1, 0, 0]
    assert properties[0]["name"] == "荔湾区"
    known = [shape(each["geometry"]) for each in features[:2]]
    assert all(each.is_valid for each in known)
    assert all(part.exterior.is_ccw for each in known for part in each.geoms)
    assert features[2]["geometry"] is None


@pytest.mark.parametrize("file_format", ExportFormat)
def test_the_bytes_are_the_same_each_time(
    coverage: Coverage, tmp_path: Path, file_format: ExportFormat
) -> None:
    first = [each.read_bytes() for each in export_coverage(coverage, tmp_path / "a", file_format)]
    again = [each.read_bytes() for each in export_coverage(coverage, tmp_path / "b", file_format)]
    assert first == again


def test_a_failure_leaves_what_was_there_and_nothing_half_written(
    coverage: Coverage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {each: each.read_bytes() for each in export_coverage(coverage, tmp_path, "csv")}

    def fail_late(table: Table, path: Path) -> None:
        path.write_text("half")
        if table.name == "served":
            raise OSError("disk full")

    monkeypatch.setattr(exports, "_write_csv", fail_late)
    with pytest.raises(OSError, match="disk full"):
        export_coverage(a_coverage(), tmp_path, "csv")
    assert {each: each.read_bytes() for each in tmp_path.iterdir()} == before


def test_an_unknown_format_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="file_format must be one of csv, geojson, parquet"):
        export_coverage(a_coverage(), tmp_path / "new", "xlsx")
    assert not (tmp_path / "new").exists()

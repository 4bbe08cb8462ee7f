"""Coordinates: conversion, what is kept, swapped pairs, undeclared shifts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geocoordinates_ffi as gc
import numpy as np
import pytest
from geopy.distance import great_circle
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, shape

from graph_models.city.hierarchy import district_at
from graph_models.domain.errors import InvalidValue
from graph_models.domain.places import Datum, Location
from graph_models.domain.providers import Provider
from graph_models.exchange.datum import to_wgs84
from graph_models.exchange.loading import load
from graph_models.ports import GraphStore
from tests.graph_models.exchange.files import PROVIDER_HEADER, load_file, providers_csv

PLACED = f"{PROVIDER_HEADER},latitude,longitude"
DISTRICTS = Path(__file__).parents[3] / "graph_models" / "city" / "data" / "guangzhou_districts.geojson"

# Published examples of one place in two systems: the Guangzhou library of both map services' converters.
GCJ02_POINT, BD09_POINT, WGS84_POINT = (23.0973515, 113.3053729), (23.1034336, 113.3118590), (23.1, 113.3)


@pytest.fixture(scope="module")
def polygons() -> dict[str, Any]:
    features = json.loads(DISTRICTS.read_text())["features"]
    return {each["properties"]["district_code"]: shape(each["geometry"]) for each in features}


def some_points(polygons: dict[str, Any], count: int) -> list[tuple[str, float, float]]:
    """Points near the borders of districts, with the district's code."""
    rng = np.random.default_rng(7)
    codes = list(polygons)
    points: list[tuple[str, float, float]] = []
    while len(points) < count:
        code = codes[rng.integers(len(codes))]
        left, bottom, right, top = polygons[code].bounds
        longitude, latitude = rng.uniform(left, right), rng.uniform(bottom, top)
        if polygons[code].covers(Point(longitude, latitude)):
            points.append((code, float(latitude), float(longitude)))
    return points


@pytest.mark.parametrize(
    ("crs", "given_pair"), [("gcj02", GCJ02_POINT), ("bd09", BD09_POINT), ("GCJ02", GCJ02_POINT)]
)
def test_coordinates_are_converted_and_kept(
    store: GraphStore, tmp_path: Path, crs: str, given_pair: tuple[float, float]
) -> None:
    """The stored point is WGS-84 to a metre, and the given one stays beside it with its datum."""
    row = f"v1,station,x,4,{given_pair[0]},{given_pair[1]}"
    assert (
        load_file(store, tmp_path, "providers.csv", providers_csv(row, header=PLACED), crs=crs).written == 1
    )
    location = store.get(Provider, "v1").value.location
    assert location is not None
    assert great_circle((location.latitude, location.longitude), WGS84_POINT).m < 1
    assert (location.given_datum, location.given_latitude, location.given_longitude) == (
        crs.lower(),
        *given_pair,
    )


@pytest.mark.parametrize("pair", [(-90.0, -180.0), (89.9999, -180.0)])
def test_the_edge_of_a_datum_is_no_place(
    store: GraphStore, tmp_path: Path, pair: tuple[float, float]
) -> None:
    """It would lie beyond the range of degrees in WGS-84: the row is kept out, the others are not."""
    with pytest.raises(InvalidValue, match="location must stand for a place in bd09"):
        to_wgs84(*pair, Datum.BD09)
    rows = [f"v1,station,x,4,{pair[0]},{pair[1]}", f"v2,station,x,4,{BD09_POINT[0]},{BD09_POINT[1]}"]
    report = load_file(store, tmp_path, "providers.csv", providers_csv(*rows, header=PLACED), crs="bd09")
    assert [(each.record, each.column) for each in report.errors] == [(1, "latitude")]
    assert report.written == 1


def test_wgs84_is_left_alone(store: GraphStore, tmp_path: Path) -> None:
    """Nothing is rounded or kept twice where nothing is converted."""
    row = "v1,station,x,4,23.123456789012,113.987654321098"
    load_file(store, tmp_path, "providers.csv", providers_csv(row, header=PLACED))
    assert store.get(Provider, "v1").value.location == Location(23.123456789012, 113.987654321098)


@given(st.floats(22.5, 24), st.floats(112.9, 114.1))
def test_conversion_undoes_the_shift(latitude: float, longitude: float) -> None:
    """A shifted point of the city comes back within a metre; the shift itself is hundreds of metres."""
    gcj = gc.wgs84_to_gcj02(gc.Wgs84(lat=latitude, lon=longitude))
    assert 300 < great_circle((gcj.lat, gcj.lon), (latitude, longitude)).m < 1_000
    assert great_circle(to_wgs84(gcj.lat, gcj.lon, Datum.GCJ02), (latitude, longitude)).m < 1
    bd = gc.wgs84_to_bd09(gc.Wgs84(lat=latitude, lon=longitude))
    assert great_circle(to_wgs84(bd.lat, bd.lon, Datum.BD09), (latitude, longitude)).m < 1


def test_an_export_of_converted_points_is_not_converted_again(store: GraphStore, tmp_path: Path) -> None:
    """A row that carries its given coordinates is WGS-84 already; another crs for it is refused."""
    header = f"{PLACED},given_datum,given_latitude,given_longitude"
    row = "v1,station,x,4,23.1,113.3,gcj02,23.0973515,113.3053729"
    report = load_file(store, tmp_path, "providers.csv", providers_csv(row, header=header), crs="gcj02")
    assert [(each.column, "wgs84" in each.hint) for each in report.errors] == [("given_datum", True)]
    assert load_file(store, tmp_path, "providers.csv", providers_csv(row, header=header)).written == 1


def test_swapped_pairs_are_recognised_by_the_area(store: GraphStore, tmp_path: Path) -> None:
    """Where both orders are possible degrees, the known area tells which one was meant."""
    near_equator = lambda latitude, longitude: "1" if 0 < latitude < 2 < longitude < 50 else None  # noqa: E731
    rows = ["v1,station,x,4,1.0,32.0", "v2,station,x,4,32.0,1.0", "v3,station,x,4,60.0,60.0"]
    text = providers_csv(*rows, header=PLACED)
    report = load_file(store, tmp_path, "providers.csv", text, district_of=near_equator)
    assert [(each.record, each.hint) for each in report.errors] == [
        (2, "latitude and longitude look swapped")
    ]
    assert report.written == 2


@pytest.mark.parametrize("shifted", [True, False])
def test_undeclared_gcj02_is_noticed(
    store: GraphStore, tmp_path: Path, polygons: dict[str, Any], shifted: bool
) -> None:
    """Points shifted to GCJ-02 but declared WGS-84 give a warning; true WGS-84 points give none."""
    rows = ["code,level,name,parent_code,latitude,longitude"]
    codes = sorted(polygons)
    rows += [f"{code},district,x,4401,," for code in codes if code != "440103"]
    for number, (code, latitude, longitude) in enumerate(some_points(polygons, 600)):
        if shifted:
            moved = gc.wgs84_to_gcj02(gc.Wgs84(lat=latitude, lon=longitude))
            latitude, longitude = moved.lat, moved.lon
        rows.append(f"{code}{number:06},community,x,{code},{latitude},{longitude}")
    report = load_file(store, tmp_path, "areas.csv", "\n".join(rows), district_of=district_at)
    assert (report.error_count, report.written) == (0, 610)
    assert report.warning_count == (1 if shifted else 0)
    if shifted:
        (warning,) = report.warnings
        assert "records 1 to 610" in warning.reason
        assert "crs gcj02" in warning.hint


def test_declared_gcj02_gives_no_warning(store: GraphStore, tmp_path: Path, polygons: dict[str, Any]) -> None:
    """With the right crs the same points are simply converted."""
    rows = ["code,level,name,parent_code,latitude,longitude"]
    rows += [f"{code},district,x,4401,," for code in sorted(polygons) if code != "440103"]
    for number, (code, latitude, longitude) in enumerate(some_points(polygons, 300)):
        moved = gc.wgs84_to_gcj02(gc.Wgs84(lat=latitude, lon=longitude))
        rows.append(f"{code}{number:06},community,x,{code},{moved.lat},{moved.lon}")
    report = load_file(store, tmp_path, "areas.csv", "\n".join(rows), crs="gcj02", district_of=district_at)
    assert (report.error_count, report.warning_count, report.written) == (0, 0, 310)


def test_null_island_is_warned_of(store: GraphStore, tmp_path: Path) -> None:
    """The point 0, 0 is what broken exports put for a place that is not known: kept, with a warning."""
    path = tmp_path / "providers.csv"
    rows = "id,kind,name,capacity_total,latitude,longitude\np8,charity,a,1,0,0\np9,charity,b,1,0,1\n"
    path.write_text(rows, encoding="utf-8")
    report = load(store, [path], crs="wgs84")
    assert [(each.record, each.reason) for each in report.warnings] == [
        (1, "the point is 0, 0 in the Gulf of Guinea")
    ]
    assert report.written == 2

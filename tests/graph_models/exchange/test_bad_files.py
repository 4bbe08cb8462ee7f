"""Files that are unfit as a whole: said clearly, before anything is written."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graph_models.domain.errors import InvalidValue
from graph_models.domain.people import Staff
from graph_models.domain.providers import Provider
from graph_models.exchange.loading import load
from graph_models.exchange.opening import GZIP_FREE_BYTES
from graph_models.exchange.tables import write_tables
from graph_models.ports import GraphStore
from tests.builders import a_provider
from tests.graph_models.exchange.files import (
    PROVIDER_HEADER,
    load_file,
    many_providers,
    providers_csv,
    put_file,
)


def zipped(content: bytes) -> bytes:
    """The same bytes whenever it is made: the name of a test must not depend on the second."""
    return gzip.compress(content, mtime=0)


CHINESE = providers_csv(*(f"v{number},station,逢源街社工服务站 {number},4" for number in range(20)))


def a_parquet(folder: Path) -> bytes:
    write_tables(folder / "made", many_providers(50), "parquet")
    return (folder / "made" / "providers.parquet").read_bytes()


def a_zip(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("providers.csv", content)
    return packed.getvalue()


# name, content, reason (a part of it), hint (a part of it)
BAD_FILES = [
    ("providers.csv", b"", "the file is empty", "header"),
    ("providers.csv", b" \r\n\r\n", "the file is empty", "header"),
    ("providers.csv", b"\xef\xbb\xbf", "the file is empty", "header"),
    ("providers.jsonl", b"", "the file is empty", ""),
    ("providers.csv", b"id,kind,name\n1,station,x\n", "required column is missing", ""),
    (
        "providers.csv",
        b"id;kind;name;capacity_total\n1;station;x;4\n",
        "the header is one cell",
        "separate cells with commas",
    ),
    (
        "providers.csv",
        b"id,kind,name,capacity_total,latitud\n",
        "no column 'latitud'",
        "did you mean 'latitude'?",
    ),
    ("providers.csv", b"id,kind,name,capacity_total,name\n", "names this column twice", ""),
    ("providers.csv", b"v1,station,x,4\nv2,station,x,4\n", "there is no column 'v1'", ""),
    ("providers.csv", CHINESE.encode("gbk"), "not valid utf-8", "--encoding gb18030"),
    ("providers.csv", CHINESE.encode("gb18030"), "not valid utf-8", "looks like gb18030"),
    ("providers.csv", CHINESE.encode("utf-16"), "not valid utf-8", "--encoding utf-16"),
    ("providers.csv", b"\x00\x01\x02\xff" * 50, "not valid utf-8", ""),
    ("people.csv", b"id\n1\n", "its name must be one of areas", ""),
    ("provider.csv", b"id\n1\n", "its name must be one of areas", "did you mean 'providers'?"),
    ("providers.xlsx", b"PK\x03\x04", "is not one of .csv, .parquet", "save a spreadsheet as CSV"),
    ("providers.csv.zip", a_zip(CHINESE.encode()), "is not one of .csv", "unpack it first"),
    ("providers.csv.gz", b"not gzip at all", "is not a complete gzip file", ""),
    ("providers.csv.gz", zipped(CHINESE.encode() * 100)[:-20], "is not a complete gzip file", "again"),
    ("providers.csv.gz", zipped(bytes(GZIP_FREE_BYTES + (4 << 20))), "more than 200 times", ""),
    ("providers.parquet", b"PAR1 and then nothing", "not a complete Parquet file", ""),
    ("providers.parquet", b"", "not a complete Parquet file", ""),
    ("services.json", b'{"id": "1", "services": [', "not JSON at line 1", "cut off"),
    ("services.json", b'[{"id": "1", "latitude": NaN}]', "not JSON at line 1", "write null"),
    ("services.json", b"[" * 5_000 + b"]" * 5_000, "not JSON", ""),
    ("services.json", b'{"id": NaN, "status": "active"}', "not JSON at line 1, column 8", ""),
    ("rows.jsonl", b'{"id": "x"}\n', "no row names its table", "providers"),
    ("providers.json", b'"text"', "no row names its table", ""),
]


@pytest.mark.parametrize(("name", "content", "reason", "hint"), BAD_FILES)
def test_an_unfit_file_writes_nothing(
    store: GraphStore, tmp_path: Path, name: str, content: bytes, reason: str, hint: str
) -> None:
    """The file is named with its fault, the load is refused, and no other file of it is written either."""
    good = put_file(tmp_path / "in", "staff.csv", "id,role\nw1,worker\n")
    bad = put_file(tmp_path / "in", name, content)
    head = store.head()
    report = load(store, [good, bad], crs="wgs84")
    assert report.is_refused
    assert any(reason in each.reason and hint in each.hint for each in report.errors), report.errors
    assert all(each.file == str(bad) and each.record is None for each in report.errors)
    assert store.head() == head


def test_a_cut_off_parquet_file_is_refused(store: GraphStore, tmp_path: Path) -> None:
    """A Parquet file without its end is found before anything is written."""
    report = load_file(store, tmp_path, "providers.parquet", a_parquet(tmp_path)[:-100])
    assert report.is_refused
    assert "complete Parquet" in report.errors[0].reason


@pytest.mark.parametrize("group", [0, 1, 2])
def test_a_damaged_parquet_file_is_refused(store: GraphStore, tmp_path: Path, group: int) -> None:
    """Damage anywhere is found before anything is written, and its row group is named."""
    path = tmp_path / "whole.parquet"
    path.write_bytes(a_parquet(tmp_path))
    pq.write_table(pq.read_table(path), path, row_group_size=20, write_page_checksum=True)
    place = pq.ParquetFile(path).metadata.row_group(group).column(0).data_page_offset + 60
    data = bytearray(path.read_bytes())
    data[place] ^= 0xFF
    head = store.head()
    report = load_file(store, tmp_path, "providers.parquet", bytes(data))
    assert report.is_refused
    assert [each.reason for each in report.errors] == [f"is damaged: row group {group} cannot be read"]
    assert store.head() == head


def test_a_parquet_file_with_broken_text_is_refused(store: GraphStore, tmp_path: Path) -> None:
    """Without checksums a text may come back that is not UTF-8: that is damage as well."""
    path = tmp_path / "whole.parquet"
    path.write_bytes(a_parquet(tmp_path))
    pq.write_table(pq.read_table(path), path, compression="none", use_dictionary=False)
    data = path.read_bytes().replace("者 25".encode(), b"\xff\xff\xff 25")
    head = store.head()
    report = load_file(store, tmp_path, "providers.parquet", data)
    assert [each.reason for each in report.errors] == ["is damaged: row group 0 cannot be read"]
    assert store.head() == head


def test_a_file_named_twice_is_read_once(store: GraphStore, tmp_path: Path) -> None:
    """By itself, again, and with its folder."""
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / "providers.parquet"
    path.write_bytes(a_parquet(tmp_path))
    report = load(store, [path, folder, path], crs="wgs84")
    assert (report.error_count, report.kinds["providers"].read) == (0, 50)


def test_a_parquet_bomb_is_refused(store: GraphStore, tmp_path: Path) -> None:
    """A column that unpacks to a thousand times its size is not read."""
    text = pa.array(["x" * (1 << 20)] * 300)
    table = pa.table({"id": text, "kind": text, "name": text, "capacity_total": [4] * 300})
    path = tmp_path / "in" / "providers.parquet"
    path.parent.mkdir()
    pq.write_table(table, path, compression="zstd", use_dictionary=False)
    report = load(store, [path], crs="wgs84")
    assert report.is_refused
    assert "too large" in report.errors[0].reason


def test_missing_and_empty_places_are_named(store: GraphStore, tmp_path: Path) -> None:
    """A path that leads nowhere and a folder without data are reported."""
    (tmp_path / "empty").mkdir()
    report = load(store, [tmp_path / "empty", tmp_path / "none.csv"])
    assert [each.reason for each in report.errors] == ["holds no data file", "there is no such file"]
    assert report.is_refused


def test_two_formats_of_one_table_are_refused(store: GraphStore, tmp_path: Path) -> None:
    """An older export in another format beside the new one is not loaded with it."""
    write_tables(tmp_path / "in", [a_provider("v1")], "csv")
    write_tables(tmp_path / "in", [a_provider("v1")], "parquet")
    report = load(store, [tmp_path / "in"], crs="wgs84")
    assert report.is_refused
    assert "in 2 files" in report.errors[0].reason


# name, content, options, ids that are written
GOOD_FILES = [
    ("providers.csv", b"\xef\xbb\xbf" + CHINESE.encode(), {}, 20),
    ("providers.csv", CHINESE.encode("gb18030"), {"encoding": "gb18030"}, 20),
    ("providers.csv", CHINESE.encode("gbk"), {"encoding": "GBK"}, 20),
    ("providers.csv", CHINESE.encode("utf-16"), {"encoding": "utf-16"}, 20),
    ("providers.csv", CHINESE.replace("\n", "\r\n").encode(), {}, 20),
    ("providers.csv", CHINESE.replace("\n", "\r").encode(), {}, 20),
    ("providers.csv", CHINESE.rstrip("\n").encode(), {}, 20),
    ("providers.csv", f"{PROVIDER_HEADER}\n".encode(), {}, 0),
    ("providers.csv", b' ID ,Kind,name,CAPACITY_TOTAL\nv0,station,"a, ""b""",4\n', {}, 1),
    ("providers.csv.gz", zipped(CHINESE.encode()), {}, 20),
    ("providers.jsonl", b'\xef\xbb\xbf{"id":"v0","kind":"station","name":"x","capacity_total":4}\n\n', {}, 1),
    (
        "rows.jsonl.gz",
        zipped(b'{"table":"providers","id":"v0","kind":"station","name":"x","capacity_total":4}'),
        {},
        1,
    ),
]


@pytest.mark.parametrize(("name", "content", "options", "count"), GOOD_FILES)
def test_unusual_but_fit_files_load(
    store: GraphStore, tmp_path: Path, name: str, content: bytes, options: dict[str, str], count: int
) -> None:
    """BOM, declared encodings, other line ends, quotes, no rows and gzip are all accepted."""
    report = load_file(store, tmp_path, name, content, **options)
    assert (report.error_count, report.written) == (0, count), report.errors
    if name.endswith(".csv") and count == 20:
        assert store.get(Provider, "v7").value.name == "逢源街社工服务站 7"


def test_damaged_lines_are_reported_among_good_ones(store: GraphStore, tmp_path: Path) -> None:
    """Single damaged lines in a UTF-8 file cost those lines only."""
    content = (
        CHINESE.encode() + b"b1,station,\xff\xfe,4\n" + CHINESE.replace("v", "w").encode().split(b"\n", 1)[1]
    )
    report = load_file(store, tmp_path, "providers.csv", content)
    assert [each.line for each in report.errors] == [22]
    assert report.written == 40


@pytest.mark.parametrize("encoding", ["klingon", "base64", "utf-8\x00"])
def test_unknown_encodings_are_refused(store: GraphStore, tmp_path: Path, encoding: str) -> None:
    """An encoding that is none is an error of the caller."""
    with pytest.raises(InvalidValue, match="encoding must name a text encoding"):
        load_file(store, tmp_path, "providers.csv", CHINESE, encoding=encoding)


def test_broken_json_lines_are_reported_by_line(store: GraphStore, tmp_path: Path) -> None:
    """A broken line, a value that is no row and an unknown table cost one line each."""
    lines = [
        '{"table": "providers", "id": "v0", "kind": "station", "name": "x", "capacity_total": 4}',
        '{"table": "providers", "id": "v1", ',
        "[1, 2]",
        '{"table": "provider", "id": "v2"}',
        '{"table": "providers", "id": "v3", "kind": "station", "name": "x", "capacity_totl": 4}',
        '{"table": "providers", "id": "v4", "kind": "station", "name": "x", "capacity_total": "4"}',
        '{"table": "providers", "id": "v5", "kind": "station", "capacity_total": 4, "skills": ["care"]}',
        '{"table": "providers", "id": "v6", "kind": "station", "capacity_total": 4, "languages": "zh"}',
        '{"table": "staff", "id": "w1", "role": "worker"}',
    ]
    report = load_file(store, tmp_path, "rows.jsonl", "\n".join(lines))
    assert sorted((each.line, each.column) for each in report.errors) == [
        (2, None),
        (3, None),
        (4, "table"),
        (5, "capacity_totl"),
        (6, "capacity_total"),
        (7, "skills"),
        (8, "languages"),
    ]
    assert [each.value.id for each in store.scan(Provider)] == ["p1", "v0"]
    assert [each.value.id for each in store.scan(Staff)] == ["w1"]


def test_a_long_json_line_is_skipped(store: GraphStore, tmp_path: Path) -> None:
    """A line of 10 MB costs that line."""
    row = '{"id": "v%d", "kind": "station", "name": "%s", "capacity_total": 4}'
    content = "\n".join([row % (1, "x"), row % (2, "x" * 10_000_000), row % (3, "x")])
    report = load_file(store, tmp_path, "providers.jsonl", content)
    assert [(each.line, each.reason[:20]) for each in report.errors] == [(2, "the line is longer t")]
    assert report.written == 2

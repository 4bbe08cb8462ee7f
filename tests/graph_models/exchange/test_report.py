"""The report folder: problems to read, rejected rows to correct and send again."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from graph_models.domain.errors import InvalidValue
from graph_models.domain.providers import Provider
from graph_models.exchange.loading import load
from graph_models.exchange.report import KEPT_PROBLEMS, PROBLEM_COLUMNS
from graph_models.exchange.tables import write_tables
from graph_models.ports import GraphStore
from tests.builders import a_provider
from tests.graph_models.exchange.files import load_file, many_providers, providers_csv, put_file


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


class TestReportFolder:
    def test_rejected_rows_can_be_corrected_and_sent_again(self, store: GraphStore, tmp_path: Path) -> None:
        """The file of rejected rows has the columns of the source; corrected, it loads."""
        text = providers_csv("v1,station,Good,4", 'v2,station,"Bad, 客户",-4', "v3,station,Worse,x")
        report = load_file(store, tmp_path, "providers.csv", text, report_folder=tmp_path / "report")
        assert (report.written, report.rejected) == (1, 2)
        path = tmp_path / "report" / "providers.csv"
        assert [row["name"] for row in read_csv(path)] == ["Bad, 客户", "Worse"]
        path.write_text(path.read_text().replace("-4", "4").replace(",x", ",5"))
        again = load(store, [tmp_path / "report"])
        assert (again.error_count, again.written) == (0, 2)
        assert store.get(Provider, "v2").value.name == "Bad, 客户"

    def test_problems_say_where_and_why(self, store: GraphStore, tmp_path: Path) -> None:
        """One line for each problem, with all that is known of it."""
        load_file(
            store, tmp_path, "providers.csv", providers_csv("v1,station,x,x"), report_folder=tmp_path / "r"
        )
        (problem,) = read_csv(tmp_path / "r" / "problems.csv")
        assert tuple(problem) == PROBLEM_COLUMNS
        assert (problem["line"], problem["record"], problem["column"]) == ("2", "1", "capacity_total")
        assert (problem["value_class"], problem["severity"]) == ("text", "error")

    def test_no_cell_of_the_report_is_a_formula(self, store: GraphStore, tmp_path: Path) -> None:
        """What came in as a formula goes out as a text; numbers keep their minus."""
        text = providers_csv("v1,station,=cmd|' /C calc'!A0,4", "v2,station,+1-1@x,-4", "@v3,station,x,4")
        load_file(store, tmp_path, "providers.csv", text, report_folder=tmp_path / "report")
        rows = read_csv(tmp_path / "report" / "providers.csv")
        assert [row["name"] for row in rows] == ["'=cmd|' /C calc'!A0", "'+1-1@x", "x"]
        assert [row["capacity_total"] for row in rows] == ["4", "-4", "4"]
        assert [row["id"] for row in rows] == ["v1", "v2", "'@v3"]

    def test_parquet_rows_come_back_as_csv(self, store: GraphStore, tmp_path: Path) -> None:
        """A rejected row of a Parquet file is given back in text form, which loads when corrected."""
        value = a_provider("v1", member_of="nobody", languages=("zh", "en"))
        write_tables(tmp_path / "made", [value], "parquet")
        path = put_file(
            tmp_path / "in", "providers.parquet", (tmp_path / "made" / "providers.parquet").read_bytes()
        )
        report = load(store, [path], crs="wgs84", report_folder=tmp_path / "report")
        assert report.rejected == 1
        back = tmp_path / "report" / "providers.csv"
        back.write_text(back.read_text().replace("nobody", "p1"))
        assert load(store, [back], crs="wgs84").error_count == 0
        assert store.get(Provider, "v1").value == a_provider("v1", member_of="p1", languages=("en", "zh"))

    def test_json_rows_come_back_as_json(self, store: GraphStore, tmp_path: Path) -> None:
        """A rejected JSON value is given back as it came, once."""
        service = {"id": "s1", "name": "x", "status": "active", "minimum_age": "old"}
        item = {"id": "o1", "name": "o", "services": [service, {**service, "id": "s2"}]}
        load_file(store, tmp_path, "hsds.json", json.dumps(item), report_folder=tmp_path / "report")
        assert json.loads((tmp_path / "report" / "hsds.jsonl").read_text()) == item

    def test_sources_of_one_name_keep_apart(self, store: GraphStore, tmp_path: Path) -> None:
        """Two files of one name in two folders are given back in two files."""
        paths = [
            put_file(tmp_path / each, "providers.csv", providers_csv(f"{each},station,x,-1")) for each in "ab"
        ]
        load(store, paths, report_folder=tmp_path / "report")
        found = sorted((tmp_path / "report").rglob("providers.csv"))
        assert sorted(read_csv(each)[0]["id"] for each in found) == ["a", "b"]

    def test_a_folder_with_files_is_refused(self, store: GraphStore, tmp_path: Path) -> None:
        """Nothing is overwritten, least of all the source itself."""
        path = put_file(tmp_path / "in", "providers.csv", providers_csv("v1,station,x,-1"))
        with pytest.raises(InvalidValue, match="new or an empty folder"):
            load(store, [path], report_folder=tmp_path / "in")
        assert path.read_text() == providers_csv("v1,station,x,-1")

    def test_a_strict_load_gives_back_rows_once(self, store: GraphStore, tmp_path: Path) -> None:
        """A refused load has its rejected rows in the folder, too."""
        text = providers_csv("v1,station,x,4", "v2,station,x,-4")
        load_file(store, tmp_path, "providers.csv", text, strict=True, report_folder=tmp_path / "report")
        assert [row["id"] for row in read_csv(tmp_path / "report" / "providers.csv")] == ["v2"]


def test_memory_of_problems_is_bounded(store: GraphStore, tmp_path: Path) -> None:
    """All are counted, the first are kept, all are in the folder."""
    rows = [f"v{number},station,x,-1" for number in range(1_000)]
    report = load_file(
        store, tmp_path, "providers.csv", providers_csv(*rows), report_folder=tmp_path / "report"
    )
    assert (report.error_count, len(report.errors)) == (1_000, KEPT_PROBLEMS)
    assert len(read_csv(tmp_path / "report" / "problems.csv")) == 1_000


def test_exactly_the_bad_rows_are_reported(store: GraphStore, tmp_path: Path) -> None:
    """Of 5,000 rows with 1 % bad ones, of several sorts, those 50 are rejected and the rest is there."""
    write_tables(tmp_path / "in", many_providers(5_000))
    path = tmp_path / "in" / "providers.csv"
    lines = path.read_text().splitlines()
    spoil = [
        lambda line: line.replace(",4,0,0", ",-4,0,0"),
        lambda line: line.replace("care.bathing", "care.bating"),
        lambda line: line.replace("440103001101", "440103001109"),
        lambda line: line + ",",
    ]
    bad = set(range(7, 5_000, 100))
    for number in bad:
        lines[number + 1] = spoil[number // 100 % 4](lines[number + 1])
    path.write_text("\n".join(lines) + "\n")
    report = load(store, [tmp_path / "in"], crs="wgs84", batch_rows=700, report_folder=tmp_path / "report")
    assert (report.rejected, report.written) == (50, 4_950)
    problems = read_csv(tmp_path / "report" / "problems.csv")
    assert {int(each["record"]) - 1 for each in problems} == bad


def test_the_report_is_plain_values(store: GraphStore, tmp_path: Path) -> None:
    """The report can be printed as JSON."""
    report = load_file(store, tmp_path, "providers.csv", providers_csv("v1,station,x,-4", "v2,station,x,4"))
    plain = json.loads(json.dumps(report.as_dict()))
    assert plain["kinds"] == {"providers": {"read": 2, "written": 1, "unchanged": 0, "rejected": 1}}
    assert plain["errors"][0]["column"] == "capacity_total"
    assert plain["error_count"] == 1

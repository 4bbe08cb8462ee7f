"""`lastmeter coverage …` on the demonstration city."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.clock import SystemClock
from graph_models.domain.providers import Capacity, Provider
from graph_models.ports import Put, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from tests.api.command_line import Run
from tests.api.conftest import BATHING, put_city
from tests.builders import a_need, a_provider

PARTS = ("summary", "deficits")


def coverage(run: Run, demo_file: Path, *arguments: object) -> Any:
    ended = run("--store", f"sqlite:///{demo_file}", "coverage", *arguments, "--json")
    assert ended.status == 0, ended.err
    return ended.json


class TestStudy:
    def test_a_summary_is_all_that_analysts_may_see(self, run: Run, demo_file: Path) -> None:
        """And a part of it is what another command prints."""
        found = coverage(run, demo_file, "summary")
        assert found["units_wanted"] > found["units_served"] > 0
        assert len(found["communities"]) == 2_851
        assert coverage(run, demo_file, "gaps")["gaps"] == found["gaps"]

    def test_single_needs_add_up_to_what_is_not_served(self, run: Run, demo_file: Path) -> None:
        unmet = coverage(run, demo_file, "unmet")["unmet"]
        found = coverage(run, demo_file, "summary")
        assert sum(each["units"] for each in unmet) == found["units_wanted"] - found["units_served"]
        assert {each["cause"] for each in unmet} <= {"distance", "skill", "capacity", "time", "eligibility"}

    @pytest.mark.parametrize("part", PARTS)
    def test_people_read_tables(self, run: Run, demo_file: Path, part: str) -> None:
        ended = run("--store", f"sqlite:///{demo_file}", "coverage", part)
        assert ended.status == 0, ended.err
        assert len(ended.out.splitlines()) >= 3 or part == "deficits"

    @pytest.mark.parametrize(
        "arguments", [("summary", "--least-count", 4), ("gaps", "--limit", 0), ("sites",)]
    )
    def test_wrong_usage(self, run: Run, demo_file: Path, arguments: tuple[object, ...]) -> None:
        assert run("--store", f"sqlite:///{demo_file}", "coverage", *arguments).status == 2


class TestFiles:
    def test_a_report_opens_by_itself(self, run: Run, demo_file: Path, tmp_path: Path) -> None:
        path = tmp_path / "new" / "report.html"
        found = coverage(run, demo_file, "report", path)
        assert found == {"written": str(path), "bytes": path.stat().st_size}
        page = path.read_text(encoding="utf-8")
        assert page.startswith("<!DOCTYPE html>")
        assert "src=" not in page

    @pytest.mark.parametrize(("file_format", "count"), [("csv", 10)])
    def test_tables_and_maps(
        self, run: Run, demo_file: Path, tmp_path: Path, file_format: str, count: int
    ) -> None:
        written = coverage(run, demo_file, "export", tmp_path / "out", "--format", file_format)["written"]
        assert len(written) >= count
        assert all(Path(each).stat().st_size for each in written)

    def test_a_folder_that_cannot_be_written(self, run: Run, demo_file: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        ended = run("--store", f"sqlite:///{demo_file}", "coverage", "report", tmp_path / "file" / "x.html")
        assert ended.status == 1
        assert ended.err.startswith("lastmeter: cannot write")


class TestQuestions:
    def test_access(self, run: Run, demo_file: Path) -> None:
        found = coverage(run, demo_file, "access", "home_care")
        assert (found["category_id"], found["demand"], found["is_estimated"]) == (
            "home_care",
            "population",
            True,
        )
        assert len(found["communities"]) == 2_851
        assert any(each["ratio"] is None for each in found["communities"])

    def test_sites(self, run: Run, demo_file: Path) -> None:
        found = coverage(run, demo_file, "sites", "mclp", "--count", 3, "--limit-km", 3)
        assert len(found["opened"]) == 3
        assert found["covered_demand"] / found["demand"] < found["places"]
        assert found["is_optimal"]

    @pytest.mark.parametrize(("method", "words"), [("p_median", "Mean way"), ("p_center", "Longest way")])
    def test_ways_are_told_where_everybody_is_within_reach(
        self, run: Run, demo_file: Path, method: str, words: str
    ) -> None:
        """Of one district, of which no community is 30 km from another."""
        asked = ("sites", method, "--count", 2, "--area", "440103", "--demand", "population")
        ended = run("--store", f"sqlite:///{demo_file}", "coverage", *asked)
        [line] = [each for each in ended.out.splitlines() if each.startswith(words)]
        assert 0 < float(line.split()[-2]) < 30

    def test_what_if(self, run: Run, demo_file: Path, tmp_path: Path) -> None:
        """From options and from a file, in one trial."""
        changes = tmp_path / "changes.json"
        changes.write_text(json.dumps([{"kind": "close", "provider_id": "volunteer-0000001"}]))
        found = coverage(
            run,
            demo_file,
            *("what-if", "--train", "legal.advice=20@440103", "--changes", changes),
        )
        assert len(found["changed"]) in (20, 21)
        assert "volunteer-0000001" in found["changed"]
        assert found["before"]["units_wanted"] == found["after"]["units_wanted"]

    def test_worth(self, run: Run, tmp_path: Path) -> None:
        """Of one provider with a single unit, for which two needs compete."""
        path = tmp_path / "town.db"
        with SqliteStore(path, SystemClock()) as store:
            put_city(store)
            now = SystemClock().now()
            only = a_provider("only-1", capacity=Capacity(1), skills=BATHING, verified_at=now)
            away = [replace(each.value, is_active=False) for each in store.scan(Provider)]
            values = [only, a_need("need-2"), *away]
            store.write(WriteBatch("scarce", tuple(map(Put, values))))
        [found] = coverage(run, path, "worth", "--limit", 5)["providers"]
        assert found["provider_id"] == "only-1"
        assert found["weight"] > 0

    @pytest.mark.parametrize(
        ("arguments", "status", "words"),
        [
            (("access", "nothing"), 1, "there is no Category 'nothing'"),
            (("access", "home_care", "--area", "9"), 1, "there is no Area '9'"),
            (("gaps", "--area", "9"), 1, "there is no Area '9'"),
            (("gaps", "--category", "nothing"), 1, "there is no Category 'nothing'"),
            (("communities", "--area", "9"), 1, "there is no Area '9'"),
            (("sites", "mclp", "--count", 3), 1, "limit_km"),
            (("sites", "p_median", "--count", 3, "--area", "9"), 1, "there is no Area '9'"),
            (("sites", "greedy"), 2, "greedy"),
            (("what-if",), 1, "changes"),
            (("what-if", "--close", "nobody"), 1, "there is no Provider 'nobody'"),
            (("what-if", "--add", "volunteer-0000001"), 2, "PROVIDER=UNITS"),
            (("what-if", "--move", "volunteer-0000001=1"), 2, "LAT,LON"),
            (("what-if", "--train", "legal.advice"), 2, "SKILL=COUNT@AREA"),
            (("what-if", "--changes", "missing.json"), 1, "cannot be read"),
        ],
    )
    def test_what_does_not_fit_is_refused(
        self, run: Run, demo_file: Path, arguments: tuple[object, ...], status: int, words: str
    ) -> None:
        ended = run("--store", f"sqlite:///{demo_file}", "coverage", *arguments)
        assert ended.status == status
        assert words in ended.err
        assert "Traceback" not in ended.err

"""The command line: what it prints, what it refuses, how it ends."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.clock import SystemClock
from api.commands.demo import this_monday
from api.live.warm_start import WarmStart
from api.settings import Settings
from graph_models.domain.needs import Need, NeedStatus
from graph_models.domain.providers import Provider
from graph_models.ports import Put, WriteBatch
from graph_models.stores.opening import open_store
from matcher.parameters import default_parameters
from tests.api.command_line import Run
from tests.api.servers import ADMIN_TOKEN, AS_ADMIN
from tests.builders import FixedClock, a_provider, some_areas, some_skills

ROOT = Path(__file__).parents[2]
SAN_MATEO = ROOT / "data/san_mateo/services.jsonl"
SUGGESTION_KEYS = {
    "rank", "provider_id", "kind", "name", "score", "factors", "distance_km", "remaining_units"
}  # fmt: skip


class TestDemo:
    def test_prints_three_explained_needs(self, run: Run) -> None:
        """The demo answers three needs of different categories and says that the city is made up."""
        ended = run("demo", "--scale", "0.002", "--json")
        answers = ended.json["answers"]
        assert ended.status == 0
        assert ended.json["is_synthetic"] is True
        assert len({answer["need"]["category_id"] for answer in answers}) == 3
        assert all(answer["considered"] is not None for answer in answers)

    def test_says_where_the_console_is(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its address if it was built, how to build it otherwise."""
        for built, told in ((True, "at /console"), (False, "make console with Node.js")):
            monkeypatch.setattr("api.commands.demo.is_built", lambda built=built: built)
            assert told in run("demo", "--scale", "0.0005").out

    def test_is_repeatable(self, run: Run) -> None:
        """A second demo on the same store changes nothing and answers the same."""
        first = run("demo", "--scale", "0.0005")
        head = run("status", "--json").json["change_feed_head"]
        assert run("demo", "--scale", "0.0005").out == first.out
        assert run("status", "--json").json["change_feed_head"] == head

    def test_refuses_a_store_with_real_records(self, run: Run, tmp_path: Path) -> None:
        """Made-up people do not belong among real records."""
        with open_store(f"sqlite:///{tmp_path}/city.db", FixedClock()) as store:
            values = (*some_areas(), *some_skills(), a_provider())
            store.write(WriteBatch("real", tuple(map(Put, values))))
        ended = run("demo", "--scale", "0.0005")
        assert ended.status == 1
        assert "real" in ended.err
        assert run("status", "--json").json["counts"]["residents"] == 0

    def test_stands_in_this_week(self) -> None:
        """The demo city stands on Monday morning, so its needs and verifications are current."""
        assert (
            this_monday(datetime(2026, 11, 29, 23, 59, tzinfo=UTC)).isoformat() == "2026-11-23T01:00:00+00:00"
        )
        assert (
            this_monday(datetime(2026, 11, 23, 0, 0, tzinfo=UTC)).isoformat() == "2026-11-23T01:00:00+00:00"
        )


class TestSuggest:
    def test_prints_the_documented_object(self, run: Run, demo_file: Path) -> None:
        """`--json` has the keys that other tools rely on, and parts that add up as printed."""
        store = f"sqlite:///{demo_file}"
        answer = run("--store", store, "suggest", "need-000001", "--json", "--explain").json
        assert {"need", "suggestions", "considered", "rejected", "near_misses"} <= answer.keys()
        assert answer["suggestions"]
        for rank, suggestion in enumerate(answer["suggestions"], start=1):
            assert suggestion.keys() == SUGGESTION_KEYS
            assert suggestion["rank"] == rank
            parts = [Decimal(repr(part["contribution"])) for part in suggestion["factors"].values()]
            assert sum(parts) == Decimal(repr(suggestion["score"]))
        eligible = answer["considered"] - sum(answer["rejected"].values())
        assert eligible >= len(answer["suggestions"])

    def test_uses_a_saved_index_and_saves_none(self, run: Run, demo_file: Path, tmp_path: Path) -> None:
        """It starts from what a server saved; of a damaged file it speaks on standard error."""
        path, index = tmp_path / "city.db", tmp_path / "city.db.index"
        shutil.copy(demo_file, path)
        command = ("suggest", "need-000001", "--json")
        answer = run(*command)
        assert not index.exists()
        with open_store(f"sqlite:///{path}", SystemClock()) as store:
            WarmStart(index, store, SystemClock(), default_parameters(), print).load_and_keep()
        assert run(*command).timeless == answer.timeless
        content = index.read_bytes()
        index.write_bytes(content[:-1])
        ended = run(*command)
        assert (ended.status, ended.timeless) == (0, answer.timeless)
        assert ended.err.startswith(
            "lastmeter: the saved index is not used; it is built anew: it was cut short"
        )
        assert index.read_bytes() == content[:-1]

    def test_is_what_http_answers(self, run: Run, demo_file: Path) -> None:
        """The command and the HTTP interface give the same object."""
        url = f"sqlite:///{demo_file}"
        printed = run("--store", url, "suggest", "need-000002", "--limit", "3", "--json").json
        settings = Settings(store_url=url, admin_token=ADMIN_TOKEN)
        with TestClient(create_app(settings, clock=SystemClock()), headers=AS_ADMIN) as client:
            while client.get("/readyz").status_code != 200:
                pass
            served = client.get("/v1/needs/need-000002/suggestions", params={"limit": 3}).json()
        assert printed.pop("as_of") <= served.pop("as_of")
        assert printed == served

    def test_describes_a_need_without_storing_it(self, run: Run, demo_file: Path) -> None:
        """A point and a category are enough; the nearest community stands in."""
        store = f"sqlite:///{demo_file}"
        before = run("--store", store, "status", "--json").json
        asked = ("--category", "meal_delivery", "--near", "23.129,113.264", "--age", 80, "--json")
        answer = run("--store", store, "suggest", *asked).json
        assert answer["community_code"].startswith("4401")
        assert run("--store", store, "status", "--json").json == before

    def test_shows_sums_that_add_up(self, run: Run, demo_file: Path) -> None:
        """The sums printed for people are exact."""
        shown = run("--store", f"sqlite:///{demo_file}", "suggest", "need-000001").out
        sums = [line.split(" = ") for line in shown.splitlines() if " = proximity " in line]
        assert sums
        for score, parts in sums:
            assert sum(Decimal(part.split()[1]) for part in parts.split(" + ")) == Decimal(score.strip())

    @pytest.mark.parametrize(
        ("arguments", "status", "message"),
        [
            (("nobody",), 1, "no Need has the id 'nobody'"),
            ((), 2, "NEED or --category"),
            (("need-000001", "--category", "meal_delivery"), 2, "NEED or --category"),
            (("need-000001", "--limit", "0"), 2, "--limit"),
            (("need-000001", "--age", "5"), 2, "describe a need"),
            (("need-000001", "--units", "9"), 2, "describe a need"),
            (("--category", "magic", "--near", "23.1,113.2"), 1, "--category: there is no Category 'magic'"),
            (("--category", "meal_delivery"), 2, "with --near or --community"),
            (
                ("--category", "meal_delivery", "--near", "91,13.2"),
                2,
                "--near: must be a latitude from -90 to 90",
            ),
            (
                ("--category", "meal_delivery", "--near", "113.2,23.1"),
                2,
                "is it swapped? Latitude comes first",
            ),
            (("--category", "meal_delivery", "--near", "here"), 2, "--near: must be two numbers"),
            (("--category", "meal_delivery", "--near", "nan,113.2"), 2, "--near: must be a latitude"),
            (("--category", "meal_delivery", "--near", "23.1,113.2", "--crs", "utm"), 2, "--crs"),
            (("--category", "meal_delivery", "--near", "23.1,113.2", "--age", "141"), 2, "--age"),
            (
                ("--category", "meal_delivery", "--community", "two words"),
                2,
                "--community: must be 1 to 128 letters",
            ),
            (("--category", "meal_delivery", "--near", "23.1,113.2", "--language", "a b"), 2, "--language"),
            (
                ("--category", "meal_delivery", "--community", "999999"),
                1,
                "--community: there is no Area '999999'",
            ),
            (("--category", "meal_delivery", "--near", "23.1,113.2", "--skill", "x"), 1, "--skill: there is"),
            (
                ("--category", "meal_delivery", "--near", "23.1,113.2", "--skill", "x", "--skill", "x"),
                2,
                "--skill: must name each entry once",
            ),
            (
                (
                    "--category",
                    "meal_delivery",
                    "--near",
                    "23.1,113.2",
                    "--language",
                    "en",
                    "--language",
                    "en",
                ),
                2,
                "--language: must name each entry once",
            ),
            (
                ("--category", "meal_delivery", "--near", "23.1,113.2", "--skill", "x:high"),
                2,
                "--skill: must end in a level",
            ),
        ],
    )
    def test_refuses(
        self, run: Run, demo_file: Path, arguments: tuple[str, ...], status: int, message: str
    ) -> None:
        """A refusal names the option or field and the rule; nothing is on standard output."""
        ended = run("--store", f"sqlite:///{demo_file}", "suggest", *arguments)
        assert (ended.status, ended.out) == (status, "")
        assert message in " ".join(ended.err.split())


class TestLoad:
    def test_real_directory_answers_the_documented_question(self, run: Run) -> None:
        """Who near 37.4875, −122.2300 can help an older adult with housing?"""
        report = run("load", SAN_MATEO, "--crs", "wgs84", "--json").json
        assert report["kinds"]["providers"]["written"] == 1703
        asked = ("--category", "housing_support", "--near", "37.4875,-122.2300", "--age", 70, "--json")
        suggestions = run("suggest", *asked).json["suggestions"]
        assert len(suggestions) == 10
        assert all(each["distance_km"] < 12 for each in suggestions)

    def test_strict_writes_nothing(self, run: Run, tmp_path: Path) -> None:
        """One bad row makes a strict load fail before anything is written."""
        folder = tmp_path / "files"
        run("generate", folder, "--scale", "0.0005", "--format", "csv")
        with (folder / "residents.csv").open("a", encoding="utf-8") as file:
            file.write("two words,,,,,,,\n")
        ended = run("load", folder, "--crs", "wgs84", "--strict", "--json")
        assert ended.status == 1
        assert "nothing was written" in ended.err
        assert ended.json["error_count"] >= 1
        assert run("status", "--json").json["change_feed_head"] == 0

    def test_needs_a_datum(self, run: Run, tmp_path: Path) -> None:
        """Coordinates without a datum are refused."""
        run("generate", tmp_path / "files", "--scale", "0.0005")
        ended = run("load", tmp_path / "files")
        assert ended.status == 1
        assert "crs must be given" in ended.err

    def test_all_rejected_is_a_failure(self, run: Run, tmp_path: Path) -> None:
        """A load that keeps nothing does not end as if it were done."""
        (tmp_path / "residents.csv").write_text("id,registration_code,residence_code\nr1,nowhere,nowhere\n")
        ended = run("load", tmp_path / "residents.csv", "--json")
        assert (ended.status, ended.json["kinds"]["residents"]["rejected"]) == (1, 1)
        assert "all 1 rows were rejected" in ended.err

    def test_damaged_file_is_a_failure(self, run: Run, tmp_path: Path) -> None:
        """A Parquet file with a broken row group behind an intact footer does not end as done."""
        run("generate", tmp_path / "files", "--scale", "0.0005")
        path = tmp_path / "files/providers.parquet"
        content = bytearray(path.read_bytes())
        middle = len(content) // 3
        content[middle : middle + 200] = bytes(200)
        path.write_bytes(content)
        ended = run("load", tmp_path / "files", "--crs", "wgs84")
        assert ended.status == 1
        assert "is damaged: row group" in ended.out + ended.err
        assert run("status", "--json").json["change_feed_head"] == 0

    @pytest.mark.parametrize("file_format", ["csv", "parquet"])
    def test_generated_files_hold_the_demo_city(self, run: Run, tmp_path: Path, file_format: str) -> None:
        """What is generated and loaded is the city that the demo builds, value for value."""
        city = ("--scale", "0.0005", "--seed", 7, "--as-of", "2026-06-01T09:00:00+0800")
        run("generate", tmp_path / "files", *city, "--format", file_format)
        assert run("load", tmp_path / "files", "--crs", "wgs84").status == 0
        other = f"sqlite:///{tmp_path}/demo.db"
        run("--store", other, "demo", *city)
        with (
            open_store(f"sqlite:///{tmp_path}/city.db", FixedClock()) as loaded,
            open_store(other, FixedClock()) as built,
        ):
            assert loaded.count(Provider) > 2000
            assert [each.value for each in loaded.scan(Provider)] == [
                each.value for each in built.scan(Provider)
            ]

    def test_loaded_needs_are_pushed_when_that_is_wanted(self, run: Run) -> None:
        """Once each: the second time there is none left."""
        run("demo", "--scale", "0.0005")
        with open_store(os.environ["LASTMETER_STORE_URL"], FixedClock()) as store:
            waiting = [each for each in store.scan(Need) if each.value.status is NeedStatus.ACTIVE]
            assert {each.value.escalation_level for each in waiting} == {None}
        first, second = (run("push", "--json").json["pushed"] for _ in range(2))
        assert 0 < first <= len(waiting)
        assert second == 0

    def test_exported_files_load_again(self, run: Run, tmp_path: Path) -> None:
        """What is exported is what the store holds: loading it again changes nothing."""
        run("demo", "--scale", "0.0005")
        ended = run("export", tmp_path / "out", "--json")
        assert ended.json["written"] == run("status", "--json").json["counts"]
        kinds = run("load", tmp_path / "out", "--crs", "wgs84", "--json").json["kinds"]
        assert all(each["unchanged"] == each["read"] for each in kinds.values())

    def test_import_refuses_what_a_load_would_keep_out(self, run: Run, tmp_path: Path) -> None:
        """One bad reference keeps all of the files out of Neo4j, before a server is touched."""
        (tmp_path / "residents.csv").write_text("id,registration_code,residence_code\nr1,nowhere,nowhere\n")
        ended = run("neo4j", "import", tmp_path / "residents.csv", "--home", tmp_path / "home")
        assert ended.status == 1
        assert "points at Area 'nowhere'" in ended.out
        assert "nothing was imported" in ended.err
        assert not (tmp_path / "home").exists()


class TestOperations:
    def test_status_counts(self, run: Run, tmp_path: Path) -> None:
        """An empty store is told to be empty."""
        open_store(f"sqlite:///{tmp_path}/city.db", FixedClock()).close()
        shown = run("status", "--json").json
        assert shown["change_feed_head"] == 0
        assert set(shown["counts"].values()) == {0}

    @pytest.mark.parametrize("arguments", [("status",), ("suggest", "need-1")])
    def test_reading_does_not_make_a_store(
        self, run: Run, tmp_path: Path, arguments: tuple[str, ...]
    ) -> None:
        """A mistyped address is an error that names it and leaves nothing behind."""
        ended = run("--store", f"sqlite:///{tmp_path}/ctiy.db", *arguments)
        assert (ended.status, ended.out) == (1, "")
        assert f"there is no store at {tmp_path}/ctiy.db" in ended.err
        assert not (tmp_path / "ctiy.db").exists()

    def test_a_server_that_is_away_is_one_line(self, tmp_path: Path) -> None:
        """What the driver logs about its retries is not shown."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "-c", "from api.cli import main; main()", "status"],
            env={**os.environ, "LASTMETER_STORE_URL": f"neo4j://127.0.0.1:{port}"},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (ended.returncode, ended.stdout) == (1, "")
        assert len(ended.stderr.splitlines()) == 1

    def test_neo4j_status_says_that_none_runs(self, run: Run, tmp_path: Path) -> None:
        """No server in this folder: exit status 1."""
        ended = run("neo4j", "status", "--home", tmp_path)
        assert ended.status == 1
        assert "no Neo4j runs" in ended.err

    def test_address_is_refused_without_repeating_it(self, run: Run) -> None:
        """An address may hold a password: it is not repeated."""
        ended = run("--store", "mysql://user:secret@host/db", "status")
        assert ended.status == 1
        assert "secret" not in ended.err


class TestPlan:
    def test_a_plan_says_what_it_is_worth(self, run: Run, demo_file: Path) -> None:
        """Beside first come, first served, with its certificate and what is left over."""
        ended = run("--store", f"sqlite:///{demo_file}", "plan")
        assert ended.status == 0
        for part in ("first come", "weight served", "Certificate: no plan serves more weight"):
            assert part in ended.out

    def test_json_is_the_plan_of_the_interface(self, run: Run, demo_file: Path) -> None:
        """The same object as over HTTP, twice the same."""
        first, again = (run("--store", f"sqlite:///{demo_file}", "plan", "--json").json for _ in range(2))
        del first["made_at"], again["made_at"]
        assert first == again
        assert first["result"]["weight_served"] >= first["first_come"]["weight_served"]
        served = sum(each["units"] for each in first["referrals"])
        assert served == first["result"]["units_served"]

    def test_a_scope_that_does_not_exist_is_refused(self, run: Run, demo_file: Path) -> None:
        """Naming the option."""
        ended = run("--store", f"sqlite:///{demo_file}", "plan", "--area", "9")
        assert (ended.status, ended.out) == (1, "")
        assert ended.err == "lastmeter: --area: there is no Area '9' in the store\n"

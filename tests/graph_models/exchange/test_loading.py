"""Loading: batches, repetition, merging with what is stored, references, other writers, kills."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from graph_models.domain.errors import InvalidValue
from graph_models.domain.people import Staff
from graph_models.domain.places import Area
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.skills import Skill
from graph_models.exchange import writing
from graph_models.exchange.loading import load
from graph_models.exchange.passes import Progress
from graph_models.exchange.tables import write_tables
from graph_models.ports import AdjustCapacity, Delete, GraphStore, Put, WriteBatch
from graph_models.schema import NODE_TYPES
from graph_models.stores.opening import open_store
from tests.builders import FixedClock, a_provider
from tests.graph_models.exchange.files import (
    PROVIDER_HEADER,
    contents,
    load_file,
    many_providers,
    providers_csv,
    put_file,
    reasons,
)


class TestRepetition:
    def test_the_same_load_again_changes_nothing(self, store: GraphStore, tmp_path: Path) -> None:
        """A second load finds all rows stored, and writes no change set."""
        write_tables(tmp_path / "in", many_providers(25))
        first = load(store, [tmp_path / "in"], crs="wgs84", batch_rows=10)
        head = store.head()
        second = load(store, [tmp_path / "in"], crs="wgs84", batch_rows=10)
        assert (first.written, second.written, second.kinds["providers"].unchanged) == (25, 0, 25)
        assert store.head() == head

    def test_an_older_file_can_be_loaded_again(self, store: GraphStore, tmp_path: Path) -> None:
        """Going back to an earlier file takes effect, although its batches were written before."""
        old, new = providers_csv("v1,station,Old,4"), providers_csv("v1,station,New,4")
        for text in (old, new, old):
            assert load_file(store, tmp_path, "providers.csv", text).written == 1
        assert store.get(Provider, "v1").value.name == "Old"

    def test_a_deleted_row_can_be_loaded_again(self, store: GraphStore, tmp_path: Path) -> None:
        """The same file brings back what was deleted since."""
        text = providers_csv("v1,station,x,4")
        load_file(store, tmp_path, "providers.csv", text)
        store.write(WriteBatch("gone", (Delete(Provider, "v1"),)))
        assert load_file(store, tmp_path, "providers.csv", text).written == 1
        assert store.get(Provider, "v1").revision == 1

    def test_only_changed_rows_are_written(self, store: GraphStore, tmp_path: Path) -> None:
        """A file with one changed row makes one change."""
        rows = [f"v{number},station,x,4" for number in range(20)]
        load_file(store, tmp_path, "providers.csv", providers_csv(*rows))
        rows[3] = "v3,station,x,5"
        report = load_file(store, tmp_path, "providers.csv", providers_csv(*rows))
        assert (report.written, report.kinds["providers"].unchanged) == (1, 19)
        (change,) = store.changes_since(store.head() - 1)[0].changes
        assert change.key == "v3"


class TestMerging:
    def test_absent_columns_keep_what_is_stored(self, store: GraphStore, tmp_path: Path) -> None:
        """A list of providers without reservations does not release them; an empty cell does."""
        stored = a_provider("v1", capacity=Capacity(4, 2, 1), languages=("zh",))
        store.write(WriteBatch("v1", (Put(stored),)))
        load_file(store, tmp_path, "providers.csv", providers_csv("v1,volunteer,New name,6"))
        value = store.get(Provider, "v1").value
        assert (value.capacity, value.languages, value.name) == (Capacity(6, 2, 1), ("zh",), "New name")
        header = f"{PROVIDER_HEADER},capacity_reserved,languages"
        load_file(store, tmp_path, "providers.csv", providers_csv("v1,volunteer,New,6,,", header=header))
        value = store.get(Provider, "v1").value
        assert (value.capacity, value.languages) == (Capacity(6, 0, 1), ())

    def test_a_merge_that_breaks_a_rule_is_reported(self, store: GraphStore, tmp_path: Path) -> None:
        """A total below what is reserved already costs that row only."""
        store.write(WriteBatch("v1", (Put(a_provider("v1", capacity=Capacity(4, 3, 1))),)))
        report = load_file(
            store, tmp_path, "providers.csv", providers_csv("v1,station,x,2", "v2,station,x,2")
        )
        assert [(each.record, each.column) for each in report.errors] == [(1, "capacity_total")]
        assert (report.written, report.rejected) == (1, 1)
        assert store.get(Provider, "v1").value.capacity == Capacity(4, 3, 1)

    def test_another_writer_is_not_overwritten(
        self, store: GraphStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A reservation made between comparing and writing survives the load."""
        load_file(store, tmp_path, "providers.csv", providers_csv("v1,station,x,4", "v2,station,x,4"))
        original = writing.BatchWriter._batch_id
        once: list[int] = []

        def reserve_first(self: writing.BatchWriter, *arguments: object) -> str:
            if not once:
                once.append(1)
                store.write(WriteBatch("reserve", (AdjustCapacity("v1", reserved=3),)))
            return original(self, *arguments)

        monkeypatch.setattr(writing.BatchWriter, "_batch_id", reserve_first)
        report = load_file(
            store, tmp_path, "providers.csv", providers_csv("v1,station,y,4", "v2,station,y,4")
        )
        assert (report.written, report.error_count) == (2, 0)
        assert store.get(Provider, "v1").value.capacity == Capacity(4, 3)
        assert store.get(Provider, "v1").value.name == "y"


class TestReferences:
    def test_rows_may_point_forwards(self, store: GraphStore, tmp_path: Path) -> None:
        """Children before parents, members before stations, across batches: all are written."""
        areas = "code,level,name,parent_code\n440199001,street,x,440199\n440199,district,x,4401\n"
        skills = "id,name_en,name_zh,broader_id,related\na.b,x,x,a,b:0.5\na,x,x,,\nb,x,x,,a.b:0.5\n"
        members = [f"m{number},volunteer,x,1,s{number % 3}" for number in range(20)]
        stations = [f"s{number},station,x,1," for number in range(3)]
        providers = providers_csv(*members, *stations, header=f"{PROVIDER_HEADER},member_of")
        paths = [
            put_file(tmp_path, name, text)
            for name, text in (("providers.csv", providers), ("skills.csv", skills), ("areas.csv", areas))
        ]
        report = load(store, paths, batch_rows=2)
        assert report.error_count == 0, reasons(report)
        assert report.written == 2 + 3 + 23

    def test_a_ring_longer_than_a_batch_is_written(self, store: GraphStore, tmp_path: Path) -> None:
        """Skills related in a ring refer to each other; they are written together."""
        rows = [f"k{number},x,x,k{(number + 1) % 7}:0.5" for number in range(7)]
        text = "\n".join(["id,name_en,name_zh,related", *rows])
        assert load_file(store, tmp_path, "skills.csv", text, batch_rows=3).written == 7

    def test_a_cycle_in_the_taxonomy_is_broken(self, store: GraphStore, tmp_path: Path) -> None:
        """The row that closes a circle is rejected, and so is what stands on it; others are written."""
        rows = ["a,x,x,c", "b,x,x,a", "c,x,x,b", "d,x,x,"]
        report = load_file(store, tmp_path, "skills.csv", "\n".join(["id,name_en,name_zh,broader_id", *rows]))
        assert [each.record for each in report.errors] == [3, 1, 2]
        assert "circle (c > b > a > c)" in report.errors[0].reason
        assert "was rejected" in report.errors[1].hint
        assert [each.value.id for each in store.scan(Skill) if len(each.value.id) == 1] == ["d"]

    def test_rejections_follow_references(self, store: GraphStore, tmp_path: Path) -> None:
        """What refers to a rejected row is rejected with a hint at it, through several files."""
        rows = ["v1,station,x,-4,", "v2,station,x,4,", "v3,station,x,4,none.such:1"]
        text = providers_csv(*rows, header=f"{PROVIDER_HEADER},skills")
        put_file(tmp_path / "in", "providers.csv", text)
        put_file(
            tmp_path / "in",
            "referrals.csv",
            "id,need_id,provider_id,status,created_at\n"
            "f1,n1,v1,draft,2026-03-02T09:00:00Z\nf2,n1,v2,draft,2026-03-02T09:00:00Z\n"
            "f3,n1,v3,draft,2026-03-02T09:00:00Z\n",
        )
        report = load(store, [tmp_path / "in"])
        assert [(each.column, "was rejected" in each.hint) for each in report.errors] == [
            ("capacity_total", False),
            ("skills", False),
            ("provider_id", True),
            ("provider_id", True),
        ]
        assert report.written == 2

    def test_the_second_of_two_rows_with_one_id_is_reported(self, store: GraphStore, tmp_path: Path) -> None:
        """Within a file, across batches and across files the first row wins."""
        first = put_file(
            tmp_path / "a",
            "providers.csv",
            providers_csv("v1,station,A,4", "v2,station,A,4", "v1,station,B,4"),
        )
        second = put_file(tmp_path / "b", "providers.csv", providers_csv("v2,station,B,4", "v3,station,B,4"))
        report = load(store, [first, second], batch_rows=2)
        assert [(Path(each.file).parent.name, each.line, each.column) for each in report.errors] == [
            ("a", 4, "id"),
            ("b", 2, "id"),
        ]
        assert {key: store.get(Provider, key).value.name for key in ("v1", "v2", "v3")} == {
            "v1": "A",
            "v2": "A",
            "v3": "B",
        }

    def test_a_corrected_row_may_follow_a_rejected_one(self, store: GraphStore, tmp_path: Path) -> None:
        """The id of a rejected row is free."""
        report = load_file(
            store, tmp_path, "providers.csv", providers_csv("v1,station,x,-4", "v1,station,x,4")
        )
        assert (report.rejected, report.written) == (1, 1)

    def test_an_area_inside_a_narrower_one_is_refused(self, store: GraphStore, tmp_path: Path) -> None:
        """Also when the wider area comes later in the same file."""
        rows = ["44019900101,district,x,440199001", "440199001,street,x,440199", "440199,district,x,4401"]
        text = "\n".join(["code,level,name,parent_code", *rows])
        report = load_file(store, tmp_path, "areas.csv", text)
        assert [(each.record, each.column) for each in report.errors] == [(1, "parent_code")]
        assert store.get(Area, "440199001").value.parent_code == "440199"

    def test_a_rule_that_only_the_store_sees_costs_one_row(self, store: GraphStore, tmp_path: Path) -> None:
        """A stored child that would be wider than its new parent: the batch is written without that row."""
        rows = ["440103,street,x,4401", *(f"44010{number},district,x,4401" for number in (4, 5, 6))]
        report = load_file(store, tmp_path, "areas.csv", "\n".join(["code,level,name,parent_code", *rows]))
        assert [each.record for each in report.errors] == [1]
        assert report.written == 3


class TestOptions:
    def test_strict_writes_all_or_nothing(self, store: GraphStore, tmp_path: Path) -> None:
        """One bad row in the last file refuses the whole load; without it everything is written."""
        good = put_file(tmp_path / "in", "staff.csv", "id,role\nw1,worker\n")
        bad = put_file(tmp_path / "in", "providers.csv", providers_csv("v1,station,x,4", "v2,station,x,-4"))
        head = store.head()
        report = load(store, [good, bad], strict=True)
        assert (report.is_refused, report.error_count, store.head()) == (True, 1, head)
        put_file(tmp_path / "in", "providers.csv", providers_csv("v1,station,x,4", "v2,station,x,4"))
        report = load(store, [good, bad], strict=True)
        assert (report.is_refused, report.error_count, report.written) == (False, 0, 3)

    def test_warnings_do_not_refuse_a_strict_load(self, store: GraphStore, tmp_path: Path) -> None:
        """A warning is no error, and is reported once although the rows are read twice."""
        text = '{"id": "s1", "name": "x", "status": "active", "service_at_locations": []}'
        report = load_file(store, tmp_path, "hsds.jsonl", text, strict=True)
        assert (report.is_refused, report.warning_count, report.written) == (False, 1, 1)

    def test_coordinates_need_a_crs(self, store: GraphStore, tmp_path: Path) -> None:
        """Without crs a single coordinate anywhere refuses the load before anything is written."""
        header = f"{PROVIDER_HEADER},latitude,longitude"
        rows = [f"v{number},station,x,4,," for number in range(30)]
        text = providers_csv(*rows, "w,station,x,4,23.1,113.2", header=header)
        head = store.head()
        with pytest.raises(InvalidValue, match=r"crs must be given, because providers\.csv has coordinates"):
            load_file(store, tmp_path, "providers.csv", text, crs=None, batch_rows=10)
        assert store.head() == head
        report = load_file(store, tmp_path, "providers.csv", providers_csv(*rows, header=header), crs=None)
        assert report.written == 30

    @pytest.mark.parametrize("crs", ["wgs-84", "epsg:4326", "", "gcj"])
    def test_an_unknown_crs_is_refused(self, store: GraphStore, tmp_path: Path, crs: str) -> None:
        """Only the three that can be converted are accepted."""
        with pytest.raises(InvalidValue, match="crs must be one of wgs84, gcj02, bd09"):
            load_file(store, tmp_path, "staff.csv", "id,role\n", crs=crs)

    @pytest.mark.parametrize("options", [{"batch_rows": 0}, {"batch_rows": 10_001}, {"default_capacity": -1}])
    def test_options_are_checked(self, store: GraphStore, tmp_path: Path, options: dict[str, int]) -> None:
        """Batches and capacities out of range are errors of the caller."""
        with pytest.raises(InvalidValue):
            load_file(store, tmp_path, "staff.csv", "id,role\n", **options)

    def test_progress_reaches_the_end(self, store: GraphStore, tmp_path: Path) -> None:
        """Progress grows to the size of all files, in both phases of a strict load."""
        write_tables(tmp_path / "in", many_providers(50))
        told: list[Progress] = []
        load(store, [tmp_path / "in"], crs="wgs84", strict=True, batch_rows=10, progress=told.append)
        assert [each.phase for each in told] == ["checking"] * 5 + ["writing"] * 5
        assert [each.rows for each in told] == [10, 20, 30, 40, 50] * 2
        last = told[-1]
        assert 0 < last.bytes_read <= last.bytes_total
        assert [each.bytes_read for each in told[:5]] == sorted(each.bytes_read for each in told[:5])

    def test_base_values_are_written_only_for_directories(self, store: GraphStore, tmp_path: Path) -> None:
        """A city's own tables do not get the menu of another; a directory does, once."""
        base = [Skill("food", "Food", "膳食"), Skill("care", "Other", "其他")]
        load_file(store, tmp_path, "staff.csv", "id,role\nw1,worker\n", base=base)
        assert store.get_many(Skill, ["food"]) == {}
        attributes = [{"taxonomy_term": {"name": "Food"}}]
        text = json.dumps({"id": "s1", "name": "x", "status": "active", "attributes": attributes})
        report = load_file(store, tmp_path, "hsds.jsonl", text, base=base)
        assert report.error_count == 0
        assert [each.skill_id for each in store.get(Provider, "s1").value.skills] == ["food"]
        assert store.get(Skill, "care").value.name_en == "care"

    def test_counts_add_up(self, store: GraphStore, tmp_path: Path) -> None:
        """Read = written + unchanged + rejected, by kind, and only kinds with rows are listed."""
        rows = ["p1,volunteer,New,4", "v1,station,x,4", "v2,station,x,bad", "v1,station,x,4"]
        report = load_file(store, tmp_path, "providers.csv", providers_csv(*rows))
        assert list(report.kinds) == ["providers"]
        counts = report.kinds["providers"]
        assert counts.read == counts.written + counts.unchanged + counts.rejected == 4
        assert (report.written, report.rejected) == (2, 2)


LOADER = """
import sys
from graph_models.exchange.loading import load
from graph_models.stores.opening import open_store
from tests.builders import FixedClock
with open_store(sys.argv[1], FixedClock()) as store:
    print("ready", flush=True)
    load(store, [sys.argv[2]], crs="wgs84", batch_rows=200,
         progress=lambda each: print(each.rows, flush=True))
"""


@pytest.mark.parametrize("batches_before_the_kill", [1, 3, 7])
def test_a_killed_load_is_completed_by_the_next(tmp_path: Path, batches_before_the_kill: int) -> None:
    """After kill -9 in the middle the acknowledged batches are there; loading again adds the rest once."""
    write_tables(tmp_path / "in", [*many_providers(4_000), Staff("w1", "worker")])
    (tmp_path / "in" / "providers.csv").write_text(
        (tmp_path / "in" / "providers.csv")
        .read_text()
        .replace("440103001101", "")
        .replace("care.bathing:0.8", "")
    )
    url = f"sqlite:///{tmp_path / 'killed.db'}"
    root = Path(__file__).parents[3]
    loader = subprocess.Popen(
        [sys.executable, "-c", LOADER, url, str(tmp_path / "in")],
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(root)},
    )
    assert loader.stdout is not None
    for _ in range(batches_before_the_kill + 2):
        acknowledged = loader.stdout.readline().strip()
    loader.send_signal(signal.SIGKILL)
    loader.wait(timeout=30)
    loader.stdout.close()
    with open_store(url, FixedClock()) as store:
        there = store.count(Provider)
        assert int(acknowledged) - 1 <= there < 4_000
        assert there % 200 == 0
        report = load(store, [tmp_path / "in"], crs="wgs84", batch_rows=200)
        counts = report.kinds["providers"]
        assert (counts.written, counts.unchanged, counts.rejected) == (4_000 - there, there, 0)
        assert store.count(Provider) == 4_000
        assert all(each.revision == 1 for each in store.scan(Provider))
        assert sum(len(each) for each in contents(store).values()) == 4_001


def test_the_order_of_kinds_follows_their_references() -> None:
    """Kinds are loaded in an order in which each refers to earlier ones and itself only."""
    order = [node.entity for node in NODE_TYPES]
    for position, node in enumerate(NODE_TYPES):
        for relationship in node.relationships:
            assert relationship.target in order[: position + 1]


def test_a_load_streams(store: GraphStore, tmp_path: Path) -> None:
    """The first batch is durable before the last row is read."""
    path = put_file(tmp_path, "providers.csv", providers_csv(*(f"v{n},station,x,4" for n in range(100))))
    seen: list[int] = []
    load(store, [path], batch_rows=10, progress=lambda _: seen.append(store.count(Provider)))
    assert seen == [1 + 10 * number for number in range(1, 11)]

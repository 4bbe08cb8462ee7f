"""The commands `audit verify`, `head`, `replay` and `list`."""

from __future__ import annotations

import sqlite3
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.api.command_line import Run
from tests.api.conftest import Client
from tests.builders import COMMUNITY


@pytest.fixture
def record(open_client: Client, capsys: pytest.CaptureFixture[str]) -> str:
    """Three needs were written and one was referred; returns the id of the recorded list."""
    client = open_client()
    for number in range(3):
        need = {"id": f"n{number}", "category_id": "home_care", "community_code": COMMUNITY}
        assert client.post("/v1/needs", json=need).status_code == 201
    etag = client.get("/v1/needs/need-1").headers["etag"]
    offer = {"provider_id": "volunteer-1"}
    made = client.post("/v1/needs/need-1/referrals", json=offer, headers={"If-Match": etag})
    assert made.status_code == 201, made.text
    events = client.get("/v1/audit-events?limit=100").json()["items"]
    client.__exit__(None, None, None)
    capsys.readouterr()  # the service's own lines
    (suggestion_id,) = {each["suggestion_id"] for each in events} - {None}
    return str(suggestion_id)


@pytest.fixture
def audit(run: Run, store_path: Path) -> Run:
    return lambda *arguments: run("--store", f"sqlite:///{store_path}", "audit", *arguments)


def change(path: Path, statement: str, *values: Any) -> None:
    """Go past the store, as somebody would who has something to hide."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        assert connection.execute(statement, values).rowcount > 0


def forged(path: Path, forge: Callable[[dict[str, Any]], None]) -> None:
    """Put another record in the place of the one that there is."""
    with closing(sqlite3.connect(path)) as connection:
        (text,) = connection.execute("SELECT content FROM suggestionrecord").fetchone()
    content = orjson.loads(zlib.decompress(b64decode(text)))
    forge(content)
    written = b64encode(zlib.compress(orjson.dumps(content, option=orjson.OPT_SORT_KEYS))).decode()
    change(path, "UPDATE suggestionrecord SET content = ?", written)


@pytest.mark.usefixtures("record")
class TestVerify:
    def test_sound(self, audit: Run) -> None:
        """Nobody went past the store: exit 0, also against the head of a moment ago."""
        head = audit("head").out.strip()
        assert audit("verify", "--head", head).status == 0
        ended = audit("verify", "--json")
        assert (ended.status, ended.json["is_sound"], ended.json["fault"]) == (0, True, None)
        assert f"{ended.json['sequence']}:{ended.json['chain']}" == head
        assert ended.json["events"] >= 7
        assert audit("head", "--json").json["chain"] == ended.json["chain"]
        assert "sound; as written" in audit("verify").out

    @pytest.mark.parametrize(
        ("statement", "kind"),
        [
            ("UPDATE auditevent SET actor = 'somebody-else' WHERE action = 'need.created'", "event-edited"),
            ("DELETE FROM auditevent WHERE action = 'need.created'", "event-removed"),
            ("DELETE FROM change_set WHERE sequence = (SELECT max(sequence) - 2 FROM change_set)", "removed"),
        ],
    )
    def test_tampering(self, audit: Run, store_path: Path, statement: str, kind: str) -> None:
        """Exit 1, and the first fault is named with its place."""
        change(store_path, statement)
        ended = audit("verify", "--json")
        assert (ended.status, ended.json["is_sound"], ended.json["fault"]["kind"]) == (1, False, kind)
        told = audit("verify")
        assert told.status == 1
        assert f"not sound: {kind} (change set " in told.out

    def test_the_end_is_cut_off(self, audit: Run, store_path: Path) -> None:
        """It leaves no trace but in the head that was noted elsewhere."""
        head = audit("head").out.strip()
        change(store_path, "DELETE FROM change_set WHERE sequence = (SELECT max(sequence) FROM change_set)")
        assert audit("verify", "--head", head).status == 1

    @pytest.mark.parametrize("head", ["7", "x:y", f"-1:{'0' * 64}", f"1:{'g' * 64}"])
    def test_a_head_that_is_none(self, audit: Run, head: str) -> None:
        """Wrong usage, not a fault of the store."""
        assert audit("verify", f"--head={head}").status == 2


class TestReplay:
    def test_equal(self, audit: Run, record: str) -> None:
        """The list is made again, bit for bit."""
        ended = audit("replay", record, "--json")
        assert (ended.status, ended.json["is_equal"]) == (0, True)
        assert ended.json["recorded"][0]["provider_id"] == "volunteer-1"
        assert audit("replay", record).out.startswith("equal: ")

    def test_a_difference_is_shown(self, audit: Run, record: str, store_path: Path) -> None:
        """A record in which a score was changed is not what the model says: exit 1, and where."""

        def forge(content: dict[str, Any]) -> None:
            listed = orjson.loads(content["suggestions"])
            listed[0]["name"] = "Somebody else"
            content["suggestions"] = orjson.dumps(listed, option=orjson.OPT_SORT_KEYS).decode()

        forged(store_path, forge)
        ended = audit("replay", record)
        assert ended.status == 1
        assert ended.out.startswith("different: ")
        assert "   1. recorded " in ended.out
        assert "   2. recorded " not in ended.out

    def test_a_record_put_in_its_place(self, audit: Run, record: str, store_path: Path) -> None:
        """One that is sound in itself, without whoever should have been asked: not what the trail cites."""

        def forge(content: dict[str, Any]) -> None:
            listed = orjson.loads(content["suggestions"])
            first = listed.pop(0)["provider_id"]
            for rank, each in enumerate(listed, 1):
                each["rank"] = rank
            content["suggestions"] = orjson.dumps(listed, option=orjson.OPT_SORT_KEYS).decode()
            content["providers"] = [each for each in content["providers"] if each["id"] != first]

        assert audit("replay", record, "--json").json["is_as_cited"]
        forged(store_path, forge)
        assert audit("verify").status == 0
        ended = audit("replay", record, "--json")
        assert (ended.status, ended.json["is_equal"], ended.json["is_as_cited"]) == (1, True, False)
        assert "not the record that the audit trail cites" in audit("replay", record).out

    def test_unknown(self, audit: Run, record: str) -> None:  # noqa: ARG002 - there are others
        """One clear line."""
        ended = audit("replay", "no-such")
        assert (ended.status, ended.out) == (1, "")
        assert "no-such" in ended.err


@pytest.mark.usefixtures("record")
def test_list(audit: Run) -> None:
    """By need, object and actor; all conditions hold."""
    everything = audit("list", "--json").json["events"]
    assert [each["recorded_at"] for each in everything] == sorted(each["recorded_at"] for each in everything)
    of_need = audit("list", "--need", "need-1", "--json").json["events"]
    assert {each["need_id"] for each in of_need} == {"need-1"}
    assert "referral.requested" in {each["action"] for each in of_need}
    assert audit("list", "--need", "need-1", "--object", "n1", "--json").json["events"] == []
    assert audit("list", "--object", "n1", "--actor", "local-admin", "--json").json["events"]
    assert audit("list", "--actor", "nobody", "--json").json["events"] == []
    assert len(audit("list", "--limit", "2", "--json").json["events"]) == 2
    assert "need.created" in audit("list").out


def test_list_for_people(audit: Run, record: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole in 80 columns, with the id that `audit replay` takes."""
    monkeypatch.setenv("COLUMNS", "80")
    lines = audit("list", "--need", "need-1").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "2026-03-02T01:00:00+00:00  referral.requested" in lines
    assert "  by local-admin (admin)" in lines
    (cited,) = [line.removeprefix("  suggestions ") for line in lines if line.startswith("  suggestions ")]
    assert cited == record
    assert audit("replay", cited).status == 0

"""Server-sent events from a real server: as they happen, and from where one left off."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import httpx2
import pytest

from graph_models.domain.credentials import Role
from tests.api.conftest import problem_of
from tests.api.credentials import headers_in
from tests.api.servers import Server, Start

PATIENCE_SECONDS = 40
LEAST = {"category_id": "home_care", "community_code": "440103001101"}


def lines_of(response: httpx2.Response) -> Iterator[dict[str, Any]]:
    """The events of a stream, each as a dictionary of its fields."""
    fields: dict[str, Any] = {}
    for line in response.iter_lines():
        if not line:
            if "data" in fields:
                yield fields
            fields = {}
        elif not line.startswith(":"):
            name, _, text = line.partition(": ")
            fields[name] = json.loads(text) if name == "data" else text


@pytest.fixture
def server(start: Start) -> Server:
    return start()


def test_what_happens_is_told(server: Server) -> None:
    """In the order in which it happened, ids only."""
    with server.client() as client, client.stream("GET", "/v1/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        events = lines_of(stream)
        with server.client() as other:
            made = other.post("/v1/needs", json={**LEAST, "id": "need-7"}).json()
            other.post(
                "/v1/needs/need-7/referrals",
                json={"provider_id": "volunteer-1"},
                headers={"If-Match": f'"{made["revision"]}"'},
            )
        told = [next(events) for _ in range(3)]
    assert [each["event"] for each in told] == ["need.created", "need.pushed", "referral.requested"]
    assert {each["data"]["need_id"] for each in told} == {"need-7"}
    assert told[1]["data"]["audience"] == ["440103001101"]
    allowed = {"id", "type", "time", "object_kind", "object_id", "need_id", "level", "audience"}
    assert all(set(each["data"]) == allowed for each in told)


def test_a_stream_ends_with_its_credential(server: Server, store_path: Path) -> None:
    """Whoever's key is taken back soon hears no more, though the stream was opened while it was good."""
    headers = headers_in(store_path, Role.DISPATCHER)
    key_id = headers["Authorization"].split("_")[1]
    deadline = monotonic() + PATIENCE_SECONDS
    with server.client() as client, server.client() as admin:
        with client.stream("GET", "/v1/events", headers=headers) as stream:
            assert admin.post(f"/v1/api-keys/{key_id}/revocation").status_code == 200
            admin.post("/v1/needs", json=LEAST)
            for _ in lines_of(stream):  # each event brings about the next
                assert monotonic() < deadline, "it is told of everything"
                admin.post("/v1/needs", json=LEAST)
        problem_of(admin.get("/v1/needs", headers=headers), "unauthenticated")


def test_nothing_is_lost_over_a_restart(start: Start) -> None:
    """Whoever says what they saw last hears of everything since, once, from whichever process."""
    first = start()
    with first.client() as client, client.stream("GET", "/v1/events") as stream:
        with first.client() as other:
            other.post("/v1/needs", json={**LEAST, "id": "need-a"})
        seen = next(lines_of(stream))
    with first.client() as other:
        other.post("/v1/needs", json={**LEAST, "id": "need-b"})
    first.stop(signal.SIGKILL)
    second = start()
    with second.client() as client:
        headers = {"Last-Event-ID": seen["id"]}
        with client.stream("GET", "/v1/events", headers=headers) as stream:
            events = lines_of(stream)
            told = [next(events) for _ in range(3)]
    assert [(each["event"], each["data"]["object_id"]) for each in told] == [
        ("need.pushed", "need-a"),
        ("need.created", "need-b"),
        ("need.pushed", "need-b"),
    ]

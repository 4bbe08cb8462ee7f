"""Server-sent events from a real server: as they happen, and from where one left off."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.api.servers import Server, Start

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

"""Server-sent events from a real server: as they happen, and from where one left off."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from itertools import takewhile
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx2
import pytest

from api.clock import SystemClock
from graph_models.domain.credentials import ApiKey, Role
from graph_models.domain.identifiers import AreaCode
from graph_models.ports import Put, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from tests.api.credentials import headers_in
from tests.api.servers import Server, Start
from tests.builders import DISTRICT, FixedClock

PATIENCE_SECONDS = 40
MOST_HEARTBEATS = 100
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


class TestJudgedAgain:
    """A stream lasts as long as its credential, give or take a heartbeat."""

    def test_a_key_that_is_revoked(self, start: Start, store_path: Path) -> None:
        """What happens afterwards is not told, and who comes back is sent away."""
        headers = headers_in(store_path, Role.DISPATCHER, DISTRICT)
        server = start(HEARTBEAT_SECONDS="0.2")
        with server.client() as admin, followed(server, headers) as stream:
            told = not_for_ever(stream.iter_lines())
            wait_for(told, ": ping")
            admin.post(f"/v1/api-keys/{key_in(headers)}/revocation").raise_for_status()
            wait_for(told, ": sign in again")
            assert [line for line in told if line] == []
            admin.post("/v1/needs", json={**LEAST, "id": "need-7"}).raise_for_status()
            again = admin.get("/v1/events", headers=headers)
            assert (again.status_code, again.json()["type"]) == (401, "/problems/unauthenticated")

    def test_a_key_that_expires_amid_many_events(self, start: Start, store_path: Path) -> None:
        """A stream that is never silent has a heartbeat all the same."""
        server = start(HEARTBEAT_SECONDS="0.2")
        ends = SystemClock().now() + timedelta(seconds=3)
        headers = headers_in(store_path, Role.DISPATCHER, DISTRICT, expires_at=ends)
        is_over = Event()

        def write() -> None:
            with server.client() as client:
                for _ in takewhile(lambda _: not is_over.is_set(), range(3_000)):
                    client.post("/v1/needs", json=LEAST).raise_for_status()

        writer = Thread(target=write)
        with followed(server, headers) as stream:
            writer.start()
            try:
                lines = list(not_for_ever(stream.iter_lines()))
                is_amid = writer.is_alive()
            finally:
                is_over.set()
                writer.join()
        assert is_amid
        assert [line for line in lines if line][-1] == ": sign in again"
        assert sum(line.startswith("event: ") for line in lines) > 1

    def test_a_session(self, start: Start, store_path: Path) -> None:
        """The cookie holds the credential, so it is the same for browsers."""
        headers = headers_in(store_path, Role.STAFF, DISTRICT)
        server = start(HEARTBEAT_SECONDS="0.2")
        own = {"Sec-Fetch-Site": "same-origin"}
        with httpx2.Client(base_url=f"http://127.0.0.1:{server.port}") as browser:
            credential = headers["Authorization"].removeprefix("Bearer ")
            answer = browser.post("/console/session", json={"credential": credential}, headers=own)
            cookie = answer.headers["set-cookie"].split(";")[0]
        with server.client() as admin, followed(server, {**own, "Cookie": cookie}) as stream:
            told = not_for_ever(stream.iter_lines())
            wait_for(told, ": ping")
            admin.post(f"/v1/api-keys/{key_in(headers)}/revocation").raise_for_status()
            assert [line for line in told if line][-1] == ": sign in again"

    def test_a_role_without_events(self, start: Start, store_path: Path) -> None:
        headers = headers_in(store_path, Role.STAFF, DISTRICT)
        server = start(HEARTBEAT_SECONDS="0.2")
        with followed(server, headers) as stream:
            told = not_for_ever(stream.iter_lines())
            wait_for(told, ": ping")
            change_key(store_path, key_in(headers), role=Role.ANALYST)
            assert [line for line in told if line][-1] == ": sign in again"

    def test_other_areas(self, start: Start, store_path: Path) -> None:
        """The stream goes on with what may be seen by then."""
        headers = headers_in(store_path, Role.STAFF, "440104")
        server = start(HEARTBEAT_SECONDS="0.2")
        with server.client() as admin, followed(server, headers) as stream:
            told = not_for_ever(stream.iter_lines())
            wait_for(told, ": ping")
            admin.post("/v1/needs", json={**LEAST, "id": "need-a"}).raise_for_status()
            change_key(store_path, key_in(headers), jurisdiction=(AreaCode(DISTRICT),))
            for _ in range(3):  # one may have been on its way
                wait_for(told, ": ping")
            admin.post("/v1/needs", json={**LEAST, "id": "need-b"}).raise_for_status()
            data = next(line for line in told if line.startswith("data: "))
            assert json.loads(data.removeprefix("data: "))["need_id"] == "need-b"


def followed(server: Server, headers: dict[str, str]) -> AbstractContextManager[httpx2.Response]:
    address = f"http://127.0.0.1:{server.port}/v1/events"
    return httpx2.stream("GET", address, headers=headers, timeout=PATIENCE_SECONDS)


def not_for_ever(lines: Iterator[str], left: int = MOST_HEARTBEATS) -> Iterator[str]:
    """The lines of a stream that is to end, or to tell something, long before so many heartbeats."""
    for line in lines:
        yield line
        left -= line == ": ping"
        assert left, "the stream goes on and on"


def wait_for(lines: Iterator[str], wanted: str) -> None:
    for line in lines:
        if line == wanted:
            return
    raise AssertionError(f"the stream ended without {wanted!r}")


def key_in(headers: dict[str, str]) -> str:
    return headers["Authorization"].split("_")[1]


def change_key(path: Path, key_id: str, **changes: Any) -> None:
    """Write into the store what no address of the service does."""
    with SqliteStore(path, FixedClock()) as store:
        stored = store.get(ApiKey, key_id)
        store.write(WriteBatch(f"change-{key_id}", (Put(replace(stored.value, **changes), stored.revision),)))

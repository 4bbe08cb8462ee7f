"""A store that goes away under load: suggestions go on and say how old they are, no write is lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

import httpx2
import pytest

from graph_models.stores import local_neo4j
from graph_models.stores.opening import open_store
from tests.api.conftest import problem_of, put_city
from tests.api.limits.test_admission import locked
from tests.api.servers import Server, Start
from tests.builders import COMMUNITY, FixedClock
from tests.conftest import Neo4jServer

NEED = {"category_id": "home_care", "community_code": COMMUNITY}
ASK = "/v1/needs/need-1/suggestions"


def wait_until(client: httpx2.Client, is_true: Callable[[Any], bool], seconds: float = 60.0) -> Any:
    deadline = time.monotonic() + seconds
    while not is_true(answer := client.get(ASK).json()):
        assert time.monotonic() < deadline, answer
        time.sleep(0.02)
    return answer


def keep_asking(server: Server, is_over: Event) -> set[int]:
    with server.client() as client:
        found = set()
        while not is_over.is_set():
            found.add(client.get(ASK).status_code)
        return found


def keep_writing(server: Server, is_over: Event) -> tuple[list[str], set[str]]:
    """Write needs without end; returns the ids that were acknowledged and the kinds of problems."""
    with server.client() as client:
        acknowledged, problems = [], set()
        while not is_over.is_set():
            answer = client.post("/v1/needs", json=NEED)
            if answer.status_code == 201:
                acknowledged.append(answer.json()["id"])
            else:
                problems.add(answer.json()["type"])
        return acknowledged, problems


@pytest.mark.neo4j
@pytest.mark.slow
def test_neo4j_goes_away_and_comes_back(start: Start, neo4j_server: Neo4jServer) -> None:
    """Killed under load: each suggestion is answered throughout, each acknowledged write is there after."""
    neo4j_server.empty()
    with open_store(neo4j_server.store_url, FixedClock()) as store:
        put_city(store)
    server = start(STORE_URL=neo4j_server.store_url, REQUESTS_PER_MINUTE="1000000", REQUEST_SECONDS="20")
    is_over = Event()
    assert neo4j_server.home is not None
    with server.client() as client, ThreadPoolExecutor(6) as pool:
        fresh = client.get(ASK).json()
        assert fresh["is_stale"] is False
        asking = [pool.submit(keep_asking, server, is_over) for _ in range(3)]
        writing = [pool.submit(keep_writing, server, is_over) for _ in range(3)]
        try:
            time.sleep(0.5)
            local_neo4j.kill(neo4j_server.home)
            stale = wait_until(client, lambda answer: answer["is_stale"])
            assert stale["suggestions"] == fresh["suggestions"]
            assert datetime.fromisoformat(stale["as_of"]) > datetime.fromisoformat(fresh["as_of"])
            assert client.post("/v1/suggestions", json={"need": NEED}).json()["is_stale"] is True
            assert client.get("/v1/queue").json()["is_stale"] is True
            problem_of(client.get("/v1/needs/never-seen/suggestions"), "store-unavailable")
            problem_of(client.get("/v1/needs"), "store-unavailable")
            problem_of(client.get("/readyz"), "store-unavailable")
            assert client.get("/healthz").status_code == 200
            assert "lastmeter_store_away 1.0" in client.get("/metrics").text
            neo4j_server.start()
            wait_until(client, lambda answer: not answer["is_stale"])
        finally:
            is_over.set()
            if not local_neo4j.status(neo4j_server.home):
                neo4j_server.start()
        assert {status for each in asking for status in each.result()} == {200}
        acknowledged = [key for each in writing for key in each.result()[0]]
        problems = {name for each in writing for name in each.result()[1]}
        allowed = ("store-unavailable", "outcome-unknown", "deadline-exceeded")
        assert problems <= {f"/problems/{name}" for name in allowed}
        assert len(acknowledged) == len(set(acknowledged)) > 0
        for key in acknowledged:
            assert client.get(f"/v1/needs/{key}").status_code == 200


def test_a_lock_on_sqlite_stops_writes_only(start: Start, store_path: Path) -> None:
    """Another program holds the lock: nothing is written, and all is read, as it is."""
    server = start(REQUEST_SECONDS="0.5")
    with server.client() as client:
        with locked(store_path):
            problem_of(client.post("/v1/needs", json=NEED), "deadline-exceeded")
            assert client.get(ASK).json()["is_stale"] is False
            assert len(client.get("/v1/needs").json()["items"]) == 1
        wait_until(client, lambda _: len(client.get("/v1/needs").json()["items"]) == 2)

"""More than can be done: a real server sends the rest away, and is as before afterwards."""

from __future__ import annotations

import socket
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from pathlib import Path

import httpx2

from tests.api.conftest import problem_of
from tests.api.servers import Server, Start
from tests.builders import COMMUNITY

NEED = {"category_id": "home_care", "community_code": COMMUNITY}
FEW = {"MAX_REQUESTS": "4", "MAX_WAITING": "4", "QUEUE_SECONDS": "0.2"}
HEAD = b"POST /v1/needs HTTP/1.1\r\nHost: x\r\n"
SLOW = 250
# What is sent and never finished, and the beginning of the answer before the connection is closed.
UNFINISHED = (
    (HEAD + b"Content-Length: 50\r\n\r\n{", b"HTTP/1.1 408"),
    (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", b"HTTP/1.1 408"),
    (HEAD, b""),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n\r\n", b"HTTP/1.1 200"),
    (b"", b""),
)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the store's lock, so that every write takes until it is released."""
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    connection.close()


def write(server: Server, key: str) -> httpx2.Response:
    with server.client() as client:
        return client.post("/v1/needs", json=NEED, headers={"Idempotency-Key": key})


def statuses(writes: list[Future[httpx2.Response]]) -> Counter[int]:
    return Counter(each.result().status_code for each in writes if each.done())


def wait_for_answers(writes: list[Future[httpx2.Response]], least: int) -> None:
    deadline = time.monotonic() + 60
    while sum(each.done() for each in writes) < least:
        assert time.monotonic() < deadline, statuses(writes)
        time.sleep(0.01)


def test_five_times_too_much(start: Start, store_path: Path) -> None:
    """Four are at work; the others are told at once to come back, and health is told all the while."""
    server = start(**FEW)
    with ThreadPoolExecutor(40) as pool, server.client() as client:
        with locked(store_path):
            writes = [pool.submit(write, server, f"key-{number}") for number in range(40)]
            wait_for_answers(writes, 36)
            assert statuses(writes) == {503: 36}
            assert client.get("/healthz").status_code == 200
            assert client.get("/readyz").status_code == 200
            assert 'lastmeter_requests_shed_total{problem="overloaded"} 36.0' in client.get("/metrics").text
            assert client.get("/v1/skills").headers["retry-after"] == "1"
        wait_for_answers(writes, 40)
        assert statuses(writes) == {503: 36, 201: 4}
        for each in writes:
            if each.result().status_code == 503:
                problem_of(each.result(), "overloaded")
                assert each.result().headers["retry-after"] == "1"
        again = [pool.submit(write, server, f"key-{number}") for number in range(4)]
        assert {each.result().status_code for each in again} == {201}
        assert len(client.get("/v1/needs").json()["items"]) == 1 + len(
            {each.result().json()["id"] for each in [*writes, *again] if each.result().status_code == 201}
        )


def test_a_deadline_frees_the_client(start: Start, store_path: Path) -> None:
    """The answer says that the write may still take effect; repeating it finds out."""
    server = start(REQUEST_SECONDS="0.3")
    with locked(store_path):
        response = write(server, "late")
        problem_of(response, "deadline-exceeded")
        assert response.headers["retry-after"] == "1"
        problem_of(write(server, "late"), "deadline-exceeded")
    with server.client() as client:
        deadline = time.monotonic() + 30
        while (answer := write(server, "late")).status_code != 201:
            assert time.monotonic() < deadline
        assert len(client.get("/v1/needs").json()["items"]) == 2
        assert answer.json()["id"] in {each["id"] for each in client.get("/v1/needs").json()["items"]}


def test_slow_ones_are_closed_and_hold_up_nobody(start: Start) -> None:
    """Many that never finish: healthy clients are served meanwhile, then the slow ones are cut off."""
    server = start(BODY_SECONDS="2", **FEW)
    slow = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(SLOW)]
    for each, (sent, _) in zip(slow, cycle(UNFINISHED), strict=False):
        each.sendall(sent)
    with server.client() as client:
        for number in range(20):
            assert client.get("/v1/needs/need-1/suggestions").status_code == 200
            assert write(server, f"key-{number}").status_code == 201
    for each, (_, answer) in zip(slow, cycle(UNFINISHED), strict=False):
        received = b"".join(iter(partial(each.recv, 65_536), b""))
        assert received.startswith(answer)
        assert bool(received) == bool(answer)
        each.close()


def test_streams_are_counted(start: Start) -> None:
    """One subject may have so many streams; they take no place of a request, and closing one makes room."""
    server = start(MAX_STREAMS_EACH="2", MAX_REQUESTS="1")
    with server.client() as client:
        with client.stream("GET", "/v1/events") as one, client.stream("GET", "/v1/events") as two:
            assert (one.status_code, two.status_code) == (200, 200)
            assert client.get("/v1/needs").status_code == 200
            refused = client.get("/v1/events")
            problem_of(refused, "too-many-requests")
            assert refused.headers["retry-after"] == "10"
            assert "lastmeter_open_streams 2.0" in client.get("/metrics").text
        deadline = time.monotonic() + 30
        while "lastmeter_open_streams 0.0" not in client.get("/metrics").text:
            assert time.monotonic() < deadline

"""A real server process: it listens, answers, keeps what it acknowledged and ends in order."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from api.server import CannotListen, _listen
from tests.api.conftest import problem_of
from tests.api.servers import AS_ADMIN, SERVE, Start, first_of
from tests.builders import COMMUNITY

WRITES = 100
HEAD = (
    "POST /v1/needs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    f"Authorization: {AS_ADMIN['Authorization']}\r\nContent-Length: {{}}\r\n\r\n"
)
NEED = {"category_id": "home_care", "community_code": COMMUNITY}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_and_ends_in_order(start: Start, number: signal.Signals) -> None:
    """Start, suggest, stop: status 0, and every line of the log is JSON."""
    server = start()
    with server.client() as client:
        assert first_of(client) == "volunteer-1"
        headers = client.get("/healthz").headers
        assert "server" not in headers
    assert server.stop(number) == 0
    events = [line["event"] for line in server.log()]
    assert "engine loaded" in events
    assert events.count("request") >= 3


def test_a_request_under_way_is_finished(start: Start) -> None:
    """SIGTERM in the middle of a request's body: the answer still comes, new connections do not."""
    server = start()
    body = json.dumps({**NEED, "id": "slow"}).encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(HEAD.format(len(body)).encode() + body[:10])
        time.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", server.port), timeout=5)
        connection.sendall(body[10:])
        assert connection.recv(65_536).startswith(b"HTTP/1.1 201")
    assert server.process.wait(timeout=30) == 0


def test_a_request_that_never_ends_does_not_hold_the_process(start: Start) -> None:
    """After the time for shutting down the process ends, whatever a client does."""
    server = start(SHUTDOWN_SECONDS="1")
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(HEAD.format(10).encode())
        time.sleep(0.2)
        started = time.monotonic()
        server.stop(signal.SIGTERM)
        assert time.monotonic() - started < 20


def test_what_was_acknowledged_survives_kill(start: Start) -> None:
    """kill -9 in a stream of writes: each acknowledged need is there, repeating the keys doubles none."""
    server = start()
    acknowledged: list[str] = []

    def write(number: int) -> None:
        with server.client() as client:
            try:
                answer = client.post("/v1/needs", json=NEED, headers={"Idempotency-Key": f"key-{number}"})
            except httpx2.TransportError:
                return
            if answer.status_code == 201:
                acknowledged.append(answer.json()["id"])

    with ThreadPoolExecutor(8) as pool:
        writes = [pool.submit(write, number) for number in range(WRITES)]
        while len(acknowledged) < WRITES // 5:
            time.sleep(0.01)
        server.process.kill()
        for each in writes:
            each.result()
    assert WRITES // 5 <= len(acknowledged) < WRITES

    again = start()
    with again.client() as client:
        for key in acknowledged:
            assert client.get(f"/v1/needs/{key}").status_code == 200
        keys = {"Idempotency-Key": "key-0"}
        first = client.post("/v1/needs", json=NEED, headers=keys)
        assert first.json()["id"] == client.post("/v1/needs", json=NEED, headers=keys).json()["id"]
        for number in range(WRITES):
            client.post("/v1/needs", json=NEED, headers={"Idempotency-Key": f"key-{number}"})
        ids, cursor = [], ""
        while cursor is not None:
            page = client.get(f"/v1/needs?limit=100{cursor and '&cursor=' + cursor}").json()
            ids += [each["id"] for each in page["items"]]
            cursor = page["next_cursor"]
    assert len(ids) == len(set(ids)) == WRITES + 1
    assert set(acknowledged) <= set(ids)


def test_a_commit_of_one_process_is_seen_by_another(start: Start) -> None:
    """Two servers on one file: the next answer of the second takes account of the first's write."""
    one, two = start(), start()
    with one.client() as writer, two.client() as reader:
        assert first_of(reader) == "volunteer-1"
        writer.patch("/v1/providers/volunteer-1", json={"is_active": False}, headers={"If-Match": '"1"'})
        assert first_of(reader) != "volunteer-1"


def test_limits_hold_on_the_wire(start: Start) -> None:
    """A chunked body over the limit is refused by the real server as by the one in process."""
    server = start(MAX_BODY_BYTES="2000")
    with server.client() as client:
        chunks = (b" " * 1_000 for _ in range(100))
        problem_of(
            client.post("/v1/needs", content=chunks, headers={"Content-Type": "application/json"}),
            "body-too-large",
        )


def test_a_store_that_cannot_be_opened_ends_the_process(tmp_path: Path) -> None:
    """It does not listen and answer with errors for ever."""
    environment = {**os.environ, "LASTMETER_STORE_URL": f"sqlite:///{tmp_path}/no/such.db"}
    done = subprocess.run(
        [sys.executable, "-c", SERVE], env=environment, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert b"does not exist" in done.stderr


def test_a_taken_port_is_one_clear_line(start: Start, store_path: Path) -> None:
    """A second server on the same port says so, and ends with 1."""
    port = start().port
    given = {"LASTMETER_STORE_URL": f"sqlite:///{store_path}"}
    ended = subprocess.run(
        [sys.executable, "-c", "from api.cli import main; main()", "serve", "--port", str(port)],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"lastmeter: cannot listen on 127.0.0.1 port {port}: Address already in use\n"


def test_a_host_that_is_not_there_is_named() -> None:
    """A name without an address is named, with the resolver's words."""
    words = r"^cannot listen on no-such-host\.invalid port 8017: (?!Unknown)[A-Z][a-z]+ "
    with pytest.raises(CannotListen, match=words):
        _listen("no-such-host.invalid", 8017)


def test_serving_an_empty_store_is_remarked(start: Start, tmp_path: Path) -> None:
    """A mistyped address makes an empty store: the log says that it holds nothing."""
    server = start(STORE_URL=f"sqlite:///{tmp_path}/ctiy.db")
    (line,) = [each for each in server.log() if each["level"] == "warning"]
    assert "the store holds no providers" in line["event"]

"""Stopping under load: streams end, and what was acknowledged is there."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx2

from tests.api.live.test_engine import wait_for
from tests.api.servers import Server, Start
from tests.builders import COMMUNITY

NEED = {"category_id": "home_care", "community_code": COMMUNITY}
STREAMS, WRITERS = 5, 4


def follow(server: Server, is_open: Event, has_heard: Event) -> None:
    """Read a stream to its end; a connection that breaks off is an error."""
    with server.client() as client, client.stream("GET", "/v1/events", timeout=None) as stream:
        for line in stream.iter_lines():
            is_open.set()
            if line == "event: need.created":
                has_heard.set()


def write_until_refused(server: Server, acknowledged: list[str]) -> None:
    with server.client() as client:
        try:
            while (answer := client.post("/v1/needs", json=NEED)).status_code == 201:
                acknowledged.append(answer.json()["id"])
        except httpx2.TransportError:
            return


def test_sigterm_under_load(start: Start) -> None:
    """It ends long before the time for requests under way is over, with status 0."""
    server = start(SHUTDOWN_SECONDS="600")
    acknowledged: list[str] = []
    opened, heard = [Event() for _ in range(STREAMS)], [Event() for _ in range(STREAMS)]
    with ThreadPoolExecutor(STREAMS + WRITERS) as pool:
        streams = [pool.submit(follow, server, *each) for each in zip(opened, heard, strict=True)]
        assert all(each.wait(30) for each in opened)
        writers = [pool.submit(write_until_refused, server, acknowledged) for _ in range(WRITERS)]
        wait_for(lambda: len(acknowledged) > 20)
        assert all(each.wait(30) for each in heard)
        assert server.stop(signal.SIGTERM) == 0
        for each in (*writers, *streams):
            each.result()
    with start().client() as client:
        for key in acknowledged:
            assert client.get(f"/v1/needs/{key}").status_code == 200

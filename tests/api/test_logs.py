"""Logs and request ids: enough to find a request, nothing that names a person."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from api import logs
from graph_models.stores.sqlite.store import SqliteStore
from tests.api.conftest import Client
from tests.builders import COMMUNITY, FixedClock

CANARIES = [
    "canary-name",
    "canary-id",
    "canary-source",
    "canary-query",
    "canary-key",
    "113.987654",
    "23.123987",
]


@pytest.fixture
def lines() -> Iterator[Any]:
    """Collects log lines as the server writes them, then puts logging back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("debug", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_request_is_one_line(open_client: Client, lines: Any) -> None:
    """Method, template, status and duration; the address and the query, refused here, stay out."""
    client = open_client()
    response = client.get("/v1/needs/need-1?x=1", headers={"X-Request-Id": "trace-17"})
    line = lines()[-1]
    assert response.headers["x-request-id"] == "trace-17"
    assert line.pop("duration_ms") > 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "lastmeter.http",
        "request_id": "trace-17",
        "method": "GET",
        "route": "/v1/needs/{id}",
        "status": 422,
    }


@pytest.mark.parametrize("given", ["", "two words", "x" * 65, 'a"b', "日本".encode()])
def test_unsafe_request_ids_are_replaced(open_client: Client, lines: Any, given: Any) -> None:
    """What could not stand in a log line is not taken over."""
    response = open_client().get("/healthz", headers={"X-Request-Id": given})
    assert len(response.headers["x-request-id"]) == 32
    assert lines()[-1]["request_id"] == response.headers["x-request-id"]


def test_no_canary_reaches_the_log(open_client: Client, store_path: Path, lines: Any) -> None:
    """Names, ids, coordinates, free text and query values of every outcome, even of faults."""
    store = SqliteStore(store_path, FixedClock())
    client = open_client(store=store)
    need = {"id": "canary-id", "category_id": "home_care", "community_code": COMMUNITY}
    point = {"latitude": 23.123987, "longitude": 113.987654, "crs": "wgs84"}
    provider = {"id": "canary-id", "kind": "volunteer", "name": "canary-name", "capacity": {"total": 1}}

    def use() -> list[int]:
        key = {"Idempotency-Key": "canary-key"}
        return [
            each.status_code
            for each in (
                client.post("/v1/needs", json={**need, "location": point}, headers=key),
                client.post("/v1/providers", json={**provider, "source": "canary-source"}),
                client.post("/v1/providers", json={**provider, "kind": "canary-name"}),
                client.post("/v1/needs", json={**need, "id": "other", "resident_id": "canary-id"}),
                client.get("/v1/needs/canary-id"),
                client.get("/v1/needs/canary-id/suggestions"),
                client.get("/v1/needs?resident_id=canary-query"),
                client.get("/canary-name"),
                client.post("/v1/suggestions", json={"need": {**need, "location": point}}),
            )
        ]

    assert use() == [201, 201, 422, 422, 200, 200, 200, 404, 422]
    store.close()
    assert use().count(500) >= 5
    # The test's own client logs in the same process; it is no part of the service.
    text = json.dumps([line for line in lines() if not line["logger"].startswith("httpx")])
    assert text.count('"request"') > 18
    assert [canary for canary in CANARIES if canary in text] == []


def test_a_fault_is_logged_with_its_place_only(open_client: Client, store_path: Path, lines: Any) -> None:
    """Class and place of the error, under the request id of the answer; not its message."""
    store = SqliteStore(store_path, FixedClock())
    client = open_client(store=store)
    store.close()
    response = client.get("/v1/needs")
    (line,) = [each for each in lines() if each["event"] == "failed"]
    assert line["request_id"] == response.headers["x-request-id"]
    assert (line["level"], line["error"]) == ("error", "StoreError")
    assert line["at"].startswith("connections.py:")
    assert "closed" not in json.dumps(line)


def test_unplanned_fields_are_dropped(lines: Any) -> None:
    """A field has to be on the list of harmless ones to be written."""
    structlog.stdlib.get_logger("lastmeter.test").info("event", name="canary-name", status=200)
    line = lines()[-1]
    assert line["status"] == 200
    assert "name" not in line


def test_library_exceptions_lose_their_message(lines: Any) -> None:
    """The web server's own log of an exception would quote it."""
    try:
        raise ValueError("canary-name")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    line = lines()[-1]
    assert line["error"] == "ValueError"
    assert "canary-name" not in json.dumps(line)


def test_the_driver_is_logged_without_values(lines: Any) -> None:
    """A retry is a line of ours; the error in it would name the server's address."""
    driver = logging.getLogger("neo4j.sync.work")
    driver.warning("Transaction failed and will be retried in %ss (%s)", 1.5, "canary-name:7687")
    line = lines()[-1]
    assert (line["level"], line["logger"]) == ("warning", "neo4j.sync.work")
    assert line["event"] == "Transaction failed and will be retried in %ss (%s)"

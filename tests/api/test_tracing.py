"""Traces: a span for a request with those of its store calls below it, and nobody's data in them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from tests.api.servers import ADMIN_TOKEN, AS_ADMIN, SERVE, wait_until_ready
from tests.builders import COMMUNITY, FixedClock

ALLOWED = {
    *("http.request.method", "http.route", "http.response.status_code", "error.type"),
    *("db.system.name", "db.operation.name", "db.collection.name"),
}


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def client(exporter: InMemorySpanExporter, store_path: Path) -> Iterator[TestClient]:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    settings = Settings(store_url=f"sqlite:///{store_path}", admin_token=ADMIN_TOKEN)  # type: ignore[arg-type]
    with TestClient(create_app(settings, clock=FixedClock(), traces=provider), headers=AS_ADMIN) as client:
        wait_until_ready(client)
        exporter.clear()
        yield client
    provider.shutdown()


def spans_of(exporter: InMemorySpanExporter, name: str) -> list[Any]:
    return [each for each in exporter.get_finished_spans() if each.name == name]


def test_a_request_and_its_store_calls(client: TestClient, exporter: InMemorySpanExporter) -> None:
    """One trace, that of the caller: the request, and below it what the store was asked."""
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    client.get("/v1/needs/need-1", headers={"traceparent": parent})
    (request,) = spans_of(exporter, "GET /v1/needs/{id}")
    assert f"{request.context.trace_id:032x}" == parent.split("-")[1]
    assert f"{request.parent.span_id:016x}" == parent.split("-")[2]
    assert dict(request.attributes) == {
        "http.request.method": "GET",
        "http.route": "/v1/needs/{id}",
        "http.response.status_code": 200,
    }
    below = [
        each
        for each in exporter.get_finished_spans()
        if each.parent and each.parent.span_id == request.context.span_id
    ]
    assert ("store.get", "Need") in {(each.name, each.attributes["db.collection.name"]) for each in below}
    assert {each.context.trace_id for each in below} == {request.context.trace_id}


def test_nothing_of_anybody_is_in_them(client: TestClient, exporter: InMemorySpanExporter) -> None:
    """Ids, bodies, queries, tokens, refused values: in no name, attribute, event or status."""
    need = {"id": "canary-1", "category_id": "home_care", "community_code": COMMUNITY}
    assert client.post("/v1/needs?canary=2", json=need).status_code == 422
    assert client.post("/v1/needs", json=need, headers={"Idempotency-Key": "canary-3"}).status_code == 201
    assert client.post("/v1/needs", json=need).status_code == 409
    assert client.get("/v1/needs/canary-4").status_code == 404
    assert client.get("/canary-5").status_code == 404
    assert client.get("/v1/needs/canary-1/suggestions").status_code == 200
    assert client.request("CANARY", "/v1/needs").status_code == 405
    assert client.get("/v1/needs", headers={"Authorization": "Bearer canary-6"}).status_code == 401
    spans = exporter.get_finished_spans()
    assert len(spans) > 8
    for each in spans:
        assert set(each.attributes or {}) <= ALLOWED
        assert not each.events
        text = each.to_json().lower()
        assert "canary" not in text
        assert COMMUNITY not in text
    assert {"OTHER unmatched", "GET unmatched"} & {each.name for each in spans}


def test_a_refused_write_is_marked(client: TestClient, exporter: InMemorySpanExporter) -> None:
    """The kind of the error, not its words."""
    need = {"id": "need-1", "category_id": "home_care", "community_code": COMMUNITY}
    assert client.post("/v1/needs", json=need).status_code == 409
    kinds = [each.attributes.get("error.type") for each in spans_of(exporter, "store.write")]
    assert "DuplicateKey" in kinds


def test_without_the_extra_it_is_said(tmp_path: Path) -> None:
    """Asked for and not installed: the process ends with what to do, it does not stay silent."""
    missing = "import sys; sys.modules['opentelemetry.sdk.trace'] = None; "
    environment = {
        **os.environ,
        "LASTMETER_STORE_URL": f"sqlite:///{tmp_path}/city.db",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
    }
    done = subprocess.run(
        [sys.executable, "-c", missing + SERVE], env=environment, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert b"install lastmeter[tracing]" in done.stderr

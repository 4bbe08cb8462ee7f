"""/healthz, /readyz and /metrics"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from graph_models.ports import Put, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from tests.api.conftest import Client, problem_of
from tests.api.live.test_engine import wait_for
from tests.builders import COMMUNITY, FixedClock, a_provider


def value_of(client: TestClient, sample: str) -> float:
    found = re.search(rf"^{re.escape(sample)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    assert found is not None, sample
    return float(found[1])


class TestReadiness:
    def test_without_store_it_lives_but_is_not_ready(self, open_client: Client, store_path: Path) -> None:
        """A supervisor must not restart a process because the database is away."""
        store = SqliteStore(store_path, FixedClock())
        client = open_client(store=store)
        store.close()
        assert client.get("/healthz").json() == {"status": "ok"}
        problem_of(client.get("/readyz"), "internal-error")

    def test_ready_with_engine(self, client: TestClient) -> None:
        """Ready says how much is loaded and how far behind it is."""
        answer = client.get("/readyz").json()
        assert (answer["status"], answer["providers"], answer["lag_changes"]) == ("ready", 4, 0)


class TestMetrics:
    def test_requests_are_counted_by_template(self, client: TestClient) -> None:
        """No address, id or query becomes a label: the number of series is bounded."""
        for key in ("need-1", "canary"):
            client.get(f"/v1/needs/{key}")
        client.get("/v1/needs/need-1?canary=1")
        client.get("/canary")
        client.request("CANARY", "/v1/needs")
        labels = 'method="GET",route="/v1/needs/{id}"'
        assert value_of(client, f'http_requests_total{{{labels},status="200"}}') == 1
        assert value_of(client, f'http_requests_total{{{labels},status="404"}}') == 1
        assert value_of(client, f'http_requests_total{{{labels},status="422"}}') == 1
        assert value_of(client, f"http_request_duration_seconds_count{{{labels}}}") == 3
        assert "canary" not in client.get("/metrics").text.lower()

    def test_each_application_counts_for_itself(self, open_client: Client) -> None:
        """Two applications in one process do not share a registry."""
        one, two = open_client(), open_client()
        one.get("/v1/skills/care")
        assert "/v1/skills" not in two.get("/metrics").text

    def test_engine_is_watched(self, client: TestClient, store_path: Path) -> None:
        """Providers in the engine, and changes by others that it has not seen."""
        assert value_of(client, "lastmeter_engine_providers") == 4
        with SqliteStore(store_path, FixedClock()) as other:
            other.write(WriteBatch("new", (Put(a_provider("new-1", skills=()), 0),)))
        assert value_of(client, "lastmeter_engine_lag_changes") in (0, 1)  # the engine follows by itself
        wait_for(lambda: value_of(client, "lastmeter_engine_providers") == 5)
        wait_for(lambda: value_of(client, "lastmeter_engine_lag_changes") == 0)
        wait_for(lambda: value_of(client, "lastmeter_overdue_seconds") == 0)

    def test_what_is_written_is_counted(self, client: TestClient) -> None:
        """Batches by outcome, and the events in them by action; no id becomes a label."""
        need = {"id": "canary", "category_id": "home_care", "community_code": COMMUNITY}
        assert client.post("/v1/needs", json=need).status_code == 201
        assert client.post("/v1/needs", json=need).status_code == 409
        assert value_of(client, 'lastmeter_store_writes_total{outcome="committed"}') >= 1
        assert value_of(client, 'lastmeter_store_writes_total{outcome="DuplicateKey"}') == 1
        created = 'action="need.created",level="",reason=""'
        assert value_of(client, f"lastmeter_events_total{{{created}}}") == 1
        pushed = 'action="need.pushed",level="community",reason=""'
        assert value_of(client, f"lastmeter_events_total{{{pushed}}}") == 1
        assert (
            value_of(client, "lastmeter_webhook_pending") == value_of(client, "lastmeter_webhook_dead") == 0
        )
        assert "canary" not in client.get("/metrics").text

    def test_lost_store_does_not_stop_the_scrape(self, open_client: Client, store_path: Path) -> None:
        """What is not known is not a number; the rest is still told."""
        store = SqliteStore(store_path, FixedClock())
        client = open_client(store=store)
        store.close()
        assert value_of(client, "lastmeter_engine_lag_changes") != value_of(
            client, "lastmeter_engine_providers"
        )


@pytest.mark.parametrize("address", ["/healthz", "/v1/needs", "/nowhere", "/metrics"])
def test_every_answer_forbids_sniffing_and_sharing(client: TestClient, address: str) -> None:
    """Answers hold personal data: no shared cache, no guessing of types."""
    headers = client.get(address).headers
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "private, no-cache")

"""/healthz, /readyz and /metrics"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from graph_models.ports import Put, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from tests.api.conftest import Client, problem_of
from tests.builders import COMMUNITY, FixedClock, a_provider


def value_of(client: TestClient, sample: str) -> float:
    found = re.search(rf"^{re.escape(sample)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    assert found is not None, sample
    return float(found[1])


class TestHealthAndReadiness:
    def test_without_store_it_lives_but_is_not_ready(self, open_client: Client, store_path: Path) -> None:
        """A supervisor must not restart a process because the database is away."""
        store = SqliteStore(store_path, FixedClock())
        client = open_client(store=store)
        store.close()
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").status_code in (500, 503)

    def test_ready_with_engine(self, client: TestClient) -> None:
        """Ready says how much is loaded and how far behind it is."""
        answer = client.get("/readyz").json()
        assert (answer["status"], answer["providers"], answer["lag_changes"]) == ("ready", 4, 0)

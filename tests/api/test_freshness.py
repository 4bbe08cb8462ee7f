"""Two server processes on one Neo4j: what one has acknowledged, the other's next answer knows."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from graph_models.domain.providers import Provider
from graph_models.ports import Delete, WriteBatch
from graph_models.stores.opening import open_store
from tests.api.conftest import put_city
from tests.api.servers import Start, first_of
from tests.builders import COMMUNITY, FixedClock
from tests.conftest import Neo4jServer

ROUNDS = 8
NEWCOMER: dict[str, Any] = {
    "kind": "volunteer",
    "name": "Newcomer",
    "capacity": {"total": 4},
    "skills": [{"skill_id": "personal_care.bathing", "level": 1}],
    "location": {"latitude": 23.1, "longitude": 113.25, "crs": "wgs84"},
    "community_code": COMMUNITY,
    "verified_at": "2026-03-02T01:00:00Z",
}


@pytest.fixture
def pair(start: Start, neo4j_server: Neo4jServer) -> tuple[httpx2.Client, httpx2.Client]:
    """Clients of two servers that have loaded the same city."""
    neo4j_server.empty()
    with open_store(neo4j_server.store_url, FixedClock()) as store:
        put_city(store)
    one, two = (start(STORE_URL=neo4j_server.store_url) for _ in range(2))
    return one.client(), two.client()


def change(client: httpx2.Client, provider_id: str, **changes: Any) -> None:
    """Change a provider as it stands; returns once the server has acknowledged it."""
    path = f"/v1/providers/{provider_id}"
    etag = client.get(path).headers["etag"]
    assert client.patch(path, json=changes, headers={"If-Match": etag}).status_code == 200


@pytest.mark.neo4j
def test_a_commit_of_one_process_is_in_the_next_answer_of_the_other(
    pair: tuple[httpx2.Client, httpx2.Client],
) -> None:
    """Back and forth, asked right after the write returned: activity and capacity count at once."""
    one, two = pair
    with one, two:
        assert first_of(two) == "volunteer-1"
        for _ in range(ROUNDS):
            change(one, "volunteer-1", is_active=False)
            assert first_of(two) == "volunteer-2"
            change(two, "volunteer-1", is_active=True)
            assert first_of(one) == "volunteer-1"
            change(one, "volunteer-1", capacity={"total": 0})
            assert first_of(two) == "volunteer-2"
            change(two, "volunteer-1", capacity={"total": 4})
            assert first_of(one) == "volunteer-1"


@pytest.mark.neo4j
def test_who_comes_moves_and_goes_is_in_the_next_answer_of_the_other(
    pair: tuple[httpx2.Client, httpx2.Client], neo4j_server: Neo4jServer
) -> None:
    """A new provider, one that moved away, and one that another program deleted."""
    one, two = pair
    with one, two:
        for number in range(ROUNDS // 2):
            key = f"newcomer-{number}"
            assert one.post("/v1/providers", json={**NEWCOMER, "id": key}).status_code == 201
            assert first_of(two) == key
            change(two, key, location={**NEWCOMER["location"], "latitude": 31.2})
            assert first_of(one) == "volunteer-1"
            change(two, key, location=NEWCOMER["location"])
            assert first_of(one) == key
            with open_store(neo4j_server.store_url, FixedClock()) as store:
                store.write(WriteBatch(f"remove-{number}", (Delete(Provider, key),)))
            assert first_of(one) == first_of(two) == "volunteer-1"

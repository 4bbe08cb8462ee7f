"""Budgets over HTTP: what is left is said, what is too much is refused, others are not disturbed."""

from __future__ import annotations

from starlette.testclient import TestClient

from tests.api.conftest import Client, problem_of
from tests.api.servers import wait_until_ready
from tests.api.test_operations import value_of


def test_requests_in_a_minute(open_client: Client) -> None:
    """The last one that may be asked is answered, the next is told when to come back; health is public."""
    client = open_client(requests_per_minute=20)
    first = client.get("/v1/skills")
    assert first.headers["ratelimit-policy"] == '"requests";q=20;w=60'
    name, remaining, seconds = first.headers["ratelimit"].split(";")
    assert name == '"requests"'
    left = int(remaining.removeprefix("r="))
    assert 0 < int(seconds.removeprefix("t=")) <= 60
    for _ in range(left):
        assert client.get("/v1/needs/nothing").status_code == 404
    refused = client.post("/v1/needs", json={})
    problem_of(refused, "too-many-requests")
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit"].startswith('"requests";r=0;t=')
    anonymous = TestClient(client.app)
    assert anonymous.get("/healthz").status_code == 200
    assert "ratelimit" not in anonymous.get("/healthz").headers
    problem_of(anonymous.get("/v1/skills"), "unauthenticated")


def test_pages_of_the_directory(open_client: Client) -> None:
    """Reading or searching on is refused where the rest of the service still answers."""
    client = open_client(directory_pages_per_hour=2)
    page = client.get("/v1/providers?limit=1")
    assert page.headers["ratelimit-policy"] == '"requests";q=3000;w=60, "directory";q=2;w=3600'
    assert '"directory";r=1;t=' in page.headers["ratelimit"]
    assert client.get("/v1/provider-search?text=volunteer").status_code == 200
    problem_of(client.get("/v1/provider-search?text=volunteer"), "too-many-requests")
    refused = client.get("/v1/providers?limit=1")
    problem_of(refused, "too-many-requests")
    assert 3_500 < int(refused.headers["retry-after"]) <= 3_600
    assert client.get("/v1/providers/volunteer-1").status_code == 200
    assert value_of(client, 'lastmeter_requests_limited_total{budget="directory"}') == 2


def test_each_application_has_its_own(open_client: Client) -> None:
    """Counting is per process: what one has counted another does not know."""
    one = open_client(directory_pages_per_hour=1)
    assert [one.get("/v1/providers").status_code for _ in range(2)] == [200, 429]
    other = open_client(directory_pages_per_hour=1)
    wait_until_ready(other)
    assert other.get("/v1/providers").status_code == 200

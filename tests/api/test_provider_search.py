"""Providers by name, over HTTP: as fresh as the store, and the same for everybody who may."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from graph_models.domain.credentials import Role
from graph_models.domain.providers import Provider
from graph_models.ports import Delete, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from tests import builders
from tests.api.conftest import BATHING, Client, pointers, problem_of
from tests.api.credentials import headers_in
from tests.builders import COMMUNITY, FixedClock
from tests.matcher.closed_loop.towns import put

SEARCH = "/v1/provider-search"


def a_provider(key: str, **changes: Any) -> Provider:
    return builders.a_provider(key, skills=BATHING, **changes)


def found(client: TestClient, **asked: Any) -> list[str]:
    answer = client.get(SEARCH, params=asked)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]


def test_by_name_and_id(client: TestClient, store_path: Path) -> None:
    with SqliteStore(store_path, FixedClock()) as store:
        put(store, a_provider("p-7", name="荔湾区Home Care站", kind="station", community_code=COMMUNITY))
        head = store.head()
    answer = client.get(SEARCH, params={"text": "home care"}).json()
    assert answer == {
        "items": [{"id": "p-7", "kind": "station", "name": "荔湾区Home Care站", "community_code": COMMUNITY}],
        "graph_revision": head,
        "is_stale": False,
    }
    assert found(client, text="湾区") == ["p-7"]
    assert found(client, text="P-") == ["p-7"]
    assert found(client, text="7") == []
    assert found(client, text="VOLUNTEER-") == ["volunteer-1", "volunteer-2", "volunteer-3"]
    assert found(client, text="volunteer-", limit=2) == ["volunteer-1", "volunteer-2"]


def test_what_another_process_wrote(client: TestClient, store_path: Path) -> None:
    """Added, renamed and removed since: the next question knows."""
    assert found(client, text="新") == []
    with SqliteStore(store_path, FixedClock()) as store:
        put(store, a_provider("new", name="新来的"), a_provider("volunteer-1", name="新名"))
        assert found(client, text="新") == ["volunteer-1", "new"]
        put(store, a_provider("new", name="旧了", is_active=False))
        assert found(client, text="新") == ["volunteer-1"]
        assert found(client, text="旧") == ["new"]
        store.write(WriteBatch("gone", (Delete(Provider, "new"),)))
        assert found(client, text="旧") == []


@pytest.mark.parametrize("role", Role)
def test_who_may(open_client: Client, store_path: Path, role: Role) -> None:
    """Whoever may list providers, and of all areas: help crosses boundaries."""
    headers = headers_in(store_path, role, "440104")
    client = open_client()
    listed = client.get("/v1/providers", headers=headers)
    answer = client.get(f"{SEARCH}?text=volunteer", headers=headers)
    assert answer.status_code == listed.status_code
    if listed.status_code == 200:
        assert len(answer.json()["items"]) == 3
    else:
        problem_of(answer, "forbidden")


@pytest.mark.parametrize(
    ("query", "blamed"),
    [
        ("", "#/text"),
        ("text=", "#/text"),
        (f"text={'x' * 101}", "#/text"),
        ("text=a&limit=0", "#/limit"),
        ("text=a&limit=51", "#/limit"),
        ("text=a&kind=charity", "#/kind"),
    ],
)
def test_refused(client: TestClient, query: str, blamed: str) -> None:
    assert pointers(problem_of(client.get(f"{SEARCH}?{query}"), "invalid-request")) == {blamed}
    assert found(client, text="x" * 100, limit=50) == []

"""The work queue over HTTP: what is open, for whom, as fresh as the store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from graph_models.domain.credentials import Role
from graph_models.stores.sqlite.store import SqliteStore
from tests.api.conftest import Client, pointers, problem_of
from tests.api.credentials import headers_in, store_of
from tests.api.live.test_engine import wait_for
from tests.api.test_guarded_store import Moody
from tests.builders import COMMUNITY, DISTRICT, FixedClock, a_need
from tests.matcher.closed_loop.towns import put

OWN = {"category_id": "home_care", "community_code": COMMUNITY}


def shown(response: Any) -> list[str]:
    assert response.status_code == 200, response.text
    return [each["need_id"] for each in response.json()["items"]]


class TestRefused:
    @pytest.mark.parametrize("role", [Role.RESIDENT_APP, Role.ANALYST, Role.API_CLIENT])
    def test_other_roles(self, open_client: Client, store_path: Path, role: Role) -> None:
        headers = headers_in(store_path, role, DISTRICT)
        problem_of(open_client().get("/v1/queue", headers=headers), "forbidden")

    @pytest.mark.parametrize(
        ("query", "blamed"),
        [
            ("offset=-1", "#/offset"),
            ("limit=201", "#/limit"),
            ("limit=0", "#/limit"),
            ("state=closed", "#/state"),
            ("is_mine=perhaps", "#/is_mine"),
            ("search=", "#/search"),
            ("area_code=44/01", "#/area_code"),
            ("sort=age", "#/sort"),
        ],
    )
    def test_queries(self, client: TestClient, query: str, blamed: str) -> None:
        assert pointers(problem_of(client.get(f"/v1/queue?{query}"), "invalid-request")) == {blamed}


def test_what_is_told(client: TestClient) -> None:
    """All of a line, and the counts of everything that is open."""
    answer = client.get("/v1/queue").json()
    assert answer["items"] == [
        {
            "need_id": "need-1",
            "revision": 1,
            "category_id": "home_care",
            "community_code": COMMUNITY,
            "urgency": "routine",
            "status": "active",
            "state": "open",
            "units": 1,
            "units_left": 1,
            "created_at": "2026-03-02T01:00:00Z",
            "level": None,
            "referral_status": None,
            "is_mine": False,
            "latitude": 23.1,
            "longitude": 113.25,
        }
    ]
    assert (answer["total"], answer["offset"], answer["is_stale"]) == (1, 0, False)
    assert answer["counts"] == {
        "urgency": {"routine": 1, "urgent": 0, "asap": 0, "stat": 0},
        "state": {"open": 1, "waiting": 0, "under_way": 0},
        "level": {"none": 1, "community": 0, "street": 0, "district": 0, "city": 0},
    }


def test_order_and_windows(client: TestClient) -> None:
    for key, urgency in (("a", "urgent"), ("b", "stat"), ("c", "routine")):
        assert client.post("/v1/needs", json={**OWN, "id": key, "urgency": urgency}).status_code == 201
    assert shown(client.get("/v1/queue")) == ["b", "a", "c", "need-1"]  # c was pushed, need-1 loaded
    assert shown(client.get("/v1/queue?offset=1&limit=2")) == ["a", "c"]
    assert shown(client.get("/v1/queue?offset=9")) == []


def test_a_step_is_seen_at_once(client: TestClient) -> None:
    """By the next question: a need that was taken is not offered to somebody else."""
    asked = client.post(
        "/v1/needs/need-1/referrals", json={"provider_id": "volunteer-1"}, headers={"If-Match": '"1"'}
    )
    line = client.get("/v1/queue?state=waiting").json()["items"][0]
    assert (line["state"], line["referral_status"], line["units_left"]) == ("waiting", "requested", 0)
    assert (line["revision"], line["is_mine"]) == (2, True)
    steps, match = f"{asked.headers['location']}/transitions", {"If-Match": '"1"'}
    assert client.post(steps, json={"status": "accepted"}, headers=match).status_code == 200
    answer = client.get("/v1/queue?state=open").json()
    assert answer["total"] == 0
    assert answer["counts"]["state"] == {"open": 0, "waiting": 0, "under_way": 1}
    assert client.post(steps, json={"status": "completed"}, headers={"If-Match": '"2"'}).status_code == 200
    assert shown(client.get("/v1/queue")) == []


def test_what_another_process_writes(client: TestClient, store_path: Path) -> None:
    assert shown(client.get("/v1/queue")) == ["need-1"]
    with SqliteStore(store_path, FixedClock()) as other:
        put(other, a_need("elsewhere"))
    assert shown(client.get("/v1/queue")) == ["elsewhere", "need-1"]


def test_mine(client: TestClient) -> None:
    client.post("/v1/needs", json={**OWN, "id": "a"})
    client.post("/v1/needs/a/acknowledgement", json={})
    assert shown(client.get("/v1/queue?is_mine=true")) == ["a"]
    assert shown(client.get("/v1/queue?is_mine=false")) == ["need-1"]


def test_filters(client: TestClient) -> None:
    client.post("/v1/needs", json={"id": "a", "category_id": "legal_aid", "community_code": COMMUNITY})
    assert shown(client.get("/v1/queue?category_id=legal_aid")) == ["a"]
    assert shown(client.get("/v1/queue", params={"search": "沙面"})) == ["a", "need-1"]
    assert shown(client.get("/v1/queue?search=LEGAL")) == ["a"]
    assert shown(client.get(f"/v1/queue?area_code={DISTRICT}&category_id=home_care")) == ["need-1"]
    assert shown(client.get("/v1/queue?area_code=440104")) == []


def test_jurisdiction(open_client: Client, store_path: Path) -> None:
    """The resident lives at home; who dispatches elsewhere sees nothing, in no count."""
    elsewhere = headers_in(store_path, Role.DISPATCHER, "440104")
    client = open_client()
    answer = client.get("/v1/queue", headers=elsewhere).json()
    assert (answer["total"], answer["items"]) == (0, [])
    assert not any(n for counts in answer["counts"].values() for n in counts.values())
    home = headers_in(store_path, Role.STAFF, DISTRICT)
    assert shown(client.get("/v1/queue", headers=home)) == ["need-1"]


def test_while_the_store_is_away(open_client: Client, store_path: Path) -> None:
    """The last that was known, and it says so; nothing can be done with it before the store is back."""
    moody = Moody(store_path)
    client = open_client(store=moody)
    moody.is_cut = True
    wait_for(lambda: store_of(client).is_away)  # type: ignore[attr-defined]
    answer = client.get("/v1/queue").json()
    assert ([each["need_id"] for each in answer["items"]], answer["is_stale"]) == (["need-1"], True)
    assert client.get("/v1/map/needs?bbox=113,23,114,24&zoom=9").json()["is_stale"] is True
    assert client.get("/v1/map/providers?bbox=113,23,114,24&zoom=9").json()["total"] == 3
    moody.is_cut = False
    wait_for(lambda: not client.get("/v1/queue").json()["is_stale"])

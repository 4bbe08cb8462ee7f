"""POST /v1/plans and GET /v1/plans/{id}"""

from __future__ import annotations

from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.live import plans as plans_module
from api.settings import Settings
from graph_models.domain.referrals import ReferralStatus
from graph_models.ports import Put, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from matcher import city_plans
from tests.api.conftest import Client, pointers, problem_of
from tests.api.servers import ADMIN_TOKEN, AS_ADMIN, wait_until_ready
from tests.builders import COMMUNITY, DISTRICT, FixedClock, a_need, a_referral

STATUS_KEYS = {"id", "state", "requested_at", "stage", "done", "total", "failure", "plan"}


def started(client: TestClient, body: Any = None, **headers: str) -> Any:
    response = client.post("/v1/plans", json=body or {}, headers=headers)
    assert response.status_code == 202, response.text
    assert response.json().keys() == STATUS_KEYS
    assert response.headers["location"] == f"/v1/plans/{response.json()['id']}"
    return response.json()


def finished(client: TestClient, plan_id: str) -> Any:
    deadline = monotonic() + 60
    while (status := client.get(f"/v1/plans/{plan_id}").json())["state"] in ("waiting", "running"):
        assert monotonic() < deadline, status
        sleep(0.02)
    return status


class TestStarting:
    def test_a_plan_is_made_aside(self, client: TestClient) -> None:
        """The answer comes at once; the plan serves the one open need with its best provider."""
        status = finished(client, started(client)["id"])
        assert (status["state"], status["failure"]) == ("done", None)
        plan = status["plan"]
        best = client.get("/v1/needs/need-1/suggestions").json()["suggestions"][0]
        [referral] = plan["referrals"]
        assert referral["need_id"] == "need-1"
        assert (referral["provider_id"], referral["score"]) == (best["provider_id"], best["score"])
        assert (plan["result"]["served"], plan["unserved"]) == (1, [])
        assert plan["certificate"]["is_most_served"]
        assert plan["certificate"]["is_proven"]

    @pytest.mark.parametrize(
        ("body", "served"),
        [
            ({"area_codes": [DISTRICT]}, 1),
            ({"area_codes": [COMMUNITY], "category_ids": ["home_care"]}, 1),
            ({"category_ids": ["legal_aid"]}, 0),
        ],
    )
    def test_a_scope_narrows_it(self, client: TestClient, body: Any, served: int) -> None:
        """By areas around a need, and by category."""
        assert finished(client, started(client, body)["id"])["plan"]["result"]["needs"] == served

    @pytest.mark.parametrize(
        ("body", "name", "pointer"),
        [
            ({"area_codes": ["9"]}, "unknown-reference", "#/area_codes"),
            ({"category_ids": ["nothing"]}, "unknown-reference", "#/category_ids"),
            ({"area_codes": "4401"}, "invalid-request", "#/area_codes"),
            ({"areas": []}, "invalid-request", "#/areas"),
            ({"area_codes": ["4401", "4401"]}, "invalid-request", "#/area_codes"),
        ],
    )
    def test_a_scope_that_is_none_is_refused(
        self, client: TestClient, body: Any, name: str, pointer: str
    ) -> None:
        """At once, with the member that is wrong."""
        assert pointers(problem_of(client.post("/v1/plans", json=body), name)) == {pointer}

    def test_the_same_key_is_the_same_plan(self, client: TestClient) -> None:
        """A repeated request starts nothing; with another body it is refused."""
        first = started(client, {}, **{"Idempotency-Key": "monday"})
        again = started(client, {}, **{"Idempotency-Key": "monday"})
        assert first["id"] == again["id"]
        other = client.post(
            "/v1/plans", json={"area_codes": [DISTRICT]}, headers={"Idempotency-Key": "monday"}
        )
        problem_of(other, "idempotency-key-reused")

    def test_nothing_is_written(self, client: TestClient) -> None:
        """A plan is a proposal."""
        before = client.get("/v1/needs/need-1/suggestions").json()["graph_revision"]
        finished(client, started(client)["id"])
        assert client.get("/v1/needs/need-1/suggestions").json()["graph_revision"] == before


def test_referrals_under_way_stay(client: TestClient, store_path: Any) -> None:
    """Their units are not planned again, and the plan names them."""
    with SqliteStore(store_path, FixedClock()) as store:
        need = a_need("need-2", units=3)
        referral = a_referral(
            "referral-1", need_id="need-2", provider_id="volunteer-2", units=1, status=ReferralStatus.ACCEPTED
        )
        store.write(WriteBatch("more", (Put(need), Put(referral))))
    plan = finished(client, started(client)["id"])["plan"]
    assert plan["locked"] == [{"need_id": "need-2", "provider_id": "volunteer-2", "units": 1}]
    planned = [each for each in plan["referrals"] if each["need_id"] == "need-2"]
    assert sum(each["units"] for each in planned) == 2
    assert "volunteer-2" not in {each["provider_id"] for each in planned}


def test_an_unknown_plan_is_not_found(client: TestClient) -> None:
    """Also one that was dropped for newer ones."""
    problem_of(client.get("/v1/plans/nothing"), "not-found")


def test_plans_queue_up_to_a_limit(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """One runs, four wait, the next is told to come again; old ones are dropped in the end."""
    may_go, real = Event(), city_plans.make_plan

    def slowly(*arguments: Any) -> Any:
        may_go.wait(30)
        return real(*arguments)

    monkeypatch.setattr(city_plans, "make_plan", slowly)
    monkeypatch.setattr(plans_module, "MOST_KEPT", 5)
    ids = [started(client)["id"]]
    while client.get(f"/v1/plans/{ids[0]}").json()["state"] == "waiting":
        sleep(0.01)
    ids += [started(client)["id"] for _ in range(4)]
    refused = client.post("/v1/plans", json={})
    assert refused.headers["retry-after"] == "1"
    problem_of(refused, "too-many-plans")
    may_go.set()
    assert {finished(client, each)["state"] for each in ids} == {"done"}
    started(client)
    problem_of(client.get(f"/v1/plans/{ids[0]}"), "not-found")


def test_a_plan_that_fails_says_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours is told as one, and the next plan is made all the same."""

    def fail(*_: Any) -> None:
        raise RuntimeError("secret")

    with monkeypatch.context() as patch:
        patch.setattr(city_plans, "make_plan", fail)
        status = finished(client, started(client)["id"])
    assert (status["state"], status["plan"]) == ("failed", None)
    assert "secret" not in status["failure"]
    assert finished(client, started(client)["id"])["state"] == "done"


def test_stopping_gives_up_what_is_under_way(store_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that stops does not wait for a plan to be finished."""
    is_running = Event()

    def endlessly(*arguments: Any) -> None:
        is_running.set()
        while True:
            arguments[-1]("search", 0, 1)
            sleep(0.01)

    monkeypatch.setattr(city_plans, "make_plan", endlessly)
    settings = Settings(store_url=f"sqlite:///{store_path}", admin_token=ADMIN_TOKEN)
    with TestClient(create_app(settings, clock=FixedClock()), headers=AS_ADMIN) as client:
        wait_until_ready(client)
        started(client)
        assert is_running.wait(10)
        begun = monotonic()
    assert monotonic() - begun < 20


def test_no_plan_before_the_engine_is_loaded(open_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is the same as for suggestions."""
    monkeypatch.setattr("api.live.warm_start.WarmStart.load_and_keep", lambda _: Event().wait(5))
    client = open_client(is_ready=False)
    problem_of(client.post("/v1/plans", json={}), "not-ready")

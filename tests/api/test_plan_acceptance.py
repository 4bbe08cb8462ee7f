"""POST /v1/plans/{id}/acceptance: proposals become holds, each need by itself."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

import pytest
from starlette.testclient import TestClient

from graph_models.domain.credentials import Role
from graph_models.domain.errors import StoreUnavailable
from graph_models.domain.providers import Provider
from graph_models.domain.referrals import Referral
from matcher.closed_loop.desk import Desk
from matcher.use_cases import LiveMatcher
from tests.api.conftest import Client, pointers, problem_of
from tests.api.credentials import headers_in, store_of
from tests.api.test_plans import finished, started
from tests.builders import COMMUNITY, DISTRICT

KEY = {"Idempotency-Key": "once"}


def proposals(client: TestClient, *needs: dict[str, Any]) -> tuple[str, list[dict[str, str]]]:
    """A plan, and what it proposes, for the need of the town and some more."""
    for need in needs:
        given = {"category_id": "home_care", "community_code": COMMUNITY, **need}
        assert client.post("/v1/needs", json=given).status_code == 201
    plan_id = started(client)["id"]
    plan = finished(client, plan_id)["plan"]
    chosen = [{"need_id": each["need_id"], "provider_id": each["provider_id"]} for each in plan["referrals"]]
    return plan_id, chosen


def accepted(client: TestClient, plan: str, chosen: Any, **headers: str) -> Any:
    response = client.post(f"/v1/plans/{plan}/acceptance", json={"assignments": chosen}, headers=headers)
    assert response.status_code == 200, response.text
    return response.json()


class TestRefused:
    def test_unknown_plan(self, client: TestClient) -> None:
        chosen = [{"need_id": "need-1", "provider_id": "volunteer-1"}]
        response = client.post("/v1/plans/none/acceptance", json={"assignments": chosen})
        problem_of(response, "not-found")

    def test_a_plan_of_more_than_is_theirs(self, open_client: Client, store_path: Path) -> None:
        headers = headers_in(store_path, Role.DISPATCHER, DISTRICT)
        client = open_client()
        plan, chosen = proposals(client)
        response = client.post(f"/v1/plans/{plan}/acceptance", json={"assignments": chosen}, headers=headers)
        problem_of(response, "not-found")

    @pytest.mark.parametrize("count", [0, 101])
    def test_too_few_or_too_many(self, client: TestClient, count: int) -> None:
        chosen = [{"need_id": f"n{number}", "provider_id": "p"} for number in range(count)]
        response = client.post("/v1/plans/none/acceptance", json={"assignments": chosen})
        assert pointers(problem_of(response, "invalid-request")) == {"#/assignments"}

    def test_one_twice(self, client: TestClient) -> None:
        chosen = [{"need_id": "need-1", "provider_id": "volunteer-1"}] * 2
        response = client.post("/v1/plans/none/acceptance", json={"assignments": chosen})
        assert pointers(problem_of(response, "invalid-request")) == {"#/assignments"}

    def test_before_it_is_done(self, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
        """A plan that is still being made is no proposal yet."""
        may_go_on = Event()
        make = LiveMatcher.plan

        def wait_and_make(*given: Any) -> Any:
            may_go_on.wait()
            return make(*given)

        monkeypatch.setattr(LiveMatcher, "plan", wait_and_make)
        plan = started(client)["id"]
        chosen = [{"need_id": "need-1", "provider_id": "volunteer-1"}]
        response = client.post(f"/v1/plans/{plan}/acceptance", json={"assignments": chosen})
        may_go_on.set()
        problem_of(response, "plan-not-done")


class TestAccepted:
    def test_holds(self, client: TestClient) -> None:
        """As if each had been offered by hand: units are held, the need is waiting."""
        plan, chosen = proposals(client, {"id": "b"})
        answer = accepted(client, plan, chosen)
        assert answer["held"] == len(chosen) == 2
        assert [each["need_id"] for each in answer["outcomes"]] == [each["need_id"] for each in chosen]
        for each in answer["outcomes"]:
            referral = client.get(f"/v1/referrals/{each['referral_id']}").json()
            assert (referral["status"], referral["provider_id"]) == ("requested", each["provider_id"])
            assert (each["is_held"], each["problem"], each["detail"]) == (True, None, None)
        assert client.get("/v1/queue").json()["counts"]["state"]["waiting"] == 2

    def test_again_with_its_key(self, client: TestClient) -> None:
        """The same referrals, no unit held twice; another body under the key is another request's."""
        plan, chosen = proposals(client, {"id": "b"})
        first = accepted(client, plan, chosen, **KEY)
        store = store_of(client)
        before = store.head()
        assert accepted(client, plan, chosen, **KEY) == first
        assert store.head() == before

    def test_again_after_half_of_it(self, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
        """The store goes away between two needs: what was done is told the next time, the rest is done."""
        plan, chosen = proposals(client, {"id": "b"})
        ask = Desk.offer_all

        def lose() -> None:
            raise StoreUnavailable("away")

        def ask_once(*given: Any) -> Any:
            monkeypatch.setattr(Desk, "offer_all", lambda *_: lose())
            return ask(*given)

        monkeypatch.setattr(Desk, "offer_all", ask_once)
        broken = client.post(f"/v1/plans/{plan}/acceptance", json={"assignments": chosen}, headers=KEY)
        problem_of(broken, "store-unavailable")
        [half] = store_of(client).scan(Referral)
        monkeypatch.setattr(Desk, "offer_all", ask)
        whole = accepted(client, plan, chosen, **KEY)
        assert whole["outcomes"][0]["referral_id"] == half.value.id
        assert whole["held"] == len(list(store_of(client).scan(Referral))) == 2

    def test_a_key_is_for_one_body(self, client: TestClient) -> None:
        """What it has done for another one is not told as if it had been asked for here."""
        plan, chosen = proposals(client, {"id": "b"})
        accepted(client, plan, chosen[:1], **KEY)
        told = accepted(client, plan, chosen, **KEY)["outcomes"]
        assert [each["problem"] for each in told] == ["/problems/idempotency-key-reused", None]

    def test_what_others_did_meanwhile(self, client: TestClient) -> None:
        """A conflict is told for the need that has it; it keeps no other from being held."""
        plan, chosen = proposals(client, {"id": "b"})
        taken = {"provider_id": "charity-1"}
        assert (
            client.post("/v1/needs/b/referrals", json=taken, headers={"If-Match": '"1"'}).status_code == 201
        )
        told = {each["need_id"]: each for each in accepted(client, plan, chosen)["outcomes"]}
        assert (told["b"]["is_held"], told["b"]["referral_id"]) == (False, None)
        assert told["b"]["problem"] in ("/problems/need-covered", "/problems/already-asked")
        assert told["need-1"]["is_held"]

    def test_what_the_plan_does_not_propose(self, client: TestClient) -> None:
        plan, chosen = proposals(client)
        other = [{"need_id": "need-1", "provider_id": "volunteer-3"}]
        answer = accepted(client, plan, other)
        assert (answer["held"], answer["outcomes"][0]["problem"]) == (0, "/problems/not-found")
        assert accepted(client, plan, chosen)["held"] == 1

    def test_a_bundle(self, client: TestClient) -> None:
        """Several providers of one need: together, or not at all."""
        plan, chosen = proposals(client, {"id": "big", "units": 6})
        bundle = [each for each in chosen if each["need_id"] == "big"]
        assert len(bundle) > 1
        address = f"/v1/providers/{bundle[-1]['provider_id']}"
        client.patch(address, json={"capacity": {"total": 0}}, headers={"If-Match": '"1"'})
        answer = accepted(client, plan, bundle)
        assert {each["problem"] for each in answer["outcomes"]} == {"/problems/capacity-exceeded"}
        assert sum(each.value.capacity.reserved for each in store_of(client).scan(Provider)) == 0
        client.patch(address, json={"capacity": {"total": 4}}, headers={"If-Match": '"2"'})
        assert accepted(client, plan, bundle)["held"] == len(bundle)

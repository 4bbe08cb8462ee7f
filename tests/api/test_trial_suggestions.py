"""Why not X, and other weights, over HTTP."""

from __future__ import annotations

from decimal import Decimal
from json import loads
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import pointers, problem_of

EQUAL = {"proximity": 1, "skill": 1, "capacity": 1, "continuity": 1, "fairness": 1}
NEAREST = {**dict.fromkeys(EQUAL, 0), "proximity": 7.5}


def judged(client: TestClient, provider: str) -> Any:
    response = client.get(f"/v1/needs/need-1/suggestions/{provider}")
    assert response.status_code == 200, response.text
    return response.json()


def tried(client: TestClient, weights: Any, **body: Any) -> Any:
    return client.post("/v1/needs/need-1/trial-suggestions", json={"weights": weights, **body})


class TestOneProvider:
    @pytest.mark.parametrize(
        "address", ["/v1/needs/need-1/suggestions/none", "/v1/needs/none/suggestions/volunteer-1"]
    )
    def test_not_there(self, client: TestClient, address: str) -> None:
        problem_of(client.get(address), "not-found")

    def test_one_that_is_suggested(self, client: TestClient) -> None:
        """The same rank, score and factors as in the list."""
        for each in client.get("/v1/needs/need-1/suggestions").json()["suggestions"]:
            answer = judged(client, each["provider_id"])
            assert {name: answer[name] for name in each} == each
            assert (answer["is_eligible"], answer["reasons"], answer["change"]) == (True, [], "")

    def test_one_that_is_away_and_was_asked(self, client: TestClient) -> None:
        """Each reason, and what would have to change; the score that it would have."""
        asked = {"provider_id": "volunteer-1"}
        client.post("/v1/needs/need-1/referrals", json=asked, headers={"If-Match": '"1"'})
        client.patch("/v1/providers/volunteer-1", json={"is_active": False}, headers={"If-Match": '"2"'})
        answer = judged(client, "volunteer-1")
        assert (answer["is_eligible"], answer["rank"]) == (False, None)
        assert answer["reasons"][0] == "inactive"
        assert "excluded" in answer["reasons"]
        assert [each["reason"] for each in answer["gaps"]] == answer["reasons"]
        assert answer["change"].startswith("would have to be active; ")
        assert answer["score"] > 0
        assert answer["graph_revision"] > 1


class TestOtherWeights:
    @pytest.mark.parametrize(
        ("weights", "name", "blamed"),
        [
            (dict.fromkeys(EQUAL, 0), "rule-broken", {"#/weights"}),
            ({**EQUAL, "skill": -1}, "invalid-request", {"#/weights/skill"}),
            ({**EQUAL, "skill": 1_001}, "invalid-request", {"#/weights/skill"}),
            ({**EQUAL, "luck": 1}, "invalid-request", {"#/weights/luck"}),
            ({"skill": 1}, "invalid-request", {f"#/weights/{each}" for each in EQUAL if each != "skill"}),
        ],
    )
    def test_refused(self, client: TestClient, weights: Any, name: str, blamed: set[str]) -> None:
        assert pointers(problem_of(tried(client, weights), name)) == blamed

    def test_unknown_need(self, client: TestClient) -> None:
        response = client.post("/v1/needs/none/trial-suggestions", json={"weights": EQUAL})
        problem_of(response, "not-found")

    def test_by_phone_nearness_counts_nothing(self, client: TestClient) -> None:
        need = {"id": "phone", "category_id": "legal_aid", "community_code": "440103001101"}
        assert client.post("/v1/needs", json=need).status_code == 201
        response = client.post("/v1/needs/phone/trial-suggestions", json={"weights": EQUAL})
        assert pointers(problem_of(response, "rule-broken")) == {"#/weights/proximity"}
        allowed = {"weights": {**EQUAL, "proximity": 0}}
        assert client.post("/v1/needs/phone/trial-suggestions", json=allowed).status_code == 200

    def test_exact_and_marked(self, client: TestClient) -> None:
        """Scores are the sum of what is printed; the list is by nearness alone."""
        answer = loads(tried(client, NEAREST, limit=2).content, parse_float=Decimal)
        assert answer["is_trial"] is True
        first, second = answer["suggestions"]
        assert first["provider_id"] == "volunteer-1"
        for each in (first, second):
            assert each["score"] == each["factors"]["proximity"]["value"]
            assert each["score"] == sum(part["contribution"] for part in each["factors"].values())
        equal = tried(client, EQUAL).json()["suggestions"][0]["factors"]
        assert {each["weight"] for each in equal.values()} == {0.2}

    def test_nothing_is_kept(self, client: TestClient) -> None:
        """Neither the list nor the weights: the answer to the next question is what it was."""
        before = client.get("/v1/needs/need-1/suggestions").json()
        for _ in range(3):
            assert tried(client, NEAREST).status_code == 200
        assert client.get("/v1/needs/need-1/suggestions").json() == before
        assert before["graph_revision"] == client.get("/readyz").json()["cursor"]

"""GET /v1/needs/{id}/suggestions and POST /v1/suggestions"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from json import loads
from typing import Any

import pytest
from starlette.testclient import TestClient

from graph_models.domain.places import Area, AreaLevel
from graph_models.ports import NEW, Put, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from tests.api.conftest import Client, pointers, problem_of
from tests.builders import COMMUNITY, STREET, FixedClock, a_need, a_provider

HOME = {"latitude": 23.101, "longitude": 113.251, "crs": "wgs84"}
NEED = {"category_id": "home_care", "location": HOME}


def describe(client: TestClient, **body: Any) -> Any:
    return client.post("/v1/suggestions", json={"need": NEED, **body})


class TestStoredNeed:
    def test_unknown_need_is_not_found(self, client: TestClient) -> None:
        """Suggestions belong to a need."""
        problem_of(client.get("/v1/needs/nothing/suggestions"), "not-found")

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ("limit=0", "#/limit"),
            ("limit=101", "#/limit"),
            ("limit=many", "#/limit"),
            ("explain=perhaps", "#/explain"),
            ("explian=true", "#/explian"),
        ],
    )
    def test_bad_queries_are_refused(self, client: TestClient, query: str, pointer: str) -> None:
        """A misspelt option must not be ignored."""
        response = client.get(f"/v1/needs/need-1/suggestions?{query}")
        assert pointers(problem_of(response, "invalid-request")) == {pointer}

    def test_need_without_a_point_says_what_helps(self, client: TestClient, store_path: Any) -> None:
        """A community without a point cannot stand in for a location; the answer names the remedy."""
        community = Area(f"{STREET}999", AreaLevel.COMMUNITY, "新社区", STREET)
        with SqliteStore(store_path, FixedClock()) as store:
            values = (community, a_need("lost", community_code=community.code))
            store.write(WriteBatch("lost", tuple(Put(value, NEW) for value in values)))
        problem = problem_of(client.get("/v1/needs/lost/suggestions"), "rule-broken")
        assert "need.location must be given" in problem["detail"]
        client.patch("/v1/needs/lost", json={"location": HOME}, headers={"If-Match": '"1"'})
        assert client.get("/v1/needs/lost/suggestions").status_code == 200

    def test_answer_has_the_agreed_shape(self, client: TestClient) -> None:
        """Other tools read these names; `lastmeter suggest --json` prints the same object."""
        answer = client.get("/v1/needs/need-1/suggestions?limit=2&explain=true").json()
        assert answer.keys() == {
            *("need", "suggestions", "considered", "rejected", "near_misses"),
            *("community_code", "remarks", "graph_revision", "as_of", "is_stale", "is_synthetic"),
        }
        assert answer["need"]["id"] == "need-1"
        for rank, suggestion in enumerate(answer["suggestions"], 1):
            assert suggestion.keys() == {
                *("rank", "provider_id", "kind", "name", "score"),
                *("factors", "distance_km", "remaining_units"),
            }
            assert suggestion["rank"] == rank
            factors = suggestion["factors"]
            assert list(factors) == ["proximity", "skill", "capacity", "continuity", "fairness"]
            assert all(each.keys() == {"weight", "value", "contribution"} for each in factors.values())
        assert answer["considered"] == 4
        assert answer["rejected"] == {"inactive": 1}
        (near_miss,) = answer["near_misses"]
        assert (near_miss["provider_id"], near_miss["reason"]) == ("volunteer-3", "inactive")
        assert near_miss["change"] == "would have to be active"

    def test_printed_parts_add_up_to_the_printed_score(self, client: TestClient) -> None:
        """As decimals, exactly; nothing is rounded on the way to JSON."""
        text = client.get("/v1/needs/need-1/suggestions").text
        answer = loads(text, parse_float=Decimal, parse_int=Decimal)
        assert len(answer["suggestions"]) == 3
        for suggestion in answer["suggestions"]:
            factors = suggestion["factors"].values()
            assert sum(each["contribution"] for each in factors) == suggestion["score"]
            assert all(each["weight"] * each["value"] == each["contribution"] for each in factors)

    def test_full_list_does_not_pay_for_reasons(self, client: TestClient) -> None:
        """Counts and near misses come when asked for, or when there are fewer than `limit`."""
        full = client.get("/v1/needs/need-1/suggestions?limit=3").json()
        assert [full[name] for name in ("considered", "rejected", "near_misses")] == [None] * 3
        short = client.get("/v1/needs/need-1/suggestions?limit=4").json()
        assert short["considered"] == 4
        assert short["suggestions"] == full["suggestions"]

    def test_changes_count_at_once(self, open_client: Client) -> None:
        """A provider stored or paused through one process is seen by the next answer of another."""
        one, two = open_client(), open_client()
        new = {
            "id": "near-1",
            "kind": "volunteer",
            "name": "Volunteer 8",
            "capacity": {"total": 9},
            "skills": [{"skill_id": "personal_care", "level": 1}],
            "community_code": COMMUNITY,
            "location": {"latitude": 23.1, "longitude": 113.25, "crs": "wgs84"},
            "serves": [COMMUNITY],
            "verified_at": "2026-02-01T00:00:00Z",
        }

        def first() -> str:
            answer = two.get("/v1/needs/need-1/suggestions?limit=1").json()
            return str(answer["suggestions"][0]["provider_id"])

        assert first() == "volunteer-1"
        one.post("/v1/providers", json={**new, "skills": [{"skill_id": "personal_care.bathing", "level": 1}]})
        one.patch(
            "/v1/providers/near-1",
            json={
                "skills": [
                    {"skill_id": key, "level": 1}
                    for key in ("personal_care.bathing", "personal_care.feeding")
                ]
            },
            headers={"If-Match": '"1"'},
        )
        assert first() == "near-1"
        one.patch("/v1/providers/near-1", json={"is_active": False}, headers={"If-Match": '"2"'})
        assert first() == "volunteer-1"


class TestDescribedNeed:
    @pytest.mark.parametrize(
        ("body", "name", "pointer"),
        [
            ({"need": {"category_id": "home_care"}}, "rule-broken", "#/need/location"),
            ({"need": {**NEED, "category_id": "no_such"}}, "unknown-reference", "#/need/category_id"),
            ({"need": {**NEED, "community_code": "0000"}}, "unknown-reference", "#/need/community_code"),
            ({"need": {**NEED, "resident_id": "nobody"}}, "unknown-reference", "#/need/resident_id"),
            ({"need": {**NEED, "units": 0}}, "invalid-request", "#/need/units"),
            ({"need": {**NEED, "id": "x"}}, "invalid-request", "#/need/id"),
            (
                {"need": {**NEED, "required_skills": [{"skill_id": "no_such"}]}},
                "unknown-reference",
                "#/need/required_skills",
            ),
            (
                {"need": {**NEED, "required_skills": [{"skill_id": "care"}] * 2}},
                "rule-broken",
                "#/need/required_skills",
            ),
            ({"resident": {"age": 141}}, "invalid-request", "#/resident/age"),
            ({"resident": {"age": -1}}, "invalid-request", "#/resident/age"),
            ({"resident": {"name": "somebody"}}, "invalid-request", "#/resident/name"),
            ({"resident": {"languages": ["yue", "yue"]}}, "invalid-request", "#/resident/languages"),
            ({"limit": 0}, "invalid-request", "#/limit"),
            ({"limit": "5"}, "invalid-request", "#/limit"),
            ({"explain": "true"}, "invalid-request", "#/explain"),
        ],
    )
    def test_bad_input_is_refused_by_name_and_pointer(
        self, client: TestClient, body: Any, name: str, pointer: str
    ) -> None:
        """The same rules as for stored needs, pointed at where they are in this body."""
        assert pointer in pointers(problem_of(describe(client, **body), name))

    def test_point_alone_takes_the_nearest_community(self, client: TestClient) -> None:
        """A client that knows a point need not know the city's codes; the answer says which was taken."""
        answer = describe(client).json()
        assert (answer["community_code"], answer["need"]["community_code"]) == (COMMUNITY, None)
        assert answer["need"]["id"] == "described"
        assert answer["suggestions"][0]["provider_id"] == "volunteer-1"

    def test_an_unknown_exclusion_is_refused(self, client: TestClient) -> None:
        """A misspelt provider would be suggested after all."""
        need = {**NEED, "excluded_provider_ids": ["volunteer-1", "volunter-2"]}
        problem = problem_of(describe(client, need=need), "unknown-reference")
        assert pointers(problem) == {"#/need/excluded_provider_ids"}

    def test_oddities_are_remarked(self, client: TestClient) -> None:
        """A need whose time is over is answered, and the answer says so."""
        window = {"start": "2020-01-01T08:00:00Z", "end": "2020-01-01T09:00:00Z"}
        [remark] = describe(client, need={**NEED, "time_window": window}).json()["remarks"]
        assert remark["code"] == "window_over"
        assert describe(client).json()["remarks"] == []

    def test_age_is_that_of_the_year_in_the_city(self, client: TestClient, open_client: Client) -> None:
        """On New Year's Eve in UTC, somebody who says 60 in Guangzhou is 60 there."""
        patch = {"eligibility": {"min_age": 60, "max_age": 60}}
        assert client.patch("/v1/providers/volunteer-1", json=patch, headers={"If-Match": '"1"'}).is_success
        eve = open_client(clock=FixedClock(datetime(2025, 12, 31, 20, tzinfo=UTC)))
        answer = describe(eve, resident={"age": 60}).json()
        assert "volunteer-1" in {each["provider_id"] for each in answer["suggestions"]}

    def test_nothing_is_stored(self, client: TestClient) -> None:
        """Asking leaves no trace in the graph."""
        before = client.get("/readyz").json()["cursor"]
        assert describe(client).status_code == 200
        assert client.get("/readyz").json()["cursor"] == before
        problem_of(client.get("/v1/needs/described"), "not-found")

    def test_same_question_same_answer_as_stored(self, client: TestClient) -> None:
        """A need gets the same suggestions whether it is stored or described."""
        fields = {"category_id": "home_care", "community_code": COMMUNITY, "resident_id": "resident-1"}
        described = describe(client, need=fields, explain=True).json()
        stored = client.get("/v1/needs/need-1/suggestions?explain=true").json()
        for name in ("suggestions", "considered", "rejected", "near_misses"):
            assert described[name] == stored[name]

    @pytest.mark.parametrize(
        ("terms", "resident", "is_suggested"),
        [
            ({"eligibility": {"min_age": 60}}, {"age": 59}, False),
            ({"eligibility": {"min_age": 60}}, {"age": 60}, True),
            ({"eligibility": {"min_age": 60}}, {}, True),
            ({"eligibility": {"max_age": 17}}, {"age": 18}, False),
            ({"eligibility": {"hardship": ["low_income"]}}, {"hardship": ["disability"]}, False),
            ({"eligibility": {"hardship": ["low_income"]}}, {"hardship": ["low_income"]}, True),
            ({"languages": ["zh"]}, {"languages": ["yue"]}, False),
            ({"languages": ["zh"]}, {"languages": ["yue", "zh"]}, True),
            ({"accessibility": []}, {"accessibility": ["wheelchair"]}, False),
            ({"accessibility": None}, {"accessibility": ["wheelchair"]}, True),
        ],
    )
    def test_described_resident_counts(
        self, client: TestClient, terms: Any, resident: Any, is_suggested: bool
    ) -> None:
        """Age, hardship, languages and accessibility decide as those of a resident on record."""
        client.patch("/v1/providers/volunteer-1", json=terms, headers={"If-Match": '"1"'})
        answer = describe(client, resident=resident).json()
        found = {each["provider_id"] for each in answer["suggestions"]}
        assert ("volunteer-1" in found) == is_suggested
        assert (answer["rejected"].get("not_eligible", 0) == 0) == is_suggested

    def test_synthetic_surroundings_are_marked(self, client: TestClient, store_path: Any) -> None:
        """An answer that rests on made-up data says so."""
        assert describe(client).json()["is_synthetic"] is False
        with SqliteStore(store_path, FixedClock()) as store:
            values = (
                a_need("made-up", is_synthetic=True),
                a_provider("made-up-1", is_synthetic=True, skills=()),
            )
            store.write(WriteBatch("made-up", tuple(Put(value, NEW) for value in values)))
        assert client.get("/v1/needs/made-up/suggestions").json()["is_synthetic"] is True

"""/v1/needs"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import pointers, problem_of
from tests.builders import COMMUNITY, NOW

LEAST = {"category_id": "home_care", "community_code": COMMUNITY}
WINDOW = {"start": "2026-03-03T08:00:00+08:00", "end": "2026-03-03T12:00:00+08:00"}

REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"category_id": None}, "invalid-request", "#/category_id"),
    ({"category_id": "two words"}, "invalid-request", "#/category_id"),
    ({"category_id": "no_such"}, "unknown-reference", "#/category_id"),
    ({"community_code": "9999"}, "unknown-reference", "#/community_code"),
    ({"resident_id": "nobody"}, "unknown-reference", "#/resident_id"),
    ({"community_code": None}, "rule-broken", "#/location"),
    ({"units": 0}, "invalid-request", "#/units"),
    ({"units": 10_001}, "invalid-request", "#/units"),
    ({"units": "2"}, "invalid-request", "#/units"),
    ({"units": True}, "invalid-request", "#/units"),
    ({"units": 1.5}, "invalid-request", "#/units"),
    ({"is_indivisible": "yes"}, "invalid-request", "#/is_indivisible"),
    ({"urgency": "ROUTINE"}, "invalid-request", "#/urgency"),
    ({"status": "done"}, "invalid-request", "#/status"),
    ({"visit_minutes": 1_441}, "invalid-request", "#/visit_minutes"),
    ({"search_radius_km": -0.1}, "invalid-request", "#/search_radius_km"),
    ({"created_at": 1_772_413_200}, "invalid-request", "#/created_at"),
    ({"created_at": "2026-03-02"}, "invalid-request", "#/created_at"),
    ({"created_at": "2026-03-02T09:00:00"}, "invalid-request", "#/created_at"),
    ({"created_at": "0001-01-01T00:00:00+14:00"}, "rule-broken", "#/created_at"),
    ({"time_window": {"start": WINDOW["end"], "end": WINDOW["start"]}}, "rule-broken", "#/time_window/end"),
    ({"time_window": {"start": WINDOW["start"]}}, "invalid-request", "#/time_window/end"),
    ({"location": {"latitude": 23.1, "longitude": 113.2}}, "invalid-request", "#/location/crs"),
    (
        {"location": {"latitude": 91, "longitude": 113.2, "crs": "wgs84"}},
        "invalid-request",
        "#/location/latitude",
    ),
    (
        {"location": {"latitude": 23.1, "longitude": 113.2, "crs": "epsg:4326"}},
        "invalid-request",
        "#/location/crs",
    ),
    ({"required_skills": [{"skill_id": "no_such"}]}, "unknown-reference", "#/required_skills"),
    (
        {"required_skills": [{"skill_id": "care"}, {"skill_id": "care", "min_level": 2}]},
        "invalid-request",
        "#/required_skills/1/min_level",
    ),
    ({"required_skills": [{"skill_id": "care"}] * 2}, "rule-broken", "#/required_skills"),
    ({"excluded_provider_ids": ["volunteer-1"] * 2}, "invalid-request", "#/excluded_provider_ids"),
    ({"is_synthetic": True}, "invalid-request", "#/is_synthetic"),
    ({"no/such~member": 1}, "invalid-request", "#/no~1such~0member"),
]


class TestCreate:
    @pytest.mark.parametrize(
        ("changes", "name", "pointer"), REFUSED, ids=[str(each[0])[:60] for each in REFUSED]
    )
    def test_bad_input_is_refused_by_name_and_pointer(
        self, client: TestClient, changes: dict[str, Any], name: str, pointer: str
    ) -> None:
        """Each broken rule gives its problem type and points at the member; nothing is stored."""
        response = client.post("/v1/needs", json={**LEAST, "id": "bad", **changes})
        assert pointer in pointers(problem_of(response, name))
        assert client.get("/v1/needs/bad").status_code == 404

    def test_all_faults_are_named_at_once(self, client: TestClient) -> None:
        """A caller does not have to try once for each mistake."""
        response = client.post("/v1/needs", json={"units": 0, "urgency": 5})
        found = pointers(problem_of(response, "invalid-request"))
        assert found == {"#/units", "#/urgency", "#/category_id"}

    def test_taken_id_is_a_conflict(self, client: TestClient) -> None:
        """An id is given once."""
        problem_of(client.post("/v1/needs", json={**LEAST, "id": "need-1"}), "duplicate-key")

    def test_least_need_takes_the_defaults(self, client: TestClient) -> None:
        """A category and a place are enough; every member is in the answer."""
        response = client.post("/v1/needs", json=LEAST)
        need = response.json()
        assert response.status_code == 201
        assert response.headers["location"] == f"/v1/needs/{need['id']}"
        assert response.headers["etag"] == '"1"'
        assert need == client.get(response.headers["location"]).json()
        assert need == {
            "id": need["id"],
            "category_id": "home_care",
            "created_at": "2026-03-02T01:00:00Z",
            "resident_id": None,
            "community_code": COMMUNITY,
            "location": None,
            "required_skills": [],
            "urgency": "routine",
            "units": 1,
            "is_indivisible": False,
            "time_window": None,
            "visit_minutes": None,
            "search_radius_km": None,
            "status": "active",
            "excluded_provider_ids": [],
            "is_synthetic": False,
            "escalation_level": "community",
            "answer_due_at": "2026-03-03T01:00:00Z",
            "revision": 1,
        }

    def test_full_need_comes_back_as_sent(self, client: TestClient) -> None:
        """What was sent is what is stored; times are told in UTC, an integral 2.0 is 2."""
        sent = {
            **LEAST,
            "id": "full-1",
            "created_at": "2026-03-01T08:00:00+08:00",
            "resident_id": "resident-1",
            "location": {"latitude": 23.1, "longitude": 113.2, "crs": "wgs84"},
            "required_skills": [{"skill_id": "personal_care.bathing", "min_level": 0.5}],
            "urgency": "asap",
            "units": 2.0,
            "is_indivisible": True,
            "time_window": WINDOW,
            "visit_minutes": 45,
            "search_radius_km": 4,
            "status": "draft",
            "excluded_provider_ids": ["volunteer-2", "volunteer-1"],
        }
        got = client.post("/v1/needs", json=sent).json()
        assert got == {
            **sent,
            "created_at": "2026-03-01T00:00:00Z",
            "time_window": {"start": "2026-03-03T00:00:00Z", "end": "2026-03-03T04:00:00Z"},
            "excluded_provider_ids": ["volunteer-1", "volunteer-2"],
            "location": {"latitude": 23.1, "longitude": 113.2, "crs": "wgs84", "given": None},
            "is_synthetic": False,
            "escalation_level": None,
            "answer_due_at": None,
            "revision": 1,
        }

    def test_shifted_coordinates_are_converted_and_kept(self, client: TestClient) -> None:
        """GCJ-02 lies some 600 m off in Guangzhou; the answer is WGS-84 and shows what was given."""
        given = {"latitude": 23.0973516, "longitude": 113.3053729, "crs": "gcj02"}
        location = client.post("/v1/needs", json={**LEAST, "location": given}).json()["location"]
        assert (location["crs"], location["given"]) == ("wgs84", given)
        assert location["latitude"] == pytest.approx(23.1, abs=1e-6)
        assert location["longitude"] == pytest.approx(113.3, abs=1e-6)

    def test_null_is_the_same_as_absence(self, client: TestClient) -> None:
        """Generated clients send null for what they do not set."""
        optional = [
            "id",
            "created_at",
            "status",
            "units",
            "urgency",
            "location",
            "time_window",
            "required_skills",
        ]
        got = client.post("/v1/needs", json={**LEAST, **dict.fromkeys(optional)}).json()
        least = client.post("/v1/needs", json=LEAST).json()
        assert {**got, "id": ""} == {**least, "id": ""}


class TestRead:
    def test_unknown_id_is_not_found(self, client: TestClient) -> None:
        """No need, no body."""
        problem_of(client.get("/v1/needs/nothing"), "not-found")

    def test_impossible_id_is_refused(self, client: TestClient) -> None:
        """An id that cannot exist is a mistake in the address."""
        assert pointers(problem_of(client.get("/v1/needs/two%20words"), "invalid-request")) == {"#/id"}

    def test_current_copy_is_not_sent_again(self, client: TestClient) -> None:
        """If-None-Match with the current ETag answers 304 without a body."""
        etag = client.get("/v1/needs/need-1").headers["etag"]
        response = client.get("/v1/needs/need-1", headers={"If-None-Match": f'W/{etag}, "99"'})
        assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", etag)
        stale = client.get("/v1/needs/need-1", headers={"If-None-Match": '"99"'})
        assert stale.status_code == 200


def test_a_need_cannot_come_from_the_future(client: TestClient) -> None:
    """A few minutes are the difference between two clocks; more is a mistake."""
    need = {"category_id": "home_care", "community_code": COMMUNITY}
    soon, late = (NOW + timedelta(minutes=minutes) for minutes in (5, 6))
    assert client.post("/v1/needs", json={**need, "created_at": soon.isoformat()}).status_code == 201
    problem = problem_of(
        client.post("/v1/needs", json={**need, "created_at": late.isoformat()}), "rule-broken"
    )
    assert pointers(problem) == {"#/created_at"}


class TestChange:
    def change(self, client: TestClient, body: Any, etag: str | None = '"1"', **headers: str) -> Any:
        given = {} if etag is None else {"If-Match": etag}
        return client.patch("/v1/needs/need-1", json=body, headers={**given, **headers})

    def test_without_if_match_is_refused(self, client: TestClient) -> None:
        """Nobody overwrites what they have not read, not even with a body that is wrong as well."""
        problem_of(self.change(client, {"units": 2}, etag=None), "precondition-required")
        problem_of(self.change(client, {"units": 0}, etag=None), "precondition-required")

    @pytest.mark.parametrize("etag", ["*", "1", 'W/"1"', '"1", "2"'])
    def test_only_one_strong_etag_will_do(self, client: TestClient, etag: str) -> None:
        """`*` and lists would let a stale caller through."""
        assert pointers(problem_of(self.change(client, {}, etag=etag), "invalid-request")) == {"#/if-match"}

    @pytest.mark.parametrize("etag", ['""', '"0"', '"x"', '"01"', '"' + "9" * 40 + '"'])
    def test_an_etag_that_was_never_given_out_is_stale(self, client: TestClient, etag: str) -> None:
        """It is a tag, but not that of the current state."""
        problem_of(self.change(client, {"units": 2}, etag=etag), "revision-conflict")

    def test_stale_etag_is_refused_and_changes_nothing(self, client: TestClient) -> None:
        """The second of two writers with one revision loses and sees why."""
        assert self.change(client, {"units": 2}).status_code == 200
        problem_of(self.change(client, {"units": 3}), "revision-conflict")
        assert client.get("/v1/needs/need-1").json()["units"] == 2

    def test_unknown_need_is_not_found(self, client: TestClient) -> None:
        """There is nothing to change."""
        problem_of(client.patch("/v1/needs/nothing", json={}, headers={"If-Match": '"1"'}), "not-found")

    @pytest.mark.parametrize("member", ["id", "created_at", "is_synthetic", "revision"])
    def test_read_only_members_are_refused(self, client: TestClient, member: str) -> None:
        """What a caller may not set is not taken silently."""
        assert pointers(problem_of(self.change(client, {member: "x"}), "invalid-request")) == {f"#/{member}"}

    def test_required_member_cannot_be_removed(self, client: TestClient) -> None:
        """A need without category is none."""
        problem_of(self.change(client, {"category_id": None}), "invalid-request")

    def test_change_that_breaks_a_rule_with_what_stays(self, client: TestClient) -> None:
        """The result as a whole has to hold, not only the patch."""
        problem_of(self.change(client, {"community_code": None}), "rule-broken")
        problem_of(self.change(client, {"category_id": "no_such"}), "unknown-reference")

    def test_patch_sets_keeps_and_resets(self, client: TestClient) -> None:
        """Absent members stay, null resets to the default, lists are replaced (RFC 7396)."""
        before = client.get("/v1/needs/need-1").json()
        first = self.change(client, {"units": 3, "urgency": "stat", "time_window": WINDOW})
        assert first.headers["etag"] == '"2"'
        second = self.change(
            client, {"units": None, "excluded_provider_ids": ["volunteer-2"]}, etag='"2"'
        ).json()
        assert second == {
            **before,
            "urgency": "stat",
            "time_window": {"start": "2026-03-03T00:00:00Z", "end": "2026-03-03T04:00:00Z"},
            "excluded_provider_ids": ["volunteer-2"],
            "revision": 3,
        }
        assert second == client.get("/v1/needs/need-1").json()

    def test_patch_that_changes_nothing_keeps_the_revision(self, client: TestClient) -> None:
        """A repeated wish is not a change."""
        response = self.change(client, {"units": 1}, **{"Content-Type": "application/merge-patch+json"})
        assert (response.status_code, response.headers["etag"]) == (200, '"1"')


class TestList:
    def test_filters_hold_together(self, client: TestClient) -> None:
        """All filters have to hold; an unknown value of an open one gives an empty page."""
        client.post("/v1/needs", json={**LEAST, "id": "a", "urgency": "stat"})
        client.post("/v1/needs", json={**LEAST, "id": "b", "urgency": "stat", "category_id": "legal_aid"})

        def ids(query: str) -> list[str]:
            return [each["id"] for each in client.get(f"/v1/needs?{query}").json()["items"]]

        assert ids("") == ["a", "b", "need-1"]
        assert ids("urgency=stat") == ["a", "b"]
        assert ids("urgency=stat&category_id=legal_aid") == ["b"]
        assert ids("resident_id=resident-1") == ["need-1"]
        assert ids("community_code=4401") == []
        assert ids("status=draft") == []

    @pytest.mark.parametrize("query", ["urgency=soon", "status=", "community_code=a%20b", "urgncy=stat"])
    def test_bad_filters_are_refused(self, client: TestClient, query: str) -> None:
        """A misspelt filter must not answer with everything."""
        name = query.partition("=")[0]
        assert pointers(problem_of(client.get(f"/v1/needs?{query}"), "invalid-request")) == {f"#/{name}"}

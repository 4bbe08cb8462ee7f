"""/v1/providers"""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from graph_models.domain.identifiers import ProviderId
from graph_models.domain.providers import Provider
from graph_models.ports import AdjustCapacity, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from tests.api.conftest import Client, pointers, problem_of
from tests.builders import COMMUNITY, FixedClock

LEAST = {"kind": "volunteer", "name": "Volunteer 9", "capacity": {"total": 2}}

REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "Volunteer"}, "invalid-request", "#/kind"),
    ({"kind": "a" * 65}, "invalid-request", "#/kind"),
    ({"name": ""}, "invalid-request", "#/name"),
    ({"name": "x" * 501}, "invalid-request", "#/name"),
    ({"name": "   "}, "rule-broken", "#/name"),
    ({"name": "a\u0000b"}, "rule-broken", "#/name"),
    ({"name": None}, "invalid-request", "#/name"),
    ({"capacity": {"total": -1}}, "invalid-request", "#/capacity/total"),
    ({"capacity": {"total": 2**31}}, "invalid-request", "#/capacity/total"),
    ({"capacity": {"total": 1, "reserved": 1}}, "invalid-request", "#/capacity/reserved"),
    ({"capacity": {}}, "invalid-request", "#/capacity/total"),
    ({"skills": [{"skill_id": "care", "level": 0}]}, "invalid-request", "#/skills/0/level"),
    ({"skills": [{"skill_id": "care", "level": 1.1}]}, "invalid-request", "#/skills/0/level"),
    ({"skills": [{"skill_id": "care", "level": "1"}]}, "invalid-request", "#/skills/0/level"),
    ({"skills": [{"skill_id": "no_such", "level": 1}]}, "unknown-reference", "#/skills"),
    ({"serves": ["0000"]}, "unknown-reference", "#/serves"),
    ({"member_of": "nobody"}, "unknown-reference", "#/member_of"),
    ({"id": "self-1", "member_of": "self-1"}, "rule-broken", "#/member_of"),
    ({"max_travel_km": -1}, "invalid-request", "#/max_travel_km"),
    ({"availability": "weekdays"}, "invalid-request", "#/availability"),
    ({"availability": "Mo 12:00-09:00"}, "rule-broken", "#/availability"),
    ({"availability": "Mo 09:00-11:00,10:00-12:00"}, "rule-broken", "#/availability"),
    ({"availability": "Su-Mo 09:00-11:00"}, "rule-broken", "#/availability"),
    ({"eligibility": {"min_age": 70, "max_age": 60}}, "rule-broken", "#/eligibility/max_age"),
    ({"eligibility": {"min_age": 151}}, "invalid-request", "#/eligibility/min_age"),
    ({"languages": ["zh", "zh"]}, "invalid-request", "#/languages"),
    ({"verified_at": "yesterday"}, "invalid-request", "#/verified_at"),
    ({"cooldown_hours": 24 * 366 + 1}, "invalid-request", "#/cooldown_hours"),
    ({"monthly_cap": -1}, "invalid-request", "#/monthly_cap"),
    ({"recent_referrals": 0}, "invalid-request", "#/recent_referrals"),
    ({"last_referral_at": "2026-03-02T09:00:00Z"}, "invalid-request", "#/last_referral_at"),
    ({"is_synthetic": True}, "invalid-request", "#/is_synthetic"),
]


class TestCreate:
    @pytest.mark.parametrize(
        ("changes", "name", "pointer"), REFUSED, ids=[str(each[0])[:60] for each in REFUSED]
    )
    def test_bad_input_is_refused_by_name_and_pointer(
        self, client: TestClient, changes: dict[str, Any], name: str, pointer: str
    ) -> None:
        """Each broken rule gives its problem type and points at the member; nothing is stored."""
        response = client.post("/v1/providers", json={**LEAST, **changes})
        assert pointer in pointers(problem_of(response, name))
        assert len(client.get("/v1/providers").json()["items"]) == 4

    def test_taken_id_is_a_conflict(self, client: TestClient) -> None:
        """An id is given once, among all kinds."""
        problem_of(client.post("/v1/providers", json={**LEAST, "id": "charity-1"}), "duplicate-key")

    def test_full_provider_comes_back_as_sent(self, client: TestClient) -> None:
        """What was sent is what is stored; weekly hours come back in their canonical form."""
        sent = {
            **LEAST,
            "id": "full-1",
            "skills": [{"skill_id": "personal_care", "level": 0.75}],
            "location": {"latitude": 23.1, "longitude": 113.2, "crs": "wgs84"},
            "community_code": COMMUNITY,
            "serves": [COMMUNITY],
            "member_of": "charity-1",
            "max_travel_km": 2.5,
            "availability": "Mo 09:00-12:00;Tu 09:00-12:00",
            "eligibility": {"min_age": 60, "hardship": ["low_income"]},
            "languages": ["yue", "zh"],
            "accessibility": ["wheelchair"],
            "is_active": False,
            "verified_at": "2026-02-01T08:00:00+08:00",
            "monthly_cap": 5,
            "cooldown_hours": 12,
            "source": "register 2026",
        }
        response = client.post("/v1/providers", json=sent)
        assert response.headers["location"] == "/v1/providers/full-1"
        assert response.json() == {
            **sent,
            "capacity": {"total": 2, "reserved": 0, "consumed": 0, "remaining": 2},
            "location": {"latitude": 23.1, "longitude": 113.2, "crs": "wgs84", "given": None},
            "availability": "Mo-Tu 09:00-12:00",
            "eligibility": {"min_age": 60, "max_age": None, "hardship": ["low_income"]},
            "verified_at": "2026-02-01T00:00:00Z",
            "recent_referrals": 0,
            "last_referral_at": None,
            "is_synthetic": False,
            "revision": 1,
        }
        assert response.json() == client.get("/v1/providers/full-1").json()

    def test_any_kind_fits(self, client: TestClient) -> None:
        """The set of kinds is open: no kind needs a code path of its own."""
        client.post("/v1/providers", json={**LEAST, "id": "e-1", "kind": "enterprise"})
        items = client.get("/v1/providers?kind=enterprise").json()["items"]
        assert [each["id"] for each in items] == ["e-1"]


class TestChange:
    def change(self, client: TestClient, body: Any, etag: str = '"1"') -> Any:
        return client.patch("/v1/providers/volunteer-1", json=body, headers={"If-Match": etag})

    def test_accounts_are_read_only(self, client: TestClient) -> None:
        """Reserved and consumed units follow from referrals."""
        for account in ("reserved", "consumed", "remaining"):
            problem_of(self.change(client, {"capacity": {"total": 4, account: 1}}), "invalid-request")

    def test_total_below_what_is_taken_is_refused(self, client: TestClient, store_path: Any) -> None:
        """Units already given away cannot be taken back by a smaller total."""
        with SqliteStore(store_path, FixedClock()) as store:
            store.write(WriteBatch("hold", (AdjustCapacity(ProviderId("volunteer-1"), reserved=3),)))
        problem = problem_of(self.change(client, {"capacity": {"total": 2}}, '"2"'), "rule-broken")
        assert pointers(problem) == {"#/capacity/total"}

    def test_a_reservation_makes_an_older_copy_stale(self, client: TestClient, store_path: Any) -> None:
        """A change prepared before a reservation must not undo it."""
        with SqliteStore(store_path, FixedClock()) as store:
            store.write(WriteBatch("hold", (AdjustCapacity(ProviderId("volunteer-1"), reserved=1),)))
        problem_of(self.change(client, {"capacity": {"total": 9}}), "revision-conflict")

    def test_nested_members_merge(self, client: TestClient) -> None:
        """A patch of one bound keeps the other; null removes a bound; reserved units stay."""
        self.change(client, {"eligibility": {"min_age": 60, "max_age": 80}})
        after = self.change(
            client, {"eligibility": {"max_age": None}, "capacity": {"total": 7}}, '"2"'
        ).json()
        assert after["eligibility"] == {"min_age": 60, "max_age": None, "hardship": []}
        assert after["capacity"] == {"total": 7, "reserved": 0, "consumed": 0, "remaining": 7}

    def test_unknown_and_empty_are_not_the_same(self, client: TestClient) -> None:
        """No hours known excludes nobody, `off` is never available; so with accessibility."""
        after = self.change(client, {"availability": "off", "accessibility": []}).json()
        assert (after["availability"], after["accessibility"]) == ("off", [])
        after = self.change(client, {"availability": None, "accessibility": None}, '"2"').json()
        assert (after["availability"], after["accessibility"]) == (None, None)

    def test_an_untouched_location_keeps_what_was_given(self, client: TestClient) -> None:
        """Changing one member does not convert a point a second time."""
        given = {"latitude": 23.1, "longitude": 113.3, "crs": "bd09"}
        before = self.change(client, {"location": given}).json()["location"]
        after = self.change(client, {"is_active": False}, '"2"').json()["location"]
        assert after == before
        assert after["given"] == given


class TestList:
    def test_another_process_sees_what_was_written(self, open_client: Client) -> None:
        """Two applications on one file are one service."""
        one, two = open_client(), open_client()
        one.post("/v1/providers", json={**LEAST, "id": "new-1"})
        assert two.get("/v1/providers/new-1").status_code == 200

    def test_filters(self, client: TestClient) -> None:
        """By kind and by the community it is based in."""

        def ids(query: str) -> list[str]:
            return [each["id"] for each in client.get(f"/v1/providers?{query}").json()["items"]]

        assert ids("kind=charity") == ["charity-1"]
        assert ids(f"community_code={COMMUNITY}&kind=volunteer") == [
            "volunteer-1",
            "volunteer-2",
            "volunteer-3",
        ]
        problem_of(client.get("/v1/providers?kind=Charity"), "invalid-request")


def test_every_domain_field_is_shown(client: TestClient) -> None:
    """A field added to the domain is added here, or left out on purpose in this test."""
    shown = client.get("/v1/providers/volunteer-1").json().keys()
    assert shown == {*Provider.__dataclass_fields__, "revision"}

"""Referrals over HTTP: asked, answered, handed on, refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.client import LastMeter
from api.client.answers import ReferralResource
from graph_models.domain.providers import Provider
from graph_models.ports import Put, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from tests.api.conftest import Client, problem_of
from tests.builders import FixedClock

NEED = "/v1/needs/need-1"


def offer(client: TestClient, revision: int | None = None, **body: Any) -> Any:
    """Ask a provider, for the need as it stands now unless a revision is given."""
    revision = revision or client.get(NEED).json()["revision"]
    sent = {"provider_id": "volunteer-1", **body}
    return client.post(f"{NEED}/referrals", json=sent, headers={"If-Match": f'"{revision}"'})


def move(client: TestClient, referral: Any, **body: Any) -> Any:
    address = f"/v1/referrals/{referral['id']}/transitions"
    return client.post(address, json=body, headers={"If-Match": f'"{referral["revision"]}"'})


def capacity(client: TestClient, key: str = "volunteer-1") -> Any:
    return client.get(f"/v1/providers/{key}").json()["capacity"]


class TestOffer:
    def test_holds_units(self, client: TestClient) -> None:
        """And says until when, where it is, and what may follow."""
        response = offer(client)
        made = response.json()
        assert response.status_code == 201
        assert response.headers["location"] == f"/v1/referrals/{made['id']}"
        assert response.headers["etag"] == '"1"'
        assert made == client.get(response.headers["location"]).json()
        assert made == {
            "id": made["id"],
            "need_id": "need-1",
            "provider_id": "volunteer-1",
            "status": "requested",
            "units": 1,
            "created_at": "2026-03-02T01:00:00Z",
            "changed_at": None,
            "expires_at": "2026-03-03T01:00:00Z",
            "reason": None,
            "part_of_id": None,
            "is_synthetic": False,
            "may_become": ["accepted", "rejected", "cancelled", "entered-in-error"],
            "revision": 1,
        }
        assert capacity(client)["reserved"] == 1

    def test_of_two_who_saw_the_same_one_is_told(self, client: TestClient) -> None:
        """With 412: whoever is late reads again and decides anew."""
        seen = client.get(NEED).json()["revision"]
        assert offer(client, seen).status_code == 201
        problem_of(offer(client, seen, provider_id="volunteer-2"), "revision-conflict")
        problem_of(offer(client, provider_id="volunteer-2"), "need-covered")

    def test_what_was_seen_must_be_said(self, client: TestClient) -> None:
        problem_of(client.post(f"{NEED}/referrals", json={"provider_id": "p"}), "precondition-required")

    @pytest.mark.parametrize(
        ("body", "name"),
        [
            ({"provider_id": "nobody"}, "not-found"),
            ({"units": 0}, "invalid-request"),
            ({"status": "accepted"}, "invalid-request"),
            ({"units": 2}, "need-covered"),
        ],
    )
    def test_what_cannot_be_asked(self, client: TestClient, body: Any, name: str) -> None:
        """Nothing is held then."""
        problem_of(offer(client, **body), name)
        assert capacity(client)["reserved"] == 0

    def test_a_full_provider(self, client: TestClient) -> None:
        """The answer says what is left."""
        full = {"capacity": {"total": 0}}
        client.patch("/v1/providers/volunteer-1", json=full, headers={"If-Match": '"1"'})
        problem = problem_of(offer(client), "capacity-exceeded")
        assert "has 0 units left, 1 wanted" in problem["detail"]

    def test_repeated_with_its_key(self, client: TestClient) -> None:
        """A lost answer can be asked for again, though the need has moved on; another body cannot."""
        headers = {"If-Match": '"1"', "Idempotency-Key": "order-7"}
        body = {"provider_id": "volunteer-1"}
        first = client.post(f"{NEED}/referrals", json=body, headers=headers)
        assert client.post(f"{NEED}/referrals", json=body, headers=headers).json() == first.json()
        assert capacity(client)["reserved"] == 1
        other = client.post(f"{NEED}/referrals", json={"provider_id": "volunteer-2"}, headers=headers)
        problem_of(other, "idempotency-key-reused")


class TestTransition:
    """By way of the Python client; what it sends is what `move` sends."""

    @pytest.fixture
    def made(self, last_meter: LastMeter) -> ReferralResource:
        return last_meter.needs.refer(last_meter.needs.get("need-1"), provider_id="volunteer-1")

    def test_to_the_end(self, last_meter: LastMeter, made: ReferralResource) -> None:
        """Accepted, under way, completed: the units are consumed and the need is completed."""
        referrals = last_meter.referrals
        for step, status in (
            (referrals.accept, "accepted"),
            (referrals.start, "in-progress"),
            (referrals.complete, "completed"),
        ):
            made = step(made)
            assert made.status == status
        capacity = last_meter.providers.get("volunteer-1").capacity
        assert (capacity.reserved, capacity.consumed) == (0, 1)
        assert last_meter.needs.get("need-1").status == "completed"
        assert made.may_become == ["entered-in-error"]

    def test_what_goes_wrong(self, last_meter: LastMeter, made: ReferralResource) -> None:
        """A wait keeps the units, a failure and a cancellation give them back."""
        referrals, providers = last_meter.referrals, last_meter.providers
        waiting = referrals.put_on_hold(referrals.accept(made), "waiting_for_resident")
        assert (waiting.status, providers.get("volunteer-1").capacity.reserved) == ("on-hold", 1)
        assert referrals.fail(waiting, "no_show").reason == "no_show"
        assert providers.get("volunteer-1").capacity.reserved == 0
        need = last_meter.needs.get("need-1")
        draft = last_meter.needs.refer(need, provider_id="volunteer-2", is_draft=True)
        assert referrals.request(draft).expires_at is not None
        [asked] = referrals.list(status="requested")
        assert referrals.cancel(asked, "withdrawn").status == "cancelled"

    def test_rejection_gives_back_and_ranks_anew(self, last_meter: LastMeter, made: ReferralResource) -> None:
        """At once: the provider is not suggested for this need again, and can be for others."""
        last_meter.referrals.reject(made, "no_capacity")
        assert last_meter.providers.get("volunteer-1").capacity.reserved == 0
        again = last_meter.needs.suggestions("need-1").suggestions
        assert [each.provider_id for each in again] == ["volunteer-2", "charity-1"]

    def test_handing_on(self, last_meter: LastMeter, made: ReferralResource) -> None:
        """One step: the first is let go and the second asked."""
        assert last_meter.referrals.hand_on(made, provider_id="volunteer-2").status == "cancelled"
        [following] = last_meter.needs.referrals("need-1", status="requested")
        assert (following.provider_id, following.part_of_id) == ("volunteer-2", made.id)

    def test_refusals(self, client: TestClient) -> None:
        """No arrow, no reason, not as it was seen, not there."""
        made = offer(client).json()
        problem_of(move(client, made, status="completed"), "transition-not-allowed")
        problem = problem_of(move(client, made, status="rejected"), "rule-broken")
        assert [each["pointer"] for each in problem["errors"]] == ["#/reason"]
        problem = problem_of(move(client, made, status="cancelled", reason="expired"), "rule-broken")
        assert [each["pointer"] for each in problem["errors"]] == ["#/reason"]
        problem_of(move(client, {**made, "revision": 9}, status="accepted"), "revision-conflict")
        problem_of(move(client, {**made, "id": "none"}, status="accepted"), "not-found")
        assert client.get(f"/v1/referrals/{made['id']}").json() == made

    def test_what_holds_already_is_answered(self, last_meter: LastMeter, made: ReferralResource) -> None:
        """A second click does no harm, though it is made on what was seen before the first."""
        accepted = last_meter.referrals.accept(made)
        assert last_meter.referrals.accept(made) == accepted == last_meter.referrals.get(made.id)


class TestRecord:
    def test_the_list_is_recorded_and_made_again(self, last_meter: LastMeter) -> None:
        """Though its providers have changed since."""
        made = last_meter.needs.refer(last_meter.needs.get("need-1"), provider_id="volunteer-1")
        [asked] = last_meter.audit(object_id=made.id)
        assert (asked.action, asked.actor, asked.role) == ("referral.requested", "local-admin", "admin")
        last_meter.providers.change(last_meter.providers.get("volunteer-2"), is_active=False)
        assert asked.suggestion_id is not None
        replayed = last_meter.suggestions.replay(asked.suggestion_id)
        assert replayed.is_equal
        assert replayed.provider_ids == ["volunteer-1", "volunteer-2", "charity-1"]

    def test_so_is_that_of_whoever_it_is_handed_on_to(self, last_meter: LastMeter) -> None:
        """The second choice rests on a list as well, without who was asked first; what ended on none."""
        first = last_meter.needs.refer(last_meter.needs.get("need-1"), provider_id="volunteer-1")
        last_meter.referrals.hand_on(first, provider_id="charity-1")
        [ended] = [each for each in last_meter.audit(object_id=first.id) if each.reason == "handed_on"]
        [following] = last_meter.needs.referrals("need-1", status="requested")
        [asked] = last_meter.audit(object_id=following.id)
        assert (ended.suggestion_id, asked.evidence_digest is None) == (None, False)
        replayed = last_meter.suggestions.replay(asked.suggestion_id or "")
        assert (replayed.is_equal, replayed.is_as_cited) == (True, True)
        assert replayed.provider_ids == ["volunteer-2", "charity-1"]

    def test_every_write_is_on_record(self, client: TestClient) -> None:
        """By whom, to what, and by which request."""
        need = {"category_id": "home_care", "community_code": "440103001101"}
        made = client.post("/v1/needs", json=need, headers={"X-Request-Id": "r-1"}).json()
        provider = {"kind": "charity", "name": "x", "capacity": {"total": 1}}
        client.post("/v1/providers", json=provider)
        client.patch(f"/v1/needs/{made['id']}", json={"urgency": "stat"}, headers={"If-Match": '"1"'})
        client.post(f"/v1/needs/{made['id']}/acknowledgement", json={})
        events = client.get("/v1/audit-events").json()["items"]
        assert sorted(each["action"] for each in events) == [
            "need.acknowledged",
            "need.changed",
            "need.created",
            "need.pushed",
            "provider.created",
        ]
        assert {each["request_id"] for each in events if each["action"] == "need.created"} == {"r-1"}


@pytest.mark.parametrize(
    ("status", "reason"), [("cancelled", "undone"), ("entered-in-error", None)], ids=["undone", "in error"]
)
def test_a_mis_click_loses_nobody(
    open_client: Client, store_path: Path, status: str, reason: str | None
) -> None:
    """Asked and taken back, a provider that would rest now stands where it stood, with the same score."""
    rests = {"cooldown_hours": 12, "monthly_cap": 3, "recent_referrals": 2}
    with SqliteStore(store_path, FixedClock()) as store:
        held = store.get(Provider, "volunteer-1").value
        store.write(WriteBatch("resting", (Put(replace(held, **rests)),)))
    client = open_client()

    def listed() -> Any:
        return client.get(f"{NEED}/suggestions").json()["suggestions"]

    first = listed()
    assert first[0]["provider_id"] == "volunteer-1"
    made = offer(client).json()
    assert "volunteer-1" not in {each["provider_id"] for each in listed()}
    assert move(client, made, status=status, reason=reason).status_code == 200
    assert listed() == first
    if reason is None:
        return
    answered = move(client, offer(client).json(), status="accepted").json()
    move(client, answered, status="cancelled", reason=reason)
    assert "volunteer-1" not in {each["provider_id"] for each in listed()}

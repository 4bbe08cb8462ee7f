"""API keys over HTTP: shown once, never more than who issues them has, taken back at once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from graph_models.domain.audit import AuditEvent
from graph_models.domain.credentials import ApiKey, Role
from graph_models.stores.verification import verify
from tests.api.conftest import Client, pointers, problem_of
from tests.api.credentials import headers_of, store_of
from tests.builders import COMMUNITY, DISTRICT, NOW, FixedClock

KEY = {"name": "mini program", "role": "staff", "jurisdiction": [DISTRICT]}
KEYS = "/v1/api-keys"


@pytest.fixture
def client(open_client: Client) -> TestClient:
    """None of this waits for the engine."""
    return open_client(is_ready=False)


def created(client: TestClient, **changes: Any) -> Any:
    response = client.post(KEYS, json={**KEY, **changes})
    assert response.status_code == 201, response.text
    return response.json()


def works(client: TestClient, text: str) -> bool:
    return client.get("/v1/needs", headers={"Authorization": f"Bearer {text}"}).status_code == 200


class TestRefusals:
    @pytest.mark.parametrize("role", [each for each in Role if each is not Role.ADMIN])
    def test_only_admin(self, client: TestClient, role: Role) -> None:
        """No other role can make, see, replace or take back a key."""
        headers = headers_of(store_of(client), role, DISTRICT)
        key_id = created(client)["id"]
        for method, path, body in (
            ("POST", KEYS, KEY),
            ("GET", KEYS, None),
            ("POST", f"{KEYS}/{key_id}/rotation", {}),
            ("POST", f"{KEYS}/{key_id}/revocation", None),
        ):
            problem_of(client.request(method, path, json=body, headers=headers), "forbidden")
        assert works(client, created(client)["text"])

    @pytest.mark.parametrize("asked", [None, ["4401"], ["440104"], [DISTRICT, "440104"]])
    def test_no_more_than_one_has(self, client: TestClient, asked: Any) -> None:
        """Neither everywhere, nor a wider area, nor another one, nor one more."""
        headers = headers_of(store_of(client), Role.ADMIN, DISTRICT)
        before = store_of(client).head()
        problem_of(client.post(KEYS, json={**KEY, "jurisdiction": asked}, headers=headers), "forbidden")
        assert store_of(client).head() == before

    def test_keys_that_reach_further_do_not_exist(self, client: TestClient) -> None:
        """An admin of a district neither sees, replaces nor takes back those of the city."""
        wide, other, own = (
            created(client, jurisdiction=areas)["id"] for areas in (None, ["440104"], [COMMUNITY])
        )
        headers = headers_of(store_of(client), Role.ADMIN, DISTRICT)
        listed = {each["id"] for each in client.get(KEYS, headers=headers).json()["items"]}
        assert own in listed
        assert not {wide, other} & listed
        for key_id in (wide, other, "0" * 16):
            rotation = client.post(f"{KEYS}/{key_id}/rotation", json={}, headers=headers)
            problem_of(rotation, "not-found")
            problem_of(client.post(f"{KEYS}/{key_id}/revocation", headers=headers), "not-found")

    @pytest.mark.parametrize(
        ("changes", "problem", "pointer"),
        [
            ({"role": "god"}, "invalid-request", "#/role"),
            ({"jurisdiction": []}, "invalid-request", "#/jurisdiction"),
            ({"name": ""}, "invalid-request", "#/name"),
            ({"expires_at": "2020-01-01T00:00:00Z"}, "rule-broken", "#/expires_at"),
            ({"role": "resident_app", "jurisdiction": None}, "rule-broken", "#/jurisdiction"),
            ({"digest": "0" * 64}, "invalid-request", "#/digest"),
        ],
    )
    def test_what_breaks_a_rule(self, client: TestClient, changes: Any, problem: str, pointer: str) -> None:
        """The member to blame is named, and no key is made."""
        before = store_of(client).count(ApiKey)
        refusal = problem_of(client.post(KEYS, json={**KEY, **changes}), problem)
        assert pointers(refusal) == {pointer}
        assert store_of(client).count(ApiKey) == before

    def test_everywhere_has_to_be_said(self, client: TestClient) -> None:
        """A jurisdiction that was forgotten is no jurisdiction of everywhere."""
        body = {name: value for name, value in KEY.items() if name != "jurisdiction"}
        assert pointers(problem_of(client.post(KEYS, json=body), "invalid-request")) == {"#/jurisdiction"}


class TestIssuing:
    def test_a_key_works_within_its_jurisdiction(self, client: TestClient) -> None:
        """What is shown is a credential, from now on."""
        key = created(client, role="dispatcher")
        assert (key["role"], key["jurisdiction"], key["note"]) == ("dispatcher", [DISTRICT], None)
        assert works(client, key["text"])
        made = created(client, role="dispatcher", jurisdiction=None)
        assert made["jurisdiction"] is None
        assert store_of(client).get(ApiKey, made["id"]).value.within is None

    def test_shown_once(self, client: TestClient) -> None:
        """Repeated, the answer is the key without its text, and says so; nothing is made again."""
        headers = {"Idempotency-Key": "first-key"}
        first, again = (client.post(KEYS, json=KEY, headers=headers) for _ in range(2))
        assert first.headers["cache-control"] == again.headers["cache-control"] == "no-store"
        assert first.headers["location"] == again.headers["location"] == f"{KEYS}/{first.json()['id']}"
        assert first.json()["text"].startswith(f"lm_{first.json()['id']}_")
        assert again.json() == {**first.json(), "text": None, "note": again.json()["note"]}
        assert "cannot be shown again" in again.json()["note"]
        other = client.post(KEYS, json={**KEY, "role": "admin"}, headers=headers)
        problem_of(other, "idempotency-key-reused")
        assert store_of(client).count(ApiKey) == 1

    def test_neither_text_nor_digest_is_told(self, client: TestClient) -> None:
        """The list and the audit trail have no part of the secret, nor what it is compared with."""
        key = created(client)
        rotated = client.post(f"{KEYS}/{key['id']}/rotation", json={}).json()
        told = client.get(KEYS).text + client.get("/v1/audit-events").text
        told += json.dumps([str(each.value) for each in store_of(client).scan(AuditEvent)])
        for each in (key, rotated):
            assert each["text"].rpartition("_")[2] not in told
            assert store_of(client).get(ApiKey, each["id"]).value.digest not in told

    def test_pages(self, client: TestClient) -> None:
        """Every key is in the list once."""
        made = {created(client)["id"] for _ in range(3)}
        first = client.get(KEYS, params={"limit": 2}).json()
        rest = client.get(KEYS, params={"limit": 2, "cursor": first["next_cursor"]}).json()
        assert {each["id"] for each in (*first["items"], *rest["items"])} == made


class TestRotation:
    def test_both_work_for_the_overlap(self, open_client: Client) -> None:
        """Then the new one alone; it may do the same."""
        clock = FixedClock()
        client = open_client(clock=clock, is_ready=False)
        old = created(client)
        answer = client.post(f"{KEYS}/{old['id']}/rotation", json={"overlap_seconds": 3600})
        new = answer.json()
        assert (answer.status_code, new["role"], new["jurisdiction"]) == (201, "staff", [DISTRICT])
        assert works(client, old["text"])
        assert works(client, new["text"])
        clock.instant = NOW + timedelta(hours=1)
        assert not works(client, old["text"])
        assert works(client, new["text"])

    def test_repeated(self, client: TestClient) -> None:
        """The same request again neither makes another key nor shows the text."""
        old = created(client)
        path, headers = f"{KEYS}/{old['id']}/rotation", {"Idempotency-Key": "rotation"}
        first, again = (
            client.post(path, json={"overlap_seconds": 0}, headers=headers).json() for _ in range(2)
        )
        assert (again["id"], again["text"]) == (first["id"], None)
        assert works(client, first["text"])
        assert store_of(client).count(ApiKey) == 2

    def test_of_a_key_that_is_over(self, client: TestClient) -> None:
        """A key that was taken back has no successor."""
        old = created(client)
        client.post(f"{KEYS}/{old['id']}/revocation")
        problem_of(client.post(f"{KEYS}/{old['id']}/rotation", json={}), "key-is-over")


class TestRevocation:
    def test_at_once(self, client: TestClient) -> None:
        """The next request with it is refused; doing it again changes nothing."""
        key = created(client)
        first = client.post(f"{KEYS}/{key['id']}/revocation")
        assert first.json()["revoked_at"] is not None
        assert not works(client, key["text"])
        head = store_of(client).head()
        assert client.post(f"{KEYS}/{key['id']}/revocation").json() == first.json()
        assert store_of(client).head() == head

    def test_all_is_on_record(self, client: TestClient) -> None:
        """Who did what to which key; the chain holds."""
        key = created(client)["id"]
        client.post(f"{KEYS}/{key}/rotation", json={})
        client.post(f"{KEYS}/{key}/revocation")
        events = [each.value for each in store_of(client).scan(AuditEvent)]
        assert sorted((each.action, each.object_kind, each.object_id, each.actor) for each in events) == [
            ("apikey.created", "ApiKey", key, "local-admin"),
            ("apikey.revoked", "ApiKey", key, "local-admin"),
            ("apikey.rotated", "ApiKey", key, "local-admin"),
        ]
        assert verify(store_of(client)).fault is None

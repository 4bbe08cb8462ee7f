"""Receivers over HTTP: checked addresses, secrets shown once, no more than who asks may know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.subscriptions import unsubscribe
from graph_models.domain.audit import AuditEvent
from graph_models.domain.credentials import Role
from graph_models.domain.identifiers import DeliveryId, EndpointId
from graph_models.domain.notifications import Delivery, DeliveryStatus, WebhookEndpoint
from graph_models.ports import GraphStore, Put, WriteBatch
from matcher.closed_loop.acts import Act
from tests.api.conftest import Client, pointers, problem_of
from tests.api.credentials import headers_of, key_file, store_of
from tests.builders import COMMUNITY, DISTRICT, NOW

WEBHOOKS = "/v1/webhooks"
HOOK = {"url": "https://partner.example.org/hook", "jurisdiction": [DISTRICT]}


@pytest.fixture
def client(open_client: Client, tmp_path: Path) -> TestClient:
    return open_client(is_ready=False, keys_file=key_file(tmp_path))


def created(client: TestClient, **changes: Any) -> Any:
    response = client.post(WEBHOOKS, json={**HOOK, **changes})
    assert response.status_code == 201, response.text
    return response.json()


def a_delivery(endpoint_id: str, number: int, status: DeliveryStatus) -> Delivery:
    return Delivery(
        id=DeliveryId(f"d{number:05}"),
        endpoint_id=EndpointId(endpoint_id),
        event_id=f"e{number}",
        sequence=1,
        position=number,
        object_id="need-1",
        attempts=10,
        next_attempt_at=NOW,
        status=status,
        last_problem="status 500",
    )


def put(store: GraphStore, *deliveries: Delivery) -> None:
    for start in range(0, len(deliveries), 5_000):
        part = tuple(map(Put, deliveries[start : start + 5_000]))
        store.write(WriteBatch(f"deliveries-{store.head()}", part))


class TestRefusals:
    @pytest.mark.parametrize("role", [each for each in Role if each is not Role.ADMIN])
    def test_only_admin(self, client: TestClient, role: Role) -> None:
        """No other role has anything told to a machine of its own."""
        headers = headers_of(store_of(client), role, DISTRICT)
        key = created(client)["id"]
        for method, path in (
            ("POST", WEBHOOKS),
            ("GET", WEBHOOKS),
            ("GET", f"{WEBHOOKS}/{key}"),
            ("DELETE", f"{WEBHOOKS}/{key}"),
            ("GET", f"{WEBHOOKS}/{key}/dead-letters"),
            ("POST", f"{WEBHOOKS}/{key}/dead-letters/d1/replay"),
            ("POST", f"{WEBHOOKS}/{key}/resumption"),
        ):
            body = HOOK if path == WEBHOOKS and method == "POST" else None
            problem_of(client.request(method, path, json=body, headers=headers), "forbidden")
        assert store_of(client).count(WebhookEndpoint) == 1

    @pytest.mark.parametrize("asked", [None, ["4401"], ["440104"]])
    def test_no_more_than_one_has(self, client: TestClient, asked: Any) -> None:
        """Who reaches a district does not have the city told to anybody."""
        headers = headers_of(store_of(client), Role.ADMIN, DISTRICT)
        answer = client.post(WEBHOOKS, json={**HOOK, "jurisdiction": asked}, headers=headers)
        problem_of(answer, "forbidden")
        key = created(client, jurisdiction=asked)["id"]
        assert client.get(WEBHOOKS, headers=headers).json()["items"] == []
        for method, path in (
            ("GET", ""),
            ("DELETE", ""),
            ("GET", "/dead-letters"),
            ("POST", "/dead-letters/d1/replay"),
            ("POST", "/resumption"),
        ):
            problem_of(client.request(method, f"{WEBHOOKS}/{key}{path}", headers=headers), "not-found")
        assert store_of(client).count(WebhookEndpoint) == 1

    @pytest.mark.parametrize(
        "url",
        [
            "http://partner.example.org/hook",
            "https://127.0.0.1/",
            "https://localhost/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::1]/",
            "https://10.0.0.8/",
            "https://2130706433/",
            "https://user:secret@partner.example.org/",
            "https://partner.example.org:22/",
            "file:///etc/passwd",
        ],
    )
    def test_addresses_inside(self, client: TestClient, url: str) -> None:
        """What only this machine can reach is no receiver, and the refusal does not repeat it."""
        refusal = client.post(WEBHOOKS, json={**HOOK, "url": url})
        assert pointers(problem_of(refusal, "rule-broken")) == {"#/url"}
        assert url not in refusal.text
        assert store_of(client).count(WebhookEndpoint) == 0

    @pytest.mark.parametrize(
        "types", [["referral.acepted"], ["resident.created"], ["*"], ["need.created"] * 2]
    )
    def test_events_that_nobody_is_told(self, client: TestClient, types: list[str]) -> None:
        """A type that was misspelt would wait in silence."""
        refusal = problem_of(client.post(WEBHOOKS, json={**HOOK, "event_types": types}), "invalid-request")
        assert pointers(refusal) <= {"#/event_types", "#/event_types/0"}

    def test_without_master_keys(self, open_client: Client) -> None:
        """The secret would lie in the clear: the setting that is missing is named."""
        client = open_client(is_ready=False)
        problem = problem_of(client.post(WEBHOOKS, json=HOOK), "no-master-key")
        assert "LASTMETER_KEYS_FILE" in problem["detail"]
        assert client.get(WEBHOOKS).json()["items"] == []

    def test_dead_letters_of_others(self, client: TestClient) -> None:
        """A letter is replayed under its own receiver, and only if it is dead."""
        one, other = created(client)["id"], created(client)["id"]
        put(
            store_of(client),
            a_delivery(one, 1, DeliveryStatus.DEAD),
            a_delivery(one, 2, DeliveryStatus.PENDING),
        )
        for key, letter in ((other, "d00001"), (one, "d00002"), (one, "d00009")):
            answer = client.post(f"{WEBHOOKS}/{key}/dead-letters/{letter}/replay")
            problem_of(answer, "not-found")


class TestReceivers:
    def test_created(self, client: TestClient) -> None:
        """It hears of what happens from now on; the secret is kept sealed."""
        head = store_of(client).head()
        made = created(client, event_types=["referral.accepted"])
        assert made["secret"].startswith("whsec_")
        assert (made["cursor"], made["event_types"], made["note"]) == (head, ["referral.accepted"], None)
        stored = store_of(client).get(WebhookEndpoint, made["id"]).value
        assert made["secret"] not in repr(stored)
        vault = client.app.state.services.vault  # type: ignore[attr-defined]
        assert vault.open_text(stored.id, stored.sealed_secret) == made["secret"]

    def test_secret_shown_once(self, client: TestClient) -> None:
        """Repeated, read or listed there is none."""
        headers = {"Idempotency-Key": "w"}
        first, again = (client.post(WEBHOOKS, json=HOOK, headers=headers) for _ in range(2))
        assert first.headers["cache-control"] == again.headers["cache-control"] == "no-store"
        assert (again.json()["id"], again.json()["secret"]) == (first.json()["id"], None)
        assert "cannot be shown again" in again.json()["note"]
        read = client.get(first.headers["location"])
        assert read.headers["etag"] == '"1"'
        assert client.get(first.headers["location"], headers={"If-None-Match": '"1"'}).status_code == 304
        told = read.text + client.get(WEBHOOKS).text + client.get("/v1/audit-events").text
        assert first.json()["secret"] not in told
        assert store_of(client).get(WebhookEndpoint, read.json()["id"]).value.sealed_secret not in told
        other = client.post(WEBHOOKS, json={**HOOK, "jurisdiction": None}, headers=headers)
        problem_of(other, "idempotency-key-reused")

    def test_list_of_one_area(self, client: TestClient) -> None:
        """An admin of a district sees the receivers that hear of parts of it."""
        own = created(client, jurisdiction=[COMMUNITY])["id"]
        created(client, jurisdiction=["440104"])
        headers = headers_of(store_of(client), Role.ADMIN, DISTRICT)
        listed = client.get(WEBHOOKS, headers=headers).json()
        assert [each["id"] for each in listed["items"]] == [own]
        assert len(client.get(WEBHOOKS).json()["items"]) == 2

    def test_loopback_for_development(self, open_client: Client, tmp_path: Path) -> None:
        """A setting admits receivers on this machine."""
        client = open_client(is_ready=False, keys_file=key_file(tmp_path), webhooks_to_loopback=True)
        assert created(client, url="http://127.0.0.1:9/hook")["url"] == "http://127.0.0.1:9/hook"

    def test_deleted(self, client: TestClient) -> None:
        """With what it never heard; those of others stay."""
        one, other = created(client)["id"], created(client)["id"]
        put(
            store_of(client),
            a_delivery(one, 1, DeliveryStatus.DEAD),
            a_delivery(one, 2, DeliveryStatus.DEAD),
            a_delivery(other, 3, DeliveryStatus.DEAD),
        )
        assert client.delete(f"{WEBHOOKS}/{one}").status_code == 204
        problem_of(client.get(f"{WEBHOOKS}/{one}"), "not-found")
        problem_of(client.delete(f"{WEBHOOKS}/{one}"), "not-found")
        assert [each.value.id for each in store_of(client).scan(Delivery)] == ["d00003"]

    def test_deleted_with_more_than_a_batch_holds(self, client: TestClient) -> None:
        """Dead letters of years are as many as they are."""
        key = created(client)["id"]
        store = store_of(client)
        put(store, *(a_delivery(key, number, DeliveryStatus.DEAD) for number in range(10_050)))
        unsubscribe(store, Act("w1", "admin", NOW, "away"), key)
        assert (store.count(Delivery), store.count(WebhookEndpoint)) == (0, 0)

    def test_resumed(self, client: TestClient) -> None:
        """One that was disabled is sent to again, once and on record; what goes on is left as it is."""
        key = created(client)["id"]
        store, path = store_of(client), f"{WEBHOOKS}/{key}/resumption"
        assert client.post(path).headers["etag"] == '"1"'
        gone = replace(store.get(WebhookEndpoint, key).value, disabled_reason="the receiver answered 410")
        store.write(WriteBatch("gone", (Put(gone),)))
        told = [client.post(path).json() for _ in range(2)]
        assert [(each["disabled_reason"], each["revision"]) for each in told] == [(None, 3)] * 2
        assert [each.value.action for each in store.scan(AuditEvent)].count("webhook.resumed") == 1

    def test_all_is_on_record(self, client: TestClient) -> None:
        """Made, tried again, deleted: each by whom."""
        key = created(client)["id"]
        put(store_of(client), a_delivery(key, 1, DeliveryStatus.DEAD))
        client.post(f"{WEBHOOKS}/{key}/dead-letters/d00001/replay")
        client.delete(f"{WEBHOOKS}/{key}")
        events = [each.value for each in store_of(client).scan(AuditEvent)]
        assert sorted((each.action, each.object_id, each.actor) for each in events) == [
            ("webhook.created", key, "local-admin"),
            ("webhook.deleted", key, "local-admin"),
            ("webhook.replayed", key, "local-admin"),
        ]


class TestDeadLetters:
    def test_listed_and_replayed(self, client: TestClient) -> None:
        """What was given up, why, and another try from the start."""
        key = created(client)["id"]
        put(
            store_of(client),
            *(a_delivery(key, number, DeliveryStatus.DEAD) for number in (1, 2)),
            a_delivery(key, 3, DeliveryStatus.PENDING),
        )
        path = f"{WEBHOOKS}/{key}/dead-letters"
        first = client.get(path, params={"limit": 1}).json()
        rest = client.get(path, params={"limit": 1, "cursor": first["next_cursor"]}).json()
        letters = [*first["items"], *rest["items"]]
        assert [each["id"] for each in letters] == ["d00001", "d00002"]
        assert {each["last_problem"] for each in letters} == {"status 500"}
        replayed = client.post(f"{path}/d00001/replay")
        assert (replayed.status_code, replayed.json()["id"]) == (202, "d00001")
        stored = store_of(client).get(Delivery, "d00001").value
        assert (stored.status, stored.attempts) == (DeliveryStatus.PENDING, 0)
        assert [each["id"] for each in client.get(path).json()["items"]] == ["d00002"]

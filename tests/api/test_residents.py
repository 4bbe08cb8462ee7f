"""Residents over HTTP: pseudonyms for those who help, contacts late and on record, an end to all of it."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.contacts import resident_of
from api.identity.principal import Principal
from graph_models.domain.audit import AuditEvent, SuggestionRecord
from graph_models.domain.contacts import Contact
from graph_models.domain.credentials import Role
from graph_models.domain.errors import NotFound, StoreUnavailable
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.ports import Put, WriteBatch
from graph_models.stores.verification import verify
from tests.api.conftest import Client, pointers, problem_of
from tests.api.credentials import headers_of, key_file, store_of
from tests.builders import COMMUNITY, DISTRICT, NOW, a_need, a_resident
from tests.contracts.purging import bytes_of

ELSEWHERE = "440104"
PERSON = {"registration_code": COMMUNITY, "residence_code": COMMUNITY}
DETAILS = {"name": "陈小明", "phone": "+86 20 0000 0000", "address": "沙面大街 0 号"}
ONE = "/v1/residents/resident-1"
CONTACT = f"{ONE}/contact"


@pytest.fixture
def client(open_client: Client, tmp_path: Path) -> TestClient:
    """An application with master keys; none of this waits for the engine."""
    return open_client(is_ready=False, keys_file=key_file(tmp_path))


def as_role(client: TestClient, role: Role, *areas: str) -> dict[str, str]:
    return headers_of(store_of(client), role, *(areas or (DISTRICT,)))


def accepted(client: TestClient, status: str = "accepted") -> str:
    """A referral of the resident's need, taken into a state."""
    etag = client.get("/v1/needs/need-1").headers["etag"]
    body = {"provider_id": "volunteer-1"}
    made = client.post("/v1/needs/need-1/referrals", json=body, headers={"If-Match": etag})
    assert made.status_code == 201, made.text
    if status != "requested":
        move(client, made.json()["id"], status)
    return str(made.json()["id"])


def move(client: TestClient, referral_id: str, status: str) -> None:
    path = f"/v1/referrals/{referral_id}"
    headers = {"If-Match": client.get(path).headers["etag"]}
    body = {"status": status, "reason": "other"}
    response = client.post(f"{path}/transitions", json=body, headers=headers)
    assert response.status_code == 200, response.text


def look(client: TestClient, headers: dict[str, str], purpose: str | None = "visit") -> Any:
    return client.get(CONTACT, params={} if purpose is None else {"purpose": purpose}, headers=headers)


def actions(client: TestClient) -> list[str]:
    return [each.value.action for each in store_of(client).scan(AuditEvent)]


class TestRefusals:
    @pytest.mark.parametrize("role", [Role.ANALYST, Role.API_CLIENT, Role.RESIDENT_APP])
    def test_roles_without_residents(self, client: TestClient, role: Role) -> None:
        """They neither store nor read residents."""
        headers = as_role(client, role)
        problem_of(client.post("/v1/residents", json=PERSON, headers=headers), "forbidden")
        problem_of(client.get(ONE, headers=headers), "forbidden")
        problem_of(look(client, headers), "forbidden")
        problem_of(client.delete(ONE, headers=headers), "forbidden")

    def test_admin_sees_no_contact(self, client: TestClient) -> None:
        """Whoever runs the service has no reason to call anybody: by no address, not even by the export."""
        client.put(CONTACT, json=DETAILS)
        accepted(client)
        problem_of(look(client, {}), "forbidden")
        export = client.get(f"{ONE}/export")
        assert export.json()["contact"] is None
        assert DETAILS["name"] not in export.text

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("GET", ONE, None),
            ("GET", f"{CONTACT}?purpose=visit", None),
            ("PUT", CONTACT, DETAILS),
        ],
    )
    def test_other_areas(self, client: TestClient, method: str, path: str, body: Any) -> None:
        """Who lies outside the jurisdiction looks as if there were nobody, in the same words."""
        client.put(CONTACT, json=DETAILS)
        accepted(client)
        headers = as_role(client, Role.DISPATCHER, ELSEWHERE)
        foreign = problem_of(client.request(method, path, json=body, headers=headers), "not-found")
        absent = client.request(method, path.replace("-1", "-9"), json=body, headers=headers).json()
        assert foreign["detail"].replace("-1", "-9") == absent["detail"]
        assert not [each for each in actions(client) if each.startswith("contact.disclosed")]

    def test_admin_of_another_area(self, client: TestClient) -> None:
        """Nor can they export or erase anybody there."""
        headers = as_role(client, Role.ADMIN, ELSEWHERE)
        problem_of(client.get(f"{ONE}/export", headers=headers), "not-found")
        problem_of(client.delete(ONE, headers=headers), "not-found")
        problem_of(client.post("/v1/residents", json=PERSON, headers=headers), "forbidden")
        assert store_of(client).count(Resident) == 1

    @pytest.mark.parametrize("status", [None, "requested", "rejected", "failed", "cancelled"])
    def test_no_contact_before_yes(self, client: TestClient, status: str | None) -> None:
        """Not without a referral, while it is asked, or when it came to nothing; not in an emergency."""
        client.put(CONTACT, json=DETAILS)
        if status in ("failed", "cancelled"):
            move(client, accepted(client), status)
        elif status is not None:
            accepted(client, status)
        for role in (Role.STAFF, Role.DISPATCHER):
            refusal = look(client, as_role(client, role), "emergency")
            problem_of(refusal, "contact-not-open")
            assert DETAILS["name"] not in refusal.text
        assert "contact.disclosed.emergency" not in actions(client)

    @pytest.mark.parametrize("purpose", [None, "", "curiosity", "陈小明"])
    def test_no_contact_without_purpose(self, client: TestClient, purpose: str | None) -> None:
        """Why is asked first, and from a closed list."""
        client.put(CONTACT, json=DETAILS)
        accepted(client)
        refusal = problem_of(look(client, as_role(client, Role.STAFF), purpose), "invalid-request")
        assert pointers(refusal) == {"#/purpose"}
        assert not [each for each in actions(client) if each.startswith("contact.disclosed")]

    def test_nothing_is_disclosed_that_cannot_be_recorded(
        self, client: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """If the audit trail cannot be written, there is no answer."""
        client.put(CONTACT, json=DETAILS)
        accepted(client)
        headers = as_role(client, Role.STAFF)

        def write(_: WriteBatch) -> None:
            raise StoreUnavailable("no room")

        monkeypatch.setattr(store_of(client), "write", write)
        refusal = look(client, headers)
        problem_of(refusal, "store-unavailable")
        assert DETAILS["name"] not in refusal.text

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"phone": "call me"}, "#/phone"),
            ({"name": ""}, "#/name"),
            ({"name": "陈\u0000"}, "#/name"),
            ({"address": "x" * 501}, "#/address"),
            ({"email": "a@b"}, "#/email"),
        ],
    )
    def test_contacts_that_break_a_rule(self, client: TestClient, changes: Any, pointer: str) -> None:
        """The member is named, what it held is not repeated."""
        response = client.put(CONTACT, json={**DETAILS, **changes})
        assert response.status_code == 422
        assert pointers(response.json()) == {pointer}
        for value in (*DETAILS.values(), "call me"):
            assert value not in response.text
        assert store_of(client).count(Contact) == 0

    def test_without_master_keys(self, open_client: Client) -> None:
        """Nothing personal is stored in the clear instead: the setting that is missing is named."""
        client = open_client(is_ready=False)
        problem = problem_of(client.put(CONTACT, json=DETAILS), "no-master-key")
        assert "LASTMETER_KEYS_FILE" in problem["detail"]
        problem_of(look(client, as_role(client, Role.STAFF)), "no-master-key")
        assert client.get(f"{ONE}/export").status_code == 200
        assert store_of(client).count(Contact) == 0

    def test_with_other_master_keys(self, open_client: Client, client: TestClient, tmp_path: Path) -> None:
        """A contact sealed by a key that is not in the file is no secret error of ours."""
        client.put(CONTACT, json=DETAILS)
        accepted(client)
        (tmp_path / "master.keys").unlink()
        other = open_client(is_ready=False, keys_file=key_file(tmp_path))
        problem_of(look(other, as_role(other, Role.STAFF)), "no-master-key")

    @pytest.mark.parametrize("media", ["text/plain", "application/merge-patch+json"])
    def test_bodies_of_another_kind(self, client: TestClient, media: str) -> None:
        """PUT takes JSON, like POST."""
        response = client.put(CONTACT, content=json.dumps(DETAILS), headers={"Content-Type": media})
        problem_of(response, "unsupported-media-type")


class TestResidents:
    def test_stored_and_read(self, client: TestClient) -> None:
        """What help has to reckon with, by who may know."""
        body = {**PERSON, "birth_year": 1944, "languages": ["yue"], "accessibility": ["wheelchair"]}
        made = client.post("/v1/residents", json=body, headers=as_role(client, Role.STAFF, COMMUNITY))
        assert made.status_code == 201, made.text
        path = made.headers["location"]
        for role in (Role.STAFF, Role.DISPATCHER, Role.ADMIN):
            read = client.get(path, headers=as_role(client, role))
            assert read.json() == made.json() == {**made.json(), **body}
            assert read.headers["etag"] == '"1"'
        assert client.get(path, headers={"If-None-Match": '"1"'}).status_code == 304

    def test_stored_once(self, client: TestClient) -> None:
        """By key and content, of which no digest is kept: a year and a community are soon guessed."""
        headers = {"Idempotency-Key": "r"}
        first, again = (client.post("/v1/residents", json=PERSON, headers=headers) for _ in range(2))
        assert first.json() == again.json()
        other = client.post("/v1/residents", json={**PERSON, "birth_year": 1950}, headers=headers)
        problem_of(other, "idempotency-key-reused")
        assert store_of(client).count(Resident) == 2
        assert {each.value.request_digest for each in store_of(client).scan(AuditEvent)} == {None}

    def test_unknown_community(self, client: TestClient) -> None:
        """The member is named as the body spells it."""
        body = {**PERSON, "residence_code": "440103999999"}
        refusal = problem_of(client.post("/v1/residents", json=body), "unknown-reference")
        assert pointers(refusal) == {"#/residence_code"}


class TestContacts:
    @pytest.mark.parametrize("role", [Role.STAFF, Role.DISPATCHER])
    @pytest.mark.parametrize("status", ["accepted", "in-progress", "on-hold", "completed"])
    def test_seen_once_accepted(self, client: TestClient, role: Role, status: str) -> None:
        """From yes to the end of help, each look is on record with its purpose and who it was."""
        assert client.put(CONTACT, json=DETAILS, headers=as_role(client, Role.STAFF)).status_code == 204
        made = accepted(client)
        if status != "accepted":
            move(client, made, status)
        seen = look(client, as_role(client, role), "visit")
        assert seen.status_code == 200
        assert seen.headers["cache-control"] == "no-store"
        assert seen.json() == {**DETAILS, "resident_id": "resident-1", "changed_at": "2026-03-02T01:00:00Z"}
        [event] = [
            each.value
            for each in store_of(client).scan(AuditEvent)
            if each.value.action == "contact.disclosed.visit"
        ]
        assert (event.object_kind, event.object_id, event.role) == ("Contact", "resident-1", role)
        assert event.actor.startswith("key:")
        assert event.request_id == seen.headers["x-request-id"]

    def test_head_is_a_look_too(self, client: TestClient) -> None:
        """It answers nothing, and is on record all the same."""
        client.put(CONTACT, json=DETAILS)
        accepted(client)
        answer = client.head(f"{CONTACT}?purpose=referral", headers=as_role(client, Role.STAFF))
        assert (answer.status_code, answer.content) == (200, b"")
        assert "contact.disclosed.referral" in actions(client)

    def test_replaced_as_a_whole(self, client: TestClient) -> None:
        """What is left out is not kept from before; a number that was given up must not be called."""
        client.put(CONTACT, json=DETAILS)
        client.put(CONTACT, json={"name": "陈明"})
        accepted(client)
        seen = look(client, as_role(client, Role.STAFF)).json()
        assert (seen["name"], seen["phone"], seen["address"]) == ("陈明", None, None)
        assert store_of(client).count(Contact) == 1

    def test_none_stored(self, client: TestClient) -> None:
        """Open, and nothing there."""
        accepted(client)
        problem_of(look(client, as_role(client, Role.STAFF)), "not-found")

    def test_no_digest_is_kept(self, client: TestClient) -> None:
        """There are only so many phone numbers: a digest of one can be found by trying."""
        client.put(CONTACT, json=DETAILS)
        [event] = [each.value for each in store_of(client).scan(AuditEvent)]
        assert (event.action, event.object_id, event.request_digest) == (
            "contact.changed",
            "resident-1",
            None,
        )

    def test_an_app_keeps_contacts_of_its_area(self, client: TestClient) -> None:
        """The back end of an app writes for those of its jurisdiction, and for nobody else."""
        assert (
            client.put(CONTACT, json=DETAILS, headers=as_role(client, Role.RESIDENT_APP)).status_code == 204
        )
        foreign = client.put(CONTACT, json=DETAILS, headers=as_role(client, Role.RESIDENT_APP, ELSEWHERE))
        problem_of(foreign, "not-found")


class TestExport:
    def test_all_of_one_resident(self, client: TestClient) -> None:
        """What is stored about the person, by whom it was looked at, and nothing of anybody else."""
        store = store_of(client)
        store.write(
            WriteBatch(
                "other",
                (
                    Put(a_resident("resident-2")),
                    Put(a_need("need-2", resident_id="resident-2")),
                    Put(SuggestionRecord("s1", "need-1", NOW, "content")),  # type: ignore[arg-type]
                ),
            )
        )
        client.put(CONTACT, json=DETAILS)
        referral = accepted(client)
        look(client, as_role(client, Role.STAFF))
        export = client.get(f"{ONE}/export", headers=as_role(client, Role.RESIDENT_APP))
        assert export.headers["cache-control"] == "no-store"
        told = export.json()
        assert told["resident"]["id"] == "resident-1"
        assert told["contact"] == DETAILS
        assert [each["id"] for each in told["needs"]] == ["need-1"]
        assert [each["id"] for each in told["referrals"]] == [referral]
        assert "s1" in [each["id"] for each in told["suggestion_records"]]
        assert sorted(each["action"] for each in told["audit_events"]) == [
            *("contact.changed", "contact.disclosed.export", "contact.disclosed.visit"),
            *("referral.accepted", "referral.requested", "resident.exported"),
        ]
        assert "resident-2" not in export.text

    def test_not_for_others(self, client: TestClient) -> None:
        """Neither the app of another area, nor whoever helps."""
        for role, areas in (
            (Role.RESIDENT_APP, ELSEWHERE),
            (Role.STAFF, DISTRICT),
            (Role.DISPATCHER, DISTRICT),
        ):
            answer = client.get(f"{ONE}/export", headers=as_role(client, role, areas))
            problem_of(answer, "not-found" if role is Role.RESIDENT_APP else "forbidden")

    def test_a_resident_reaches_nobody_else(self, client: TestClient) -> None:
        """A token of one resident is for that one, also where it has no jurisdiction that would say so."""
        own, others = (
            Principal("user:1", Role.RESIDENT_APP, None, "t", resident_id=key)
            for key in ("resident-1", "resident-2")
        )
        assert resident_of(store_of(client), own, "resident-1").value.id == "resident-1"
        with pytest.raises(NotFound):
            resident_of(store_of(client), others, "resident-1")


class TestErasure:
    def test_refused_while_help_is_under_way(self, client: TestClient) -> None:
        """How many referrals are to be ended first is said."""
        client.put(CONTACT, json=DETAILS)
        accepted(client)
        problem = problem_of(client.delete(ONE), "live-referrals")
        assert "1 live referral" in problem["detail"]
        assert store_of(client).count(Contact) == 1

    def test_erased(self, client: TestClient) -> None:
        """Nothing leads to the person any more; what was done is on record, and the chain holds."""
        client.put(CONTACT, json=DETAILS)
        move(client, accepted(client), "completed")
        staff = as_role(client, Role.STAFF)
        done = client.delete(ONE)
        assert (done.status_code, done.json()) == (200, {"need_count": 1, "is_purged": True})
        problem_of(client.get(ONE, headers=staff), "not-found")
        problem_of(look(client, staff), "not-found")
        problem_of(client.get(f"{ONE}/export"), "not-found")
        problem_of(client.delete(ONE), "not-found")
        store = store_of(client)
        assert (store.count(Contact), store.count(SuggestionRecord)) == (0, 0)
        assert store.get(Need, "need-1").value.resident_id is None
        assert {"resident.erased", "need.erased"} <= set(actions(client))
        assert verify(store).fault is None

    def test_stored_again(self, client: TestClient) -> None:
        """A late repetition of the request that stored a resident does not bring the person back."""
        headers = {"Idempotency-Key": "r"}
        path = client.post("/v1/residents", json=PERSON, headers=headers).headers["location"]
        client.delete(path)
        problem_of(client.post("/v1/residents", json=PERSON, headers=headers), "not-found")

    def test_no_byte_is_left(self, client: TestClient, store_path: Path) -> None:
        """Not in the file, its log, or a free page: neither sealed values nor points, terms and windows."""
        person = {**PERSON, "id": "resident-2", "hardship": ["canary_hardship"], "languages": ["canary-yue"]}
        client.post("/v1/residents", json=person)
        client.put("/v1/residents/resident-2/contact", json=DETAILS)
        need = {
            "category_id": "home_care",
            "resident_id": "resident-2",
            "location": {"latitude": 23.123456789, "longitude": 113.987654321, "crs": "wgs84"},
            "time_window": {"start": "2026-03-03T01:23:45Z", "end": "2026-03-03T02:34:56Z"},
        }
        key = client.post("/v1/needs", json=need).json()["id"]
        store = store_of(client)
        store.write(WriteBatch("record", (Put(SuggestionRecord("s2", key, NOW, "canary-content")),)))
        contact = store.get(Contact, "resident-2").value
        canaries = [
            *(each.encode() for each in (contact.ciphertext, contact.wrapped_key, "canary_hardship")),
            *(b"canary-yue", b"canary-content", b"01:23:45", b"02:34:56"),
            *(struct.pack(">d", each) for each in (23.123456789, 113.987654321)),
        ]
        url = f"sqlite:///{store_path}"
        assert [each for each in canaries if each not in bytes_of(url)] == []
        assert client.delete("/v1/residents/resident-2").json() == {"need_count": 1, "is_purged": True}
        assert [each for each in canaries if each in bytes_of(url)] == []

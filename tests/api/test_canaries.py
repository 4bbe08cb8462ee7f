"""Names, numbers and addresses through a whole life of a need: out of two answers they come, and no others.

Everything that a server said, logged, sent and stored is searched for them, in each form in which they could
be there: plain, escaped in JSON, in Base64, percent-encoded, as a digest.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from graph_models.domain.credentials import Role
from tests.api.credentials import headers_in, key_file
from tests.api.servers import Server, Start
from tests.api.webhooks.receivers import Receiver, receiving
from tests.builders import COMMUNITY, DISTRICT

NAME = f"金丝雀{secrets.token_hex(4)}"
PHONE = f"+86 139 {secrets.randbelow(10**12):012}"
ADDRESS = f"沙面大街 {secrets.token_hex(5)} 号"
DETAILS = {"name": NAME, "phone": PHONE, "address": ADDRESS}
# The distinctive part of the address, and the number as people would type it elsewhere.
CANARIES = (NAME, PHONE, ADDRESS, ADDRESS.split()[1], PHONE.replace(" ", ""), PHONE.split()[2])
PERSON = {"id": "resident-7", "registration_code": COMMUNITY, "residence_code": COMMUNITY}
CONTACT = "/v1/residents/resident-7/contact"


def forms(canary: str) -> Iterator[bytes]:
    plain = canary.encode()
    yield plain
    yield json.dumps(canary).strip('"').encode()
    yield quote(canary).encode()
    # Base64 of a text within another one begins in one of three ways; its middle is the same.
    for start in range(3):
        yield base64.b64encode(b"\0" * start + plain)[4 if start else 0 : -4]
    yield hashlib.sha256(plain).hexdigest().encode()
    yield hashlib.sha256(plain).digest()


FORMS = [(canary, form) for canary in CANARIES for form in forms(canary) if len(form) > 7]
BODY = json.dumps(DETAILS, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
FORMS.append(("digest of the body", hashlib.sha256(BODY).hexdigest().encode()))


def found_in(content: bytes) -> list[str]:
    return sorted({canary for canary, form in FORMS if form in content})


@dataclass
class Heard:
    """All that came out of a server, by where it came from; what was allowed to hold a canary is apart."""

    server: Server
    said: dict[str, bytes] = field(default_factory=dict)
    _client: httpx2.Client | None = None

    def ask(self, method: str, path: str, *, keep: bool = True, **more: Any) -> httpx2.Response:
        with self.server.client() as client:
            response = client.request(method, path, **more)
        if keep:
            headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
            self.said[f"{len(self.said)} {method} {path}"] = headers.encode() + b"\n" + response.content
        return response

    def until(self, method: str, path: str, is_done: Callable[[httpx2.Response], bool], **more: Any) -> Any:
        deadline = monotonic() + 60
        while not is_done(response := self.ask(method, path, **more)):
            assert monotonic() < deadline, response.text
            sleep(0.1)
        return response


def test_forms_are_found() -> None:
    """The search itself: each form is seen in the midst of something else."""
    for wrap in (
        lambda text: text.encode(),
        lambda text: json.dumps({"x": text}).encode(),
        lambda text: base64.b64encode(b"a" + text.encode() + b"z"),
        lambda text: base64.b64encode(b"ab" + text.encode() + b"z"),
        lambda text: hashlib.sha256(text.encode()).hexdigest().encode(),
        lambda text: f"/x?y={quote(text)}".encode(),
    ):
        for canary in (NAME, PHONE, ADDRESS):
            assert canary in found_in(b"before " + wrap(canary) + b" after")
    assert found_in(b"nothing") == []


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(Receiver()) as receiver:
        yield receiver


def test_canaries_come_out_of_two_answers_alone(
    start: Start, store_path: Path, tmp_path: Path, receiver: Receiver
) -> None:
    """The loop from need to help, errors of every kind, logs at their most talkative, and the files."""
    staff = headers_in(store_path, Role.STAFF, DISTRICT)
    app = headers_in(store_path, Role.RESIDENT_APP, DISTRICT)
    server = start(LOG_LEVEL="debug", KEYS_FILE=str(key_file(tmp_path)), WEBHOOKS_TO_LOOPBACK="true")
    heard = Heard(server)
    heard.ask("POST", "/v1/webhooks", json={"url": receiver.url, "jurisdiction": None})
    live(heard, staff)
    for allowed, headers in ((f"{CONTACT}?purpose=visit", staff), ("/v1/residents/resident-7/export", app)):
        answer = heard.ask("GET", allowed, headers=headers, keep=False)
        assert {NAME, PHONE, ADDRESS} <= set(found_in(answer.content)), "the search would find nothing"
    ask_around(heard, staff)
    go_wrong(heard, staff)
    heard.said["server-sent events"] = streamed(server, "referral.completed")
    deadline = monotonic() + 30
    while not any(b"referral.completed" in each.body for each in receiver.messages):
        assert monotonic() < deadline, "no webhook arrived"
        sleep(0.1)
    assert server.stop(signal.SIGTERM) == 0

    told = {f"webhook {each.id}": repr(each.headers).encode() + each.body for each in receiver.messages}
    files = {each.name: each.read_bytes() for each in store_path.parent.glob(f"{store_path.name}*")}
    log = {"log": server.log_path.read_bytes()}
    assert {each["level"] for each in server.log()} >= {"info"}
    everything = {**heard.said, **told, **files, **log}
    assert {where: canaries for where, each in everything.items() if (canaries := found_in(each))} == {}


def live(heard: Heard, staff: dict[str, str]) -> None:
    """A resident with a contact raises a need; a provider is asked, says yes, and helps."""
    assert heard.ask("POST", "/v1/residents", json=PERSON).status_code == 201
    assert heard.ask("PUT", CONTACT, json=DETAILS).status_code == 204
    assert heard.ask("PUT", CONTACT, json=DETAILS, headers={"Idempotency-Key": "k"}).status_code == 204
    need = {"id": "need-7", "category_id": "home_care", "resident_id": "resident-7"}
    etag = heard.ask("POST", "/v1/needs", json={**need, "community_code": COMMUNITY}).headers["etag"]
    assert heard.ask("GET", f"{CONTACT}?purpose=visit", headers=staff).status_code == 403
    heard.ask("GET", "/v1/needs/need-7/suggestions", params={"explain": "true"})
    asked = heard.ask(
        "POST", "/v1/needs/need-7/referrals", json={"provider_id": "volunteer-1"}, headers={"If-Match": etag}
    )
    for status in ("accepted", "in-progress", "completed"):
        path = f"/v1/referrals/{asked.json()['id']}"
        headers = {"If-Match": heard.ask("GET", path).headers["etag"]}
        moved = heard.ask("POST", f"{path}/transitions", json={"status": status}, headers=headers)
        assert moved.status_code == 200, moved.text


def ask_around(heard: Heard, staff: dict[str, str]) -> None:
    """Everything else that can be read."""
    for path in (
        *("/v1/residents/resident-7", "/v1/residents/resident-7/export", "/v1/needs", "/v1/referrals"),
        *("/v1/needs/need-7", "/v1/needs/need-7/referrals", "/v1/audit-events?limit=100", "/v1/api-keys"),
        *("/v1/webhooks", "/v1/providers", "/metrics", "/readyz", "/openapi.json"),
    ):
        assert heard.ask("GET", path).status_code == 200, path
    assert heard.ask("GET", "/v1/residents/resident-7", headers=staff).status_code == 200
    trail = heard.ask("GET", "/v1/audit-events?action=contact.disclosed.visit").json()["items"]
    assert [each["object_id"] for each in trail] == ["resident-7"]
    record = heard.ask("GET", "/v1/audit-events?action=referral.requested").json()["items"][0]
    if record["suggestion_id"]:
        heard.ask("GET", f"/v1/suggestion-records/{record['suggestion_id']}")
    plan = heard.ask("POST", "/v1/plans", json={}).headers["location"]
    heard.until("GET", plan, lambda answer: answer.json()["state"] not in ("waiting", "running"))
    heard.until("GET", "/v1/coverage/report", lambda answer: answer.status_code == 200)


def go_wrong(heard: Heard, staff: dict[str, str]) -> None:
    """Canaries where they do not belong: each is refused, and none comes back."""
    need = {"category_id": "home_care", "community_code": COMMUNITY}
    broken = json.dumps(DETAILS, ensure_ascii=False).encode()[:-1]
    wrong: list[tuple[str, str, dict[str, Any]]] = [
        ("PUT", CONTACT, {"json": {**DETAILS, "phone": f"{NAME} at {PHONE}"}}),
        ("PUT", CONTACT, {"json": {**DETAILS, "name": [NAME]}}),
        ("PUT", CONTACT, {"json": {**DETAILS, "name": f"{NAME}\x00"}}),
        ("PUT", CONTACT, {"json": {**DETAILS, "address": ADDRESS * 50}}),
        ("PUT", CONTACT, {"json": [DETAILS]}),
        ("PUT", CONTACT, {"content": broken, "headers": {"Content-Type": "application/json"}}),
        ("PUT", CONTACT, {"content": broken, "headers": {"Content-Type": f"text/plain; x={PHONE}"}}),
        ("PUT", CONTACT, {"json": {**DETAILS, "address": ADDRESS + "x" * 2_000_000}}),
        ("PUT", "/v1/residents/resident-8/contact", {"json": DETAILS}),
        ("PATCH", CONTACT, {"json": DETAILS}),
        ("POST", CONTACT, {"json": DETAILS}),
        ("GET", CONTACT, {"params": {"purpose": NAME}, "headers": staff}),
        ("GET", CONTACT, {"params": {"purpose": "visit", "why": PHONE}, "headers": staff}),
        ("GET", f"/v1/residents/{NAME}", {}),
        ("GET", f"/v1/residents/{PHONE}/contact?purpose=visit", {"headers": staff}),
        ("GET", f"/{ADDRESS}", {}),
        ("GET", "/v1/needs", {"params": {"resident_id": PHONE}}),
        ("GET", "/v1/needs", {"params": {"cursor": ADDRESS}}),
        ("POST", "/v1/needs", {"json": {**need, "resident_id": NAME}}),
        ("POST", "/v1/needs", {"json": {**need, "urgency": PHONE}}),
        ("POST", "/v1/needs", {"json": {**need, "units": ADDRESS}}),
        ("POST", "/v1/needs", {"json": need, "headers": {"Idempotency-Key": PHONE}}),
        ("PATCH", "/v1/needs/need-7", {"json": {}, "headers": {"If-Match": PHONE}}),
        ("POST", "/v1/residents", {"json": {**PERSON, "hardship": [NAME]}}),
        ("POST", "/v1/residents", {"json": {**PERSON, "birth_year": PHONE}}),
        ("POST", "/v1/api-keys", {"json": {"name": "x", "role": NAME, "jurisdiction": [PHONE]}}),
        ("POST", "/v1/webhooks", {"json": {"url": f"https://{PHONE}/{NAME}", "jurisdiction": None}}),
        ("GET", "/v1/needs", {"headers": {"Authorization": f"Bearer {PHONE}"}}),
        ("GET", "/v1/needs/absent", {"headers": {"X-Request-Id": PHONE}}),
        ("GET", "/v1/needs/absent", {"headers": {"User-Agent": PHONE, "Referer": quote(ADDRESS)}}),
    ]
    statuses = {heard.ask(method, path, **more).status_code for method, path, more in wrong}
    assert statuses == {400, 401, 404, 405, 413, 415, 422}


def streamed(server: Server, last: str) -> bytes:
    """All server-sent events from the beginning to one of a kind."""
    content = b""
    with (
        server.client() as client,
        client.stream("GET", "/v1/events", headers={"Last-Event-ID": "0.0"}) as stream,
    ):
        for chunk in stream.iter_bytes():
            content += chunk
            if last.encode() in content and content.endswith(b"\n\n"):
                return content
    return content

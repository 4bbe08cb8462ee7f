"""Injections in every place of the API that takes a text: refused, or stored as the text that it is."""

# ruff: noqa: E501 - it reads as a table

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.clock import SystemClock
from api.settings import Settings
from graph_models.ports import GraphStore
from graph_models.schema import ALL_TYPES
from graph_models.stores.opening import open_store
from tests.api.conftest import put_city
from tests.api.servers import ADMIN_TOKEN, AS_ADMIN, wait_until_ready
from tests.battery.clients import NO_BUDGETS
from tests.battery.figures import FULL, kind_of, record
from tests.battery.payloads import FEW, PAYLOADS
from tests.builders import COMMUNITY
from tests.conftest import Neo4jServer

CHOSEN = PAYLOADS if FULL else FEW
NEED: dict[str, Any] = {"category_id": "home_care", "community_code": COMMUNITY}
PROVIDER: dict[str, Any] = {"kind": "charity", "name": "x", "capacity": {"total": 1}}
PLACE = {"latitude": 23.1, "longitude": 113.2, "crs": "wgs84"}
WINDOW = {"start": "2030-01-01T00:00:00Z", "end": "2030-01-02T00:00:00Z"}
OFFER: dict[str, Any] = {"provider_id": "volunteer-1"}
RESIDENT: dict[str, Any] = {"registration_code": COMMUNITY, "residence_code": COMMUNITY}
PWNED = "Pwned"  # the label that payloads of Cypher would make

# Path, body, and where the text goes: members, or places in lists, one after the other.
BODIES: list[tuple[str, dict[str, Any], tuple[str | int, ...]]] = [
    *(("/v1/needs", NEED, (name,)) for name in ("id", "category_id", "community_code", "resident_id", "status", "urgency", "created_at")),
    ("/v1/needs", {**NEED, "location": PLACE}, ("location", "crs")),
    ("/v1/needs", {**NEED, "time_window": WINDOW}, ("time_window", "start")),
    ("/v1/needs", {**NEED, "required_skills": [{"skill_id": "x"}]}, ("required_skills", 0, "skill_id")),
    ("/v1/needs", {**NEED, "excluded_provider_ids": ["x"]}, ("excluded_provider_ids", 0)),
    *(("/v1/providers", PROVIDER, (name,)) for name in ("id", "kind", "name", "source", "community_code", "member_of", "availability", "verified_at")),
    *(("/v1/providers", {**PROVIDER, name: ["x"]}, (name, 0)) for name in ("serves", "languages", "accessibility")),
    ("/v1/providers", {**PROVIDER, "eligibility": {"hardship": ["x"]}}, ("eligibility", "hardship", 0)),
    ("/v1/providers", {**PROVIDER, "skills": [{"skill_id": "x", "level": 1}]}, ("skills", 0, "skill_id")),
    *(("/v1/needs/need-1/referrals", OFFER, (name,)) for name in ("id", "provider_id")),
    *(("/v1/referrals/held/transitions", {"status": "rejected", "reason": "other"}, (name,)) for name in ("status", "reason")),
    ("/v1/referrals/held/transitions", {"status": "rejected", "reason": "other", "hand_on": OFFER}, ("hand_on", "provider_id")),
    *(("/v1/residents", RESIDENT, (name,)) for name in ("id", "registration_code", "residence_code")),
    *(("/v1/residents", {**RESIDENT, name: ["x"]}, (name, 0)) for name in ("hardship", "languages", "accessibility")),
    *(("/v1/suggestions", {"need": NEED}, ("need", name)) for name in ("category_id", "community_code", "resident_id")),
    *(("/v1/plans", {name: ["x"]}, (name, 0)) for name in ("area_codes", "category_ids")),
]  # fmt: skip
QUERIES = [
    *(("/v1/needs", name) for name in ("status", "urgency", "category_id", "community_code", "resident_id", "cursor", "limit")),
    *(("/v1/providers", name) for name in ("kind", "community_code", "cursor")),
    *(("/v1/referrals", name) for name in ("status", "provider_id", "need_id")),
    *(("/v1/audit-events", name) for name in ("object_id", "need_id", "action")),
    *(("/v1/queue", name) for name in ("search", "area_code", "category_id", "state")),
    ("/v1/provider-search", "text"),
    ("/v1/needs", "unknown"),
]  # fmt: skip
PATHS = ["/v1/needs/{}", "/v1/providers/{}", "/v1/referrals/{}", "/v1/suggestion-records/{}", "/v1/needs/{}/suggestions", "/v1/needs/need-1/suggestions/{}", "/v1/residents/{}", "/v1/plans/{}", "/problems/{}"]  # fmt: skip
HEADERS = ["Idempotency-Key", "If-Match", "If-None-Match", "X-Request-Id", "Last-Event-ID", "Authorization"]


@contextmanager
def served(store_url: str) -> Iterator[TestClient]:
    given = {name.lower(): int(value) for name, value in NO_BUDGETS.items()}
    app = create_app(Settings(store_url=store_url, admin_token=ADMIN_TOKEN, keep_index=False, **given))  # type: ignore[arg-type]
    with TestClient(app, headers=AS_ADMIN, raise_server_exceptions=False) as client:
        wait_until_ready(client)
        yield client


@pytest.fixture
def store(store_url: str) -> Iterator[GraphStore]:
    with open_store(store_url, SystemClock()) as opened:
        put_city(opened)
        yield opened


@pytest.fixture
def client(store: GraphStore, store_url: str) -> Iterator[TestClient]:  # noqa: ARG001 - it is filled
    with served(store_url) as opened:
        yield opened


def labels_of(request: pytest.FixtureRequest) -> set[str]:
    """All labels that the database has ever had, as it says itself; a file has none."""
    if "neo4j_server" not in request.fixturenames:
        return set()
    server: Neo4jServer = request.getfixturevalue("neo4j_server")
    with server.driver() as driver:
        found = {str(each["label"]) for each in driver.execute_query("CALL db.labels()").records}
    assert "Need" in found
    return found


def placed(body: Any, where: tuple[str | int, ...], text: str) -> Any:
    """The body with a text in one place of it."""
    copy = json.loads(json.dumps(body))
    *way, last = where
    inner = copy
    for step in way:
        inner = inner[step]
    inner[last] = text
    return copy


def found(body: Any, where: tuple[str | int, ...]) -> Any:
    for step in where:
        body = body[step]
    return body


def sent(client: TestClient, method: str, path: str, **given: Any) -> Any:
    """A request as a text of ASCII: a half of a surrogate pair cannot be sent in another way."""
    if "json" in given:
        given["content"] = json.dumps(given.pop("json"), ensure_ascii=True)
        given["headers"] = {"Content-Type": "application/json", **given.get("headers", {})}
    return client.request(method, path, **given)


@pytest.mark.timeout(7_200)
def test_bodies(
    client: TestClient, store: GraphStore, store_url: str, request: pytest.FixtureRequest
) -> None:
    """Whatever is accepted is stored as it was sent, and adds exactly one value."""
    statuses: Counter[int] = Counter()
    for path, body, where in BODIES:
        for text in CHOSEN:
            answer = sent(client, "POST", path, json=placed(body, where, text), headers={"If-Match": '"1"'})
            statuses[answer.status_code] += 1
            assert answer.status_code < 500, (path, where, text, answer.text)
            if answer.status_code == 201:
                read = client.get(answer.headers["location"])
                assert read.status_code == 200, (path, where, text)
                if where[-1] not in ("created_at", "start", "verified_at"):
                    assert found(read.json(), where) == text, (path, where, text)
    made = statuses[201] + statuses[202]
    assert made > 0
    assert statuses[422] > 0
    assert PWNED not in labels_of(request)
    total = sum(statuses.values())
    answers = {str(key): times for key, times in sorted(statuses.items())}
    record("injections in bodies", kind_of(store_url), runs=total, payloads=len(CHOSEN), answers=answers)
    for node in ALL_TYPES:
        assert store.count(node.entity) == sum(1 for _ in store.scan(node.entity))


@pytest.mark.timeout(7_200)
def test_addresses_and_headers(client: TestClient, store_url: str) -> None:
    """In queries, paths and headers: found, or not, or refused."""
    statuses: Counter[int] = Counter()
    for text in CHOSEN:
        raw = text.encode("utf-8", "surrogatepass")
        quoted = "".join(f"%{byte:02X}" for byte in raw)
        paths = [each.format(quoted) for each in PATHS if text]
        paths += [f"{path}?{name}={quoted}" for path, name in QUERIES]
        answers = [client.get(each) for each in paths]
        if not {"\r", "\n", "\x00"} & set(text):
            heads = [{name: raw} for name in HEADERS]
            answers += [client.get("/v1/needs/need-1", headers=each) for each in heads]  # type: ignore[arg-type]
        for each in answers:
            statuses[each.status_code] += 1
            assert each.status_code < 500, (each.url, text, each.text)
    answered = {str(key): times for key, times in sorted(statuses.items())}
    total = sum(statuses.values())
    record(
        "injections in addresses and headers",
        kind_of(store_url),
        runs=total,
        payloads=len(CHOSEN),
        answers=answered,
    )


def test_the_corpus_is_large_enough() -> None:
    assert len(PAYLOADS) >= 500

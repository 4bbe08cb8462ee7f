"""Every error has one shape, is documented, and says nothing about the inside."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.problem_types import PROBLEM_TYPES
from api.http.problems import refusal_of
from graph_models.domain import errors
from graph_models.stores.sqlite.store import SqliteStore
from tests.api.conftest import Client, problem_of
from tests.builders import COMMUNITY, FixedClock

NEED = {"category_id": "home_care", "community_code": COMMUNITY}


class TestRouting:
    @pytest.mark.parametrize(
        "address", ["/v1", "/v1/needs/", "/docs", "/redoc", "/v1/needs/a/b", "//", "/V1/needs"]
    )
    def test_unknown_route(self, client: TestClient, address: str) -> None:
        """Also a trailing slash: only the root leads elsewhere, where there is a console to lead to."""
        # In full: the client takes an address that begins with two slashes for that of another host.
        problem_of(client.get(f"http://testserver{address}"), "unknown-route")

    @pytest.mark.parametrize(
        ("address", "allowed"),
        [
            ("/v1/needs", "GET, HEAD, POST"),
            ("/v1/needs/need-1", "GET, HEAD, PATCH"),
            ("/v1/suggestions", "POST"),
            ("/healthz", "GET, HEAD"),
            ("/openapi.json", "GET, HEAD"),
        ],
    )
    def test_allow_lists_all_methods_of_a_path(self, client: TestClient, address: str, allowed: str) -> None:
        """All methods that the path has, not those of the route that came first."""
        for method in ("DELETE", "PUT", "OPTIONS", "TRACE", "BREW"):
            response = client.request(method, address)
            problem_of(response, "method-not-allowed")
            assert response.headers["allow"] == allowed

    @pytest.mark.parametrize("address", ["/v1/needs", "/v1/needs/need-1", "/healthz", "/openapi.json"])
    def test_head_is_get_without_content(self, client: TestClient, address: str) -> None:
        """The same status and headers, and no body."""
        got, headed = client.get(address), client.head(address)
        assert (headed.status_code, headed.content) == (200, b"")
        for name in ("content-length", "content-type", "etag"):
            assert headed.headers.get(name) == got.headers.get(name)
        assert client.head("/v1/needs/nothing").status_code == 404
        assert client.head("/v1/suggestions").status_code == 405

    @pytest.mark.parametrize(
        "address",
        ["/v1/needs", "/v1/needs/need-1/suggestions", "/v1/communities", "/v1/skills", "/v1/categories"],
    )
    def test_a_repeated_parameter_is_refused(self, client: TestClient, address: str) -> None:
        """Which of the two counts would be a guess."""
        problem = problem_of(client.get(f"{address}?limit=1&limit=2"), "invalid-request")
        assert [(each["pointer"], each["detail"]) for each in problem["errors"]] == [
            ("#/limit", "is given more than once")
        ]

    @pytest.mark.parametrize("address", ["/v1/needs?x=1", "/v1/needs/need-1?x=1", "/v1/skills/nursing?x=1"])
    def test_an_unknown_parameter_is_refused(self, client: TestClient, address: str) -> None:
        """A misspelt parameter does not go unnoticed, with or without known ones beside it."""
        problem = problem_of(client.get(address), "invalid-request")
        assert [each["pointer"] for each in problem["errors"]] == ["#/x"]


class TestStoreFaults:
    def test_closed_store_is_an_internal_error(self, open_client: Client, store_path: Path) -> None:
        """A fault of ours is a 500 that shows neither class nor message nor place."""
        store = SqliteStore(store_path, FixedClock())
        client = open_client(store=store)
        store.close()
        for response in (client.get("/v1/needs"), client.post("/v1/needs", json=NEED)):
            problem_of(response, "internal-error")
            for word in ("closed", "StoreError", "Traceback", ".py", str(store_path)):
                assert word not in response.text

    @pytest.mark.parametrize("damage", ["units = 'many'", "excluded_provider_ids = '{units'"])
    def test_damaged_row_is_an_internal_error(
        self, client: TestClient, store_path: Path, damage: str
    ) -> None:
        """What the store holds and the domain refuses, or nobody can read, is our fault."""
        with sqlite3.connect(store_path) as connection:
            connection.execute(f"UPDATE need SET {damage} WHERE id = 'need-1'")
        connection.close()
        response = client.get("/v1/needs/need-1")
        problem_of(response, "internal-error")
        assert "units" not in response.text

    def test_locked_store_is_unavailable(self, open_client: Client, store_path: Path) -> None:
        """A write that cannot get the lock is answered 503 with Retry-After, reads go on, and it recovers."""
        client = open_client(store=SqliteStore(store_path, FixedClock(), busy_timeout_seconds=0.05))
        other = sqlite3.connect(store_path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        response = client.post("/v1/needs", json={**NEED, "id": "late"})
        problem_of(response, "store-unavailable")
        assert response.headers["retry-after"] == "1"
        assert client.get("/v1/needs/late").status_code == 404
        other.close()
        assert client.post("/v1/needs", json={**NEED, "id": "late"}).status_code == 201


def leaves(kind: type[Any]) -> list[type[Any]]:
    children = [each for each in kind.__subclasses__() if each.__module__ == errors.__name__]
    return [leaf for child in children for leaf in leaves(child)] or [kind]


EXAMPLES: dict[str, tuple[Any, ...]] = {
    "InvalidValue": ("units", "be at least 1", 0),
    "NotFound": ("Need", "n"),
    "DuplicateKey": ("Need", "n"),
    "RevisionConflict": ("Need", "n", 1, 2),
    "IdempotencyConflict": ("w",),
    "StillReferenced": ("Need", "n", "Referral"),
    "UnknownReference": ("need.category_id", "Category", "c"),
    "CapacityExceeded": ("p", 1, 2),
    "StoreUnavailable": ("away",),
    "StoreReadOnly": ("read-only",),
    "OutcomeUnknown": ("w",),
    "IncompatibleSchema": ("version 2",),
}
NAMES = {
    "InvalidValue": "internal-error",  # by stored data: see `api.problems.refusing` for requests
    "NotFound": "not-found",
    "DuplicateKey": "duplicate-key",
    "RevisionConflict": "revision-conflict",
    "IdempotencyConflict": "idempotency-key-reused",
    "StillReferenced": "still-referenced",
    "UnknownReference": "unknown-reference",
    "CapacityExceeded": "capacity-exceeded",
    "StoreUnavailable": "store-unavailable",
    "StoreReadOnly": "store-unavailable",
    "OutcomeUnknown": "outcome-unknown",
    "IncompatibleSchema": "internal-error",
}


@pytest.mark.parametrize("kind", leaves(errors.LastMeterError), ids=lambda kind: kind.__name__)
def test_every_domain_error_has_its_problem(kind: type[Any]) -> None:
    """No error is left to chance; the ones that pass by themselves say when to come back."""
    refusal = refusal_of(kind(*EXAMPLES[kind.__name__]))
    assert refusal.problem.name == NAMES[kind.__name__]
    assert ("Retry-After" in (refusal.headers or {})) == (refusal.status_code == 503)


@pytest.mark.parametrize("name", PROBLEM_TYPES)
class TestDocumentation:
    def test_is_served_at_its_address(self, client: TestClient, name: str) -> None:
        """A problem's `type` can be followed to what it means."""
        meaning = client.get(f"/problems/{name}").json()
        problem = PROBLEM_TYPES[name]
        assert meaning == {
            "type": f"/problems/{name}",
            "title": problem.title,
            "status": problem.status,
            "meaning": problem.meaning,
        }

    def test_is_listed_in_the_documentation(self, name: str) -> None:
        """docs/api.md has a row for each, with its status and meaning."""
        problem = PROBLEM_TYPES[name]
        row = f"| `/problems/{name}` | {problem.status} | {problem.meaning} |"
        assert row in Path("docs/api.md").read_text(encoding="utf-8")


def test_unknown_problem_type(client: TestClient) -> None:
    """There is a problem for that, too."""
    problem_of(client.get("/problems/no-such"), "not-found")
    problem_of(client.get("/problems/No_Such"), "invalid-request")

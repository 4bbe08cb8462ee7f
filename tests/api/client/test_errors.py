"""Every refusal of the service is one of a few kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from api.client import (
    Conflict,
    Fault,
    Forbidden,
    Invalid,
    LastMeter,
    NotFound,
    Overloaded,
    Problem,
    RevisionConflict,
    Unauthenticated,
    Waiting,
)
from api.client.errors import problem_of
from api.http.problem_types import PROBLEM_TYPES
from api.http.problems import Refusal, problem_response
from api.identity.attempts import AttemptRules
from api.identity.keys import issue
from graph_models.domain.credentials import Role
from graph_models.ports import NEW, Put, WriteBatch
from tests.api.conftest import in_process
from tests.builders import COMMUNITY, NOW

LEAST: Any = {"category_id": "home_care", "community_code": COMMUNITY}


def stale(meter: LastMeter) -> object:
    need = meter.needs.get("need-1")
    return meter.needs.change(replace(need, revision=9), units=2)


def asked_twice(meter: LastMeter) -> object:
    meter.needs.create(idempotency_key="k", **LEAST)
    return meter.needs.create(idempotency_key="k", units=2, **LEAST)


REFUSED: list[tuple[type[Problem], str, Callable[[LastMeter], object]]] = [
    (NotFound, "not-found", lambda meter: meter.needs.get("nobody")),
    (Conflict, "duplicate-key", lambda meter: meter.needs.create(id="need-1", **LEAST)),
    (RevisionConflict, "revision-conflict", stale),
    (Invalid, "invalid-request", lambda meter: meter.needs.create(units=0, **LEAST)),
    (Invalid, "rule-broken", lambda meter: meter.needs.create(category_id="home_care")),
    (Invalid, "idempotency-key-reused", asked_twice),
]


@pytest.mark.parametrize(("kind", "name", "ask"), REFUSED, ids=[name for _, name, _ in REFUSED])
def test_refusals(last_meter: LastMeter, kind: type[Problem], name: str, ask: Any) -> None:
    """By class for what to do, by type for what it is."""
    with pytest.raises(Problem) as caught:
        ask(last_meter)
    problem = caught.value
    assert (type(problem), problem.name) == (kind, name)
    assert (problem.status, problem.title) == (PROBLEM_TYPES[name].status, PROBLEM_TYPES[name].title)
    assert problem.request_id in str(problem)


def test_places_are_named(last_meter: LastMeter) -> None:
    with pytest.raises(Invalid) as caught:
        last_meter.needs.create(units=0, **LEAST)
    [fault] = caught.value.errors
    assert (fault.location, fault.pointer) == ("body", "#/units")
    assert isinstance(fault, Fault)


def test_without_a_credential(client: TestClient) -> None:
    with pytest.raises(Unauthenticated):
        in_process(client, token="wrong").needs.get("need-1")


def test_a_role_that_may_not(client: TestClient) -> None:
    """An application's key reads providers and changes none."""
    issued = issue("app", Role.API_CLIENT, None, now=NOW)
    client.app.state.services.store.write(WriteBatch("key", (Put(issued.key, NEW),)))  # type: ignore[attr-defined]
    meter = in_process(client, token=issued.text)
    provider = meter.providers.get("volunteer-1")
    with pytest.raises(Forbidden):
        meter.providers.change(provider, is_active=False)


def test_too_many(client: TestClient) -> None:
    """Whoever guesses is told to wait, longer than it is worth."""
    guesser = in_process(client, token="wrong", waiting=Waiting(longest_seconds=0))
    for _ in range(AttemptRules().failures):
        with pytest.raises(Unauthenticated):
            guesser.needs.get("need-1")
    with pytest.raises(Overloaded) as caught:
        guesser.needs.get("need-1")
    assert caught.value.name == "too-many-requests"
    assert caught.value.retry_after_seconds


@pytest.mark.parametrize("name", PROBLEM_TYPES)
def test_every_type_has_its_kind(name: str) -> None:
    """None but a fault of the service, or of this client, is a plain `Problem`."""
    answer = problem_response(Refusal(name, "why"), {"state": {"request_id": "r-1"}})
    problem = problem_of(httpx2.Response(answer.status_code, headers=answer.headers, content=answer.body))
    told = (problem.name, problem.status, problem.detail, problem.request_id)
    assert told == (name, PROBLEM_TYPES[name].status, "why", "r-1")
    assert (type(problem) is Problem) == (name in {"internal-error", "method-not-allowed"})


def test_an_answer_of_a_proxy() -> None:
    """No problem document: the status has to do."""
    page = httpx2.Response(502, html="<h1>Bad Gateway</h1>")
    problem = problem_of(page)
    assert (type(problem), problem.title, problem.type) == (Overloaded, "Bad Gateway", "about:blank")

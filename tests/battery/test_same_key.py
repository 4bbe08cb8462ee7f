"""Fifty clients who send one request with one Idempotency-Key at once: one effect, and equal answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from api.clock import SystemClock
from graph_models.domain.identifiers import ProviderId
from graph_models.domain.providers import Capacity
from graph_models.ports import GraphStore
from graph_models.stores.opening import open_store
from tests.api.conftest import put_city, some_providers
from tests.api.servers import AS_ADMIN, Server, servers
from tests.battery.clients import NO_BUDGETS
from tests.battery.figures import kind_of, record, runs
from tests.battery.invariants import check_everything, events_of
from tests.builders import a_need, a_provider
from tests.matcher.closed_loop.towns import put

AT_ONCE, TIMES = 50, runs(3, 1_000)
PROVIDER = "volunteer-1"


@pytest.fixture
def store(store_url: str) -> Iterator[GraphStore]:
    with open_store(store_url, SystemClock()) as opened:
        put_city(opened)
        skills, needs = some_providers()[0].skills, [a_need(f"n{number}") for number in range(TIMES)]
        put(opened, a_provider(PROVIDER, skills=skills, capacity=Capacity(TIMES)), *needs)
        yield opened


@pytest.fixture
def server(store: GraphStore, store_url: str, tmp_path: Path) -> Iterator[Server]:  # noqa: ARG001
    with servers(tmp_path, store_url) as start:
        yield start(**NO_BUDGETS, QUEUE_SECONDS="60")


@pytest.mark.timeout(7_200)
def test_one_effect_and_equal_answers(store: GraphStore, store_url: str, server: Server) -> None:
    """An offer, and then its acceptance, each sent by all of them."""
    asyncio.run(_ask_all(server.port))
    events = {key: times for key, times in events_of(store).items() if key[1].startswith("referral.")}
    assert sorted(action for _, action in events) == sorted(
        ["referral.requested", "referral.accepted"] * TIMES
    )
    capacity = store.get(type(some_providers()[0]), ProviderId(PROVIDER)).value.capacity
    assert (capacity.reserved, capacity.remaining) == (TIMES, 0)
    check_everything(store)
    sent = 2 * TIMES * AT_ONCE
    record(
        "50 clients, one Idempotency-Key",
        kind_of(store_url),
        runs=2 * TIMES,
        of=2_000,
        writes=sent,
        acknowledged=sent,
        lost=0,
        doubled=0,
    )


async def _ask_all(port: int) -> None:
    limits = httpx2.Limits(max_connections=AT_ONCE)
    base = f"http://127.0.0.1:{port}/v1"
    async with httpx2.AsyncClient(limits=limits, headers=AS_ADMIN, base_url=base, timeout=120) as client:
        for number in range(TIMES):
            made = await _all_at_once(
                client, f"/needs/n{number}/referrals", {"provider_id": PROVIDER}, number, 201
            )
            where = f"/referrals/{made['id']}/transitions"
            await _all_at_once(client, where, {"status": "accepted"}, number, 200)


async def _all_at_once(
    client: httpx2.AsyncClient, path: str, body: object, number: int, status: int
) -> dict[str, object]:
    headers = {"Idempotency-Key": f"key-{number}", "If-Match": '"1"'}
    asking = (client.post(path, json=body, headers=headers) for _ in range(AT_ONCE))
    answers = await asyncio.gather(*asking)
    assert {each.status_code for each in answers} == {status}, {each.text for each in answers}
    assert len({each.content for each in answers}) == 1
    assert len({each.headers["etag"] for each in answers}) == 1
    told: dict[str, object] = answers[0].json()
    return told

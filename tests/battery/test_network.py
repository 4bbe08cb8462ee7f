"""Neo4j behind a bad network: typed answers in time, one effect however often a key is repeated."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.clock import SystemClock
from graph_models.domain.identifiers import NeedId
from graph_models.domain.needs import Need
from graph_models.domain.providers import Capacity
from graph_models.domain.referrals import Referral
from graph_models.ports import GraphStore
from graph_models.stores.opening import open_store
from tests.api.conftest import put_city, some_providers
from tests.api.servers import Server, servers
from tests.battery.bolt_proxy import BoltProxy, Fault, Kind, bolt_proxy
from tests.battery.clients import NO_BUDGETS
from tests.battery.figures import FULL, record, runs
from tests.battery.invariants import check_everything
from tests.builders import a_need, a_provider
from tests.conftest import Neo4jServer
from tests.matcher.closed_loop.towns import put

pytestmark = [pytest.mark.neo4j, pytest.mark.timeout(7_200)]
PROVIDER = "volunteer-1"
# A transaction ends after 60 seconds at the latest, and the doubt about it after 60 more.
DEADLINE_SECONDS = 140
MOST_CONNECTIONS = 12
QUICK = [
    Fault(Kind.LATENCY, 0.02),
    Fault(Kind.RESET, times=3),
    Fault(Kind.CUT_REQUEST, 900, times=1),
    Fault(Kind.CUT_ANSWER, 700, times=1),
    Fault(Kind.LOST_COMMIT, times=1),
]
SLOW = [
    Fault(Kind.LATENCY, 2),
    Fault(Kind.RESET),
    Fault(Kind.BLACKHOLE),
    Fault(Kind.SLOW, 1_024),
    Fault(Kind.CUT_REQUEST, 900),
    Fault(Kind.CUT_ANSWER, 300),
    Fault(Kind.LOST_COMMIT),
    *(
        Fault(kind, size, times=1)
        for kind in (Kind.CUT_REQUEST, Kind.CUT_ANSWER)
        for size in range(50, 4_000, 450)
    ),
]
FAULTS = [*QUICK, *(SLOW if FULL else [])]
TIMES = runs(1, 4)


@pytest.fixture
def store(neo4j_server: Neo4jServer) -> Iterator[GraphStore]:
    neo4j_server.empty()
    with open_store(neo4j_server.store_url, SystemClock()) as opened:
        put_city(opened)
        put(opened, a_provider(PROVIDER, skills=some_providers()[0].skills, capacity=Capacity(10_000)))
        yield opened


@pytest.fixture
def proxy(neo4j_server: Neo4jServer) -> Iterator[BoltProxy]:
    with bolt_proxy(int(neo4j_server.url.rpartition(":")[2])) as running:
        yield running


@pytest.fixture
def server(
    store: GraphStore,  # noqa: ARG001 - it is filled
    neo4j_server: Neo4jServer,
    proxy: BoltProxy,
    tmp_path: Path,
) -> Iterator[Server]:
    credentials = f"{neo4j_server.user}:{neo4j_server.password}"
    with servers(tmp_path, f"bolt://{credentials}@127.0.0.1:{proxy.port}") as start:
        yield start(**NO_BUDGETS)


def offer(client: httpx2.Client, need: str) -> httpx2.Response:
    headers = {"Idempotency-Key": f"key-{need}", "If-Match": '"1"'}
    return client.post(f"/v1/needs/{need}/referrals", json={"provider_id": PROVIDER}, headers=headers)


def told(answer: httpx2.Response) -> str:
    return (
        str(answer.json()["type"]).removeprefix("/problems/") if answer.is_error else str(answer.status_code)
    )


def during(client: httpx2.Client, need: str) -> tuple[str, float]:
    """Make a write under a fault: what is said of it, typed, and after how many seconds."""
    began = time.monotonic()
    answer = offer(client, need)
    seconds = time.monotonic() - began
    assert answer.status_code in (201, 503), answer.text
    assert answer.status_code == 201 or "retry-after" in answer.headers
    assert seconds < DEADLINE_SECONDS
    return told(answer), seconds


def repeated(client: httpx2.Client, need: str) -> Any:
    """With the fault over, and the same key, until it is answered."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (answer := offer(client, need)).status_code == 503:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_every_fault_has_a_typed_answer_and_one_effect(
    store: GraphStore, proxy: BoltProxy, server: Server
) -> None:
    """An offer in the middle of each fault, repeated after it; and no connection is left behind."""
    outcomes: dict[str, Counter[str]] = {}
    longest: dict[str, float] = {}
    with server.client() as client:
        client.timeout = httpx2.Timeout(DEADLINE_SECONDS)
        for number, fault in enumerate(FAULTS * TIMES):
            need = f"n{number}"
            put(store, a_need(need))
            proxy.set(fault)
            try:
                what, seconds = during(client, need)
            finally:
                proxy.set(Fault())
            made = repeated(client, need)
            assert repeated(client, need) == made
            page = store.page(Referral, where={"need_id": need})
            assert [each.value.id for each in page.items] == [made["id"]]
            assert store.get(Need, NeedId(need)).revision == 2
            outcomes.setdefault(str(fault.kind), Counter())[what] += 1
            longest[str(fault.kind)] = max(longest.get(str(fault.kind), 0), seconds)
    assert proxy.open_connections <= MOST_CONNECTIONS
    check_everything(store)
    total = len(FAULTS * TIMES)
    record(
        "Bolt behind a bad network",
        "neo4j",
        runs=total,
        of=len(FAULTS) * 4,
        faults=total,
        outcomes={key: dict(value) for key, value in outcomes.items()},
        longest_answer_seconds={key: round(value, 1) for key, value in longest.items()},
        connections_at_the_end=proxy.open_connections,
        acknowledged=total,
        lost=0,
        doubled=0,
    )

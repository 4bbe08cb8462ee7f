"""Killed and stopped at random instants, under a stream of writes: nothing is lost, nothing doubled."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from api.clock import SystemClock
from graph_models.ports import GraphStore
from graph_models.stores.opening import open_store
from tests.api.servers import Server, Start, servers
from tests.battery.clients import NO_BUDGETS, Client, History
from tests.battery.figures import FULL, kind_of, record, runs
from tests.battery.histories import check_history, check_midway
from tests.battery.towns import CLIENTS, PROVIDERS, build, needs_of
from tests.conftest import Neo4jServer

SEED = 20260302
KILLS, CRASHES, PAUSES = runs(3, 200), runs(2, 50), runs(2, 50)
LONGEST_PAUSE_SECONDS = 35 if FULL else 2
pytestmark = pytest.mark.timeout(7_200)


@pytest.fixture
def store(store_url: str) -> Iterator[GraphStore]:
    """The town, seen past the service."""
    with open_store(store_url, SystemClock()) as opened:
        build(opened)
        yield opened


@pytest.fixture
def start(store: GraphStore, store_url: str, tmp_path: Path) -> Iterator[Start]:  # noqa: ARG001 - it is built
    with servers(tmp_path, store_url) as run:
        yield run


@contextmanager
def at_work(history: History, serving: list[Server]) -> Iterator[list[Future[None]]]:
    """Clients who write, spread over the servers that there are, until the block ends."""
    stop = Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [
            Client(lambda at=number: serving[at % len(serving)].port, history)  # type: ignore[misc]
            for number in range(CLIENTS)
        ]
        working = [
            pool.submit(client.work, needs_of(number), PROVIDERS, stop)
            for number, client in enumerate(clients)
        ]
        try:
            yield working
        except BaseException:
            history.is_given_up = True
            raise
        finally:
            stop.set()
    for each in working:
        each.result()


def wait_for_more(history: History, working: list[Future[None]], more: int) -> None:
    """Until some more writes are acknowledged."""
    wanted = history.acknowledged() + more
    while history.acknowledged() < wanted:
        for each in working:
            if each.done():
                each.result()
        time.sleep(0.002)


def test_service_killed(store: GraphStore, store_url: str, start: Start) -> None:
    """kill -9 of the process that serves; another is started in its place."""
    rng, history, serving, hit = np.random.default_rng(SEED), History(), [start(**NO_BUDGETS)], Counter[str]()
    with at_work(history, serving) as working:
        for _ in range(KILLS):
            wait_for_more(history, working, int(rng.integers(1, 12)))
            time.sleep(float(rng.uniform(0, 0.05)))
            serving[0].process.kill()
            serving[0].process.wait()
            time.sleep(0.3)  # all clients have noticed
            hit += check_midway(store, history)
            serving[0] = start(**NO_BUDGETS)
        wait_for_more(history, working, CLIENTS)
    figures = check_history(store, history)
    assert sum(hit.values()), "no kill hit a write"
    figures |= {"runs": KILLS, "of": 200, "faults": KILLS, "unanswered": dict(hit)}
    record("kill -9 of the service", kind_of(store_url), **figures)


@pytest.mark.neo4j
def test_database_killed(neo4j_server: Neo4jServer, tmp_path: Path) -> None:
    """kill -9 of Neo4j; the service goes on by itself, says so meanwhile, and never fails untyped."""
    if neo4j_server.home is None:
        pytest.skip("the server was given, not started: it is not ours to kill")
    neo4j_server.empty()
    rng, history, seconds = np.random.default_rng(SEED), History(), list[float]()
    with (
        open_store(neo4j_server.store_url, SystemClock()) as store,
        servers(tmp_path, neo4j_server.store_url) as start,
    ):
        build(store)
        serving = [start(**NO_BUDGETS)]
        with at_work(history, serving) as working:
            for _ in range(CRASHES):
                wait_for_more(history, working, int(rng.integers(1, 20)))
                time.sleep(float(rng.uniform(0, 0.05)))
                neo4j_server.crash()
                began = time.monotonic()
                wait_for_more(history, working, 1)
                seconds.append(time.monotonic() - began)
            wait_for_more(history, working, CLIENTS)
        assert serving[0].process.poll() is None
        figures = check_history(store, history)
    assert figures["repeated"], "no kill hit a write"
    figures |= {"runs": CRASHES, "of": 50, "faults": CRASHES}
    record("kill -9 of Neo4j", "neo4j", longest_recovery_seconds=round(max(seconds), 1), **figures)


def test_service_paused(store: GraphStore, store_url: str, start: Start) -> None:
    """SIGSTOP of one of two processes: the other goes on, and the one that comes back undoes nothing."""
    rng, history, serving = np.random.default_rng(SEED), History(), [start(**NO_BUDGETS), start(**NO_BUDGETS)]
    paused_seconds = 0.0
    with at_work(history, serving) as working:
        for number in range(PAUSES):
            wait_for_more(history, working, int(rng.integers(1, 20)))
            stopped = serving[number % 2].process
            stopped.send_signal(signal.SIGSTOP)
            pause = float(rng.uniform(0.5, LONGEST_PAUSE_SECONDS))
            try:
                time.sleep(pause)
            finally:
                stopped.send_signal(signal.SIGCONT)
            paused_seconds += pause
        wait_for_more(history, working, CLIENTS)
    figures = check_history(store, history)
    figures |= {"runs": PAUSES, "of": 50, "faults": PAUSES, "paused_seconds": round(paused_seconds, 1)}
    record("SIGSTOP of the service", kind_of(store_url), **figures)

"""The Neo4j store when the server or the network fails: nothing lost, nothing doubled, typed errors."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Lock

import pytest

from graph_models.domain.errors import OutcomeUnknown, StoreError, StoreUnavailable
from graph_models.domain.identifiers import ProviderId
from graph_models.domain.providers import Capacity, Provider
from graph_models.ports import NEW, AdjustCapacity, ChangeSet, Put, WriteBatch
from graph_models.stores import local_neo4j
from graph_models.stores.neo4j import Neo4jStore
from graph_models.stores.neo4j.connections import Patience
from tests.builders import FixedClock, a_provider
from tests.conftest import Neo4jServer
from tests.contracts.fixtures import put, seed
from tests.graph_models.stores.cutting_proxy import Cut, CuttingProxy, cutting_proxy

pytestmark = pytest.mark.neo4j
WRITERS, KILLS = 6, 3
IMPATIENT = Patience(connect=2, retry=1, transaction=30, doubt=30)


@pytest.fixture
def server(neo4j_server: Neo4jServer) -> Neo4jServer:
    neo4j_server.empty()
    return neo4j_server


@pytest.fixture
def own_server(server: Neo4jServer) -> Neo4jServer:
    if server.home is None:
        pytest.skip("the server was given, not started: it is not ours to kill")
    return server


def opened(server: Neo4jServer, *, port: int | None = None, patience: Patience = IMPATIENT) -> Neo4jStore:
    url = server.url if port is None else f"bolt://127.0.0.1:{port}"
    return Neo4jStore(url, FixedClock(), (server.user, server.password), patience=patience)


def hang(pid: int) -> None:
    """Stop a process: a thread that is at work when the signal arrives may end what it does first."""
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + 20
    states = list(Path(f"/proc/{pid}/task").glob("*/stat"))
    while any(each.read_text().rpartition(")")[2].split()[0] != "T" for each in states if each.exists()):
        assert time.monotonic() < deadline, "the process does not stop"
        time.sleep(0.01)


@dataclass
class History:
    """What several writers were told, each write exactly once."""

    done: dict[str, ChangeSet] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    unavailable: set[str] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)


def batch_of(write_id: str) -> WriteBatch:
    """A provider that must be new and one unit consumed: lost or doubled, either would show."""
    operations = (Put(a_provider(f"x-{write_id}"), NEW), AdjustCapacity(ProviderId("p1"), consumed=1))
    return WriteBatch(write_id, operations)


def stream(store: Neo4jStore, history: History, writer: int, stop: Event) -> None:
    number = 0
    while not stop.is_set():
        write_id = f"{writer}-{number}"
        number += 1
        try:
            outcome = store.write(batch_of(write_id))
        except OutcomeUnknown:
            with history.lock:
                history.unknown.add(write_id)
        except StoreUnavailable:
            with history.lock:
                history.unavailable.add(write_id)
            time.sleep(0.2)
        else:
            with history.lock:
                history.done[write_id] = outcome


class TestKilledServer:
    def test_nothing_is_lost_or_doubled(self, own_server: Neo4jServer) -> None:
        """Several writers, one store object, the server killed three times: the history adds up."""
        history, stop = History(), Event()
        with opened(own_server) as store:
            put(store, *seed())
            put(store, a_provider("p1", capacity=Capacity(1_000_000)))
            with ThreadPoolExecutor(WRITERS) as pool:
                writers = [pool.submit(stream, store, history, n, stop) for n in range(WRITERS)]
                try:
                    for _ in range(KILLS):
                        seen = len(history.done)
                        while len(history.done) < seen + 40:
                            time.sleep(0.01)
                        own_server.crash()
                    time.sleep(1)
                finally:
                    stop.set()
                for writer in writers:
                    writer.result()
            # The same object goes on, and resolves by id what it could not say before.
            effective = {each for each in history.unknown if store.outcome_of(each) is not None}
            for write_id in history.unavailable:
                assert store.outcome_of(write_id) is None, "a write called unavailable took effect"
            assert {write_id: store.outcome_of(write_id) for write_id in history.done} == history.done
            expected = effective | history.done.keys()
            feed = [each for each in store.changes_since(0, limit=10_000) if each.write_id != "w-0"]
            written = [each.write_id for each in feed if each.write_id[0].isdigit()]
            assert sorted(written) == sorted(expected), "lost or doubled"
            assert [each.sequence for each in store.changes_since(0, limit=10_000)] == list(
                range(1, store.head() + 1)
            )
            assert store.get(Provider, "p1").value.capacity.consumed == len(expected)
            assert store.count(Provider) == 1 + len(expected)
        assert history.unavailable or history.unknown, "no kill hit a write"


class TestLostCommit:
    @pytest.fixture
    def proxy(self, server: Neo4jServer) -> Iterator[CuttingProxy]:
        with cutting_proxy(int(server.url.rpartition(":")[2])) as proxy:
            yield proxy

    @pytest.mark.parametrize("cut", [Cut.BEFORE_COMMIT, Cut.BEFORE_ANSWER])
    def test_doubt_is_resolved(self, server: Neo4jServer, proxy: CuttingProxy, cut: Cut) -> None:
        """A commit that is cut off is looked up by its id: one effect, and the true outcome."""
        with opened(server, port=proxy.port) as store, opened(server) as other:
            put(other, *seed())
            proxy.cut = cut
            outcome = store.write(batch_of("cut"))
            assert proxy.cuts == 1
            assert other.outcome_of("cut") == outcome
            assert outcome.sequence == other.head() == 2
            assert other.get(Provider, "p1").value.capacity.consumed == 1

    @pytest.mark.parametrize("cut", [Cut.BEFORE_COMMIT, Cut.BEFORE_ANSWER])
    def test_doubt_that_stays_is_told(self, server: Neo4jServer, proxy: CuttingProxy, cut: Cut) -> None:
        """Where the outcome cannot be read back in time either, that is said; the id tells later."""
        impatient = replace(IMPATIENT, doubt=1)
        with opened(server, port=proxy.port, patience=impatient) as store, opened(server) as other:
            put(other, *seed())
            proxy.cut, proxy.refuses_after_cut = cut, True
            with pytest.raises(OutcomeUnknown) as caught:
                store.write(batch_of("cut"))
            assert caught.value.write_id == "cut"
            assert (other.outcome_of("cut") is None) == (cut is Cut.BEFORE_COMMIT)
            proxy.refuses_after_cut = False
            assert store.write(batch_of("cut")) == other.outcome_of("cut")
            assert other.get(Provider, "p1").value.capacity.consumed == 1


class TestPatience:
    def test_no_server(self) -> None:
        """Nobody listening is an error within seconds, and one that a retry may help."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        start = time.monotonic()
        with pytest.raises(StoreUnavailable):
            Neo4jStore(f"bolt://127.0.0.1:{port}", FixedClock(), ("neo4j", "secret-word"), patience=IMPATIENT)
        assert time.monotonic() - start < 10

    def test_wrong_password(self, server: Neo4jServer) -> None:
        """A wrong password is not worth a retry, and the error does not repeat it."""
        with pytest.raises(StoreError) as caught:
            Neo4jStore(server.url, FixedClock(), ("neo4j", "secret-word"), patience=IMPATIENT)
        assert not caught.value.is_retryable
        assert "secret-word" not in f"{caught.value} {caught.value.__cause__}"

    def test_hung_server(self, own_server: Neo4jServer) -> None:
        """A server that hangs is given up on within seconds; when it goes on, so does the store."""
        assert own_server.home is not None
        running = local_neo4j.status(own_server.home)
        assert running is not None
        # The server tells its clients to wait 10 s for a word of it; then two connections are tried.
        with opened(own_server, patience=replace(IMPATIENT, connect=1.5)) as store:
            put(store, *seed())
            try:
                hang(running.pid)
                start = time.monotonic()
                with pytest.raises(StoreUnavailable):
                    store.get(Provider, "p1")
                assert time.monotonic() - start < 20
            finally:
                os.kill(running.pid, signal.SIGCONT)
            assert store.get(Provider, "p1").revision == 1

    def test_waiting_for_a_writer_is_limited(self, server: Neo4jServer) -> None:
        """Who cannot get the writers' lock in time is told that the store is busy."""
        with opened(server, patience=replace(IMPATIENT, transaction=2)) as store:
            put(store, *seed())
            with server.driver() as driver, driver.session() as session, session.begin_transaction() as tx:
                tx.run("MATCH (feed:ChangeFeed) SET feed.busy = true").consume()
                start = time.monotonic()
                with pytest.raises(StoreUnavailable):
                    store.write(batch_of("late"))
                assert time.monotonic() - start < 20
                tx.rollback()
            assert store.write(batch_of("late")).sequence == 2

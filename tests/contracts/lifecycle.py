"""Section 9 of the store contract: opening, closing and being killed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from subprocess import Popen
from time import sleep

import numpy as np
import orjson
import pytest

from graph_models.domain.errors import StoreError
from graph_models.domain.providers import Capacity, Provider
from graph_models.ports import GraphStore, Stored
from graph_models.stores.opening import open_store
from graph_models.stores.verification import verify
from tests.builders import FixedClock, a_provider
from tests.contracts.fixtures import StoreFixtures, put
from tests.contracts.processes import Workers, await_ready, go
from tests.contracts.worker import streamed_batch

SIZE = 20
Interrupt = Callable[[Popen[str]], None]


class OpeningAndClosing(StoreFixtures):
    def test_closing_twice(self, store: GraphStore) -> None:
        """9.1 Closing twice is allowed; a closed store refuses every call with a store error."""
        store.close()
        store.close()
        with pytest.raises(StoreError, match="closed"):
            store.get(Provider, "p1")
        with pytest.raises(StoreError, match="closed"):
            put(store, a_provider("p1"))

    def test_values_outlive_the_opening(self, store: GraphStore, store_url: str) -> None:
        """9.2 What was written is there, with its feed, for whoever opens the store next."""
        head = store.head()
        store.close()
        with open_store(store_url, FixedClock()) as again:
            assert again.get(Provider, "p1") == Stored(a_provider("p1"), 1)
            assert again.head() == head


@dataclass
class StreamLog:
    """What a worker said about its stream of writes before it fell silent."""

    tried: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def read(self, line: str) -> None:
        """Take in a line; half a line, cut off by the kill, says nothing."""
        if not line.endswith("\n"):
            return
        word, write_id = orjson.loads(line)
        if word == "try":
            self.tried.append(write_id)
        elif word == "done":
            self.done.append(write_id)


class KilledWhileWriting(StoreFixtures):
    runs = 10
    longest_stream = 60

    def test_nothing_is_lost_or_doubled(
        self, store: GraphStore, store_url: str, interrupt: Interrupt, examine: Callable[[], None]
    ) -> None:
        """9.3 After a kill, what was acknowledged is there once, the rest once or not at all."""
        put(store, a_provider("p1", capacity=Capacity(100_000)))
        rng = np.random.default_rng(20260302)
        consumed = 0
        for run in range(self.runs):
            log = self._interrupted_stream(store_url, f"run{run}", interrupt, rng)
            examine()
            with open_store(store_url, FixedClock()) as survivor:
                consumed += self._check(survivor, log, consumed)

    def _interrupted_stream(
        self, store_url: str, name: str, interrupt: Interrupt, rng: np.random.Generator
    ) -> StreamLog:
        log = StreamLog()
        acknowledged = int(rng.integers(0, self.longest_stream // 2))
        pause_seconds = float(rng.uniform(0, 0.02))
        with Workers(store_url) as workers:
            worker = workers.start("stream", name, str(self.longest_stream), str(SIZE))
            await_ready(worker)
            go(worker)
            assert worker.stdout is not None
            while len(log.done) < acknowledged:
                log.read(worker.stdout.readline())
            sleep(pause_seconds)
            assert worker.poll() is None, "the stream ended before it was interrupted"
            interrupt(worker)
            for line in worker.stdout:
                log.read(line)
        return log

    def _check(self, store: GraphStore, log: StreamLog, consumed_before: int) -> int:
        """Hold a survivor to the log, write everything again, and return how many batches took effect."""
        effective = [write_id for write_id in log.tried if store.outcome_of(write_id) is not None]
        assert set(log.done) <= set(effective), "an acknowledged write was lost"
        assert len(log.tried) <= len(log.done) + 1
        feed = _whole_feed(store)
        assert [sequence for sequence, _ in feed] == list(range(1, store.head() + 1))
        for write_id in log.tried:
            assert sum(each == write_id for _, each in feed) == (write_id in effective)
            batch = streamed_batch(write_id, SIZE)
            keys = [f"{write_id}.{number}" for number in range(SIZE)]
            expected = {key: Stored(a_provider(key), 1) for key in keys} if write_id in effective else {}
            assert store.get_many(Provider, keys) == expected
            first = store.outcome_of(write_id)
            assert store.write(batch) == (first or store.outcome_of(write_id))
            assert store.get_many(Provider, keys) == {key: Stored(a_provider(key), 1) for key in keys}
        assert verify(store).fault is None
        consumed = store.get(Provider, "p1").value.capacity.consumed
        assert consumed == consumed_before + len(log.tried), "a batch was applied twice or in part"
        return len(log.tried)


def _whole_feed(store: GraphStore) -> list[tuple[int, str]]:
    feed: list[tuple[int, str]] = []
    while some := store.changes_since(feed[-1][0] if feed else 0):
        feed += [(each.sequence, each.write_id) for each in some]
    return feed

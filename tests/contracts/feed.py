"""Section 7 of the store contract: the ordered change feed."""

from __future__ import annotations

import pytest

from graph_models.domain.errors import CapacityExceeded, InvalidValue
from graph_models.domain.providers import Capacity, Provider
from graph_models.ports import AdjustCapacity, GraphStore, Operation, Put, WriteBatch
from graph_models.stores.opening import open_store
from tests.builders import FixedClock, a_provider
from tests.contracts.fixtures import StoreFixtures, delete, new_id, put
from tests.contracts.processes import Workers, await_ready, finish, go


class ChangeFeed(StoreFixtures):
    def test_empty_store(self, empty: GraphStore) -> None:
        """7.1 An empty store is at 0 and its feed is empty."""
        assert empty.head() == 0
        assert empty.changes_since(0) == ()

    def test_feed_repeats_outcomes_in_order(self, empty: GraphStore) -> None:
        """7.2 The feed holds the outcome of every write, numbered 1, 2, 3… in commit order."""
        outcomes = [
            empty.write(WriteBatch(new_id(), operations))
            for operations in (_creates("p1"), _creates("p2", "p3"), (AdjustCapacity("p2", reserved=1),))
        ]
        delete(empty, Provider, "p3")
        feed = empty.changes_since(0)
        assert list(feed[:3]) == outcomes
        assert [each.sequence for each in feed] == [1, 2, 3, 4]
        assert feed[3].changes[0].revision == 0
        assert empty.head() == 4

    def test_reading_on_from_a_cursor(self, empty: GraphStore) -> None:
        """7.3 A reader gets at most `limit` change sets after its cursor, and nothing past the end."""
        for number in range(5):
            put(empty, a_provider(f"p{number}", skills=(), community_code=None))
        assert [each.sequence for each in empty.changes_since(1, limit=2)] == [2, 3]
        assert [each.sequence for each in empty.changes_since(3)] == [4, 5]
        assert empty.changes_since(5) == ()
        assert empty.changes_since(99) == ()

    @pytest.mark.parametrize(("cursor", "limit"), [(-1, 1), (0, 0), (0, 10_001)])
    def test_bad_cursor_or_limit(self, empty: GraphStore, cursor: int, limit: int) -> None:
        """7.3 A negative cursor and a limit outside 1 to 10,000 are refused."""
        with pytest.raises(InvalidValue):
            empty.changes_since(cursor, limit=limit)

    def test_refused_and_repeated_writes_leave_no_gap(self, store: GraphStore) -> None:
        """7.4 Only batches that took effect have a number, and each has one."""
        batch = WriteBatch(new_id(), (AdjustCapacity("p1", reserved=1),))
        store.write(batch)
        with pytest.raises(CapacityExceeded):
            store.write(WriteBatch(new_id(), (AdjustCapacity("p1", reserved=9),)))
        store.write(batch)
        put(store, a_provider("p5"))
        assert [each.sequence for each in store.changes_since(0)] == [1, 2, 3]

    def test_other_opened_stores_see_it(self, store: GraphStore, store_url: str) -> None:
        """7.5 A write is in the feed of every other opening of the store as soon as it returned."""
        with open_store(store_url, FixedClock()) as other:
            for number in range(10):
                batch = WriteBatch(new_id(), (AdjustCapacity("p1", reserved=1 if number % 2 == 0 else -1),))
                outcome = store.write(batch)
                assert other.head() == outcome.sequence
                assert other.changes_since(outcome.sequence - 1) == (outcome,)
                assert other.get(Provider, "p1").revision == outcome.changes[0].revision

    def test_following_while_processes_write(self, store: GraphStore, store_url: str) -> None:
        """7.6 A process that follows along sees every commit once, in order, and already in effect."""
        names, times = ["w0", "w1", "w2", "w3"], 30
        put(store, a_provider("p1", capacity=Capacity(1_000)))
        first, last = store.head() + 1, store.head() + len(names) * times
        with Workers(store_url) as workers:
            follower = workers.start("follow", str(last))
            await_ready(follower)
            go(follower)
            workers.run([["stream", name, str(times), "2"] for name in names])
            seen = finish(follower)
        assert [sequence for sequence, _, _ in seen] == list(range(1, last + 1))
        assert all(is_visible for _, _, is_visible in seen)
        written = [write_id for sequence, write_id, _ in seen if sequence >= first]
        for name in names:
            own = [write_id for write_id in written if write_id.startswith(name)]
            assert own == [f"{name}-{number}" for number in range(times)]


def _creates(*keys: str) -> tuple[Operation, ...]:
    return tuple(Put(a_provider(key, skills=(), community_code=None)) for key in keys)

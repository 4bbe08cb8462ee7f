"""Sections 5 and 6 of the store contract: capacity and several writers at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone
from functools import partial
from threading import Barrier

import pytest

from graph_models.domain.errors import CapacityExceeded, IdempotencyConflict, RevisionConflict
from graph_models.domain.providers import Capacity, Provider
from graph_models.ports import AdjustCapacity, ChangeSet, GraphStore, Put, Stored, WriteBatch
from tests.builders import NOW, a_provider
from tests.contracts.fixtures import StoreFixtures, new_id, put
from tests.contracts.processes import Workers

WRITERS = 16
BEIJING = timezone(timedelta(hours=8))


class CapacityAccounts(StoreFixtures):
    def test_units_move_relative_to_the_store(self, store: GraphStore) -> None:
        """5.1 An adjustment moves units between accounts and leaves everything else alone."""
        for move in ({"reserved": 3}, {"reserved": -2, "consumed": 2}, {"consumed": -1}):
            store.write(WriteBatch(new_id(), (AdjustCapacity("p1", **move),)))
        assert store.get(Provider, "p1").value == a_provider("p1", capacity=Capacity(4, 1, 1))

    @pytest.mark.parametrize(
        "move",
        [
            {"reserved": 3},
            {"consumed": 3},
            {"reserved": 2, "consumed": 1},
            {"reserved": -2},
            {"consumed": -2},
            {"reserved": 5, "consumed": -5},
            {"reserved": -5, "consumed": 5},
            {"reserved": 2**31 - 1, "consumed": 2**31 - 1},
        ],
        ids=str,
    )
    def test_no_account_falls_below_zero(self, store: GraphStore, move: dict[str, int]) -> None:
        """5.2 An adjustment that would take reserved, consumed or remaining below 0 is refused."""
        put(store, a_provider("p1", capacity=Capacity(4, 1, 1)))
        with pytest.raises(CapacityExceeded) as caught:
            store.write(WriteBatch(new_id(), (AdjustCapacity("p1", **move),)))
        assert (caught.value.provider_id, caught.value.remaining) == ("p1", 2)
        assert store.get(Provider, "p1").value.capacity == Capacity(4, 1, 1)

    def test_asking_is_counted(self, store: GraphStore) -> None:
        """5.5 An adjustment that says when the provider was asked counts that, and no time goes back."""
        early, late = (NOW.astimezone(BEIJING) + timedelta(hours=hours, microseconds=1) for hours in (1, 2))
        put(store, a_provider("p1", recent_referrals=3))
        expected = [(4, early), (5, late), (6, late), (6, late)]
        for asked_at, (recent, last) in zip((early, late, early, None), expected, strict=True):
            move = {"reserved": 1} if asked_at else {"reserved": -3}
            store.write(WriteBatch(new_id(), (AdjustCapacity("p1", **move, asked_at=asked_at),)))
            held = store.get(Provider, "p1").value
            assert (held.recent_referrals, held.last_referral_at) == (recent, last)
        assert held == a_provider("p1", recent_referrals=6, last_referral_at=late)
        assert store.get(Provider, "p1").revision == 6

    def test_asking_is_taken_back(self, store: GraphStore) -> None:
        """5.6 One less, never below 0; the last time goes back only from the one that is taken back."""
        early, late = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
        put(store, a_provider("p1", recent_referrals=2, last_referral_at=NOW))
        for unasked_at, before, left in (
            (late, early, (1, NOW)),
            (NOW.astimezone(BEIJING), early, (0, early)),
            (early, None, (0, None)),
        ):
            taken = AdjustCapacity("p1", unasked_at=unasked_at, asked_before=before)
            store.write(WriteBatch(new_id(), (taken,)))
            held = store.get(Provider, "p1").value
            assert (held.recent_referrals, held.last_referral_at) == left
        again = AdjustCapacity("p1", asked_at=NOW, unasked_at=late, asked_before=early)
        store.write(WriteBatch("again", (again,)))
        assert store.get(Provider, "p1").value.last_referral_at == NOW
        with pytest.raises(IdempotencyConflict):
            store.write(WriteBatch("again", (AdjustCapacity("p1", asked_at=NOW, unasked_at=late),)))

    def test_refused_asking_is_not_counted(self, store: GraphStore) -> None:
        """5.5 An adjustment that is refused counts as no asking."""
        with pytest.raises(CapacityExceeded):
            store.write(WriteBatch(new_id(), (AdjustCapacity("p1", reserved=9, asked_at=NOW),)))
        assert store.get(Provider, "p1").value == a_provider("p1")

    def test_asking_is_part_of_the_operation(self, store: GraphStore) -> None:
        """5.5 The same instant in another zone is the same operation, another time or none is not."""
        first = store.write(WriteBatch("asked", (AdjustCapacity("p1", reserved=1, asked_at=NOW),)))
        same = AdjustCapacity("p1", reserved=1, asked_at=NOW.astimezone(BEIJING))
        assert store.write(WriteBatch("asked", (same,))) == first
        for other in (None, NOW + timedelta(microseconds=1)):
            with pytest.raises(IdempotencyConflict):
                store.write(WriteBatch("asked", (AdjustCapacity("p1", reserved=1, asked_at=other),)))

    def test_threads_never_overbook(self, store: GraphStore) -> None:
        """5.3 Sixteen threads that want 80 of 50 units get exactly 50."""
        put(store, a_provider("p1", capacity=Capacity(50)))
        together = Barrier(WRITERS)

        def reserve(writer: int) -> int:
            together.wait()
            granted = 0
            for attempt in range(5):
                try:
                    store.write(WriteBatch(f"t{writer}-{attempt}", (AdjustCapacity("p1", reserved=1),)))
                    granted += 1
                except CapacityExceeded:
                    pass
            return granted

        with ThreadPoolExecutor(WRITERS) as pool:
            granted = sum(pool.map(reserve, range(WRITERS)))
        assert granted == 50
        assert store.get(Provider, "p1").value.capacity == Capacity(50, 50)

    def test_processes_never_overbook(self, store: GraphStore, store_url: str) -> None:
        """5.4 Sixteen processes that want 320 of 200 units get exactly 200."""
        put(store, a_provider("p1", capacity=Capacity(200)))
        with Workers(store_url) as workers:
            answers = workers.run([["reserve", f"w{n}", "p1", "20"] for n in range(WRITERS)])
        assert sum(granted for [[granted, _]] in answers) == 200
        assert sum(refused for [[_, refused]] in answers) == 120
        assert store.get(Provider, "p1").value.capacity == Capacity(200, 200)
        assert store.get(Provider, "p1").revision == 202


class TwoWriters(StoreFixtures):
    def test_one_of_two_wins(self, store: GraphStore) -> None:
        """6.1 Of two writers that expect the same revision exactly one wins; the other is told."""
        for round_ in range(20):
            revision = store.get(Provider, "p1").revision
            together = Barrier(2)
            attempts = [
                WriteBatch(f"{name}-{round_}", (Put(a_provider("p1", name=name), revision),))
                for name in ("ann", "bob")
            ]
            with ThreadPoolExecutor(2) as pool:
                results = list(pool.map(partial(_attempt, store, together), attempts))
            [lost] = [result for result in results if isinstance(result, RevisionConflict)]
            assert (lost.expected, lost.actual) == (revision, revision + 1)
            winner = "bob" if results[0] is lost else "ann"
            assert store.get(Provider, "p1") == Stored(a_provider("p1", name=winner), revision + 1)

    def test_no_update_is_lost(self, store: GraphStore, store_url: str) -> None:
        """6.2 Processes that read, change and write with the revision read lose no update."""
        with Workers(store_url) as workers:
            workers.run([["increment", f"w{n}", "p1", "15"] for n in range(2)])
        assert store.get(Provider, "p1").value.recent_referrals == 30

    def test_threads_share_a_store(self, store: GraphStore) -> None:
        """6.3 One store serves many threads, and each reads what any of them has written."""

        def work(writer: int) -> None:
            for number in range(10):
                key = f"x{writer}-{number}"
                put(store, a_provider(key))
                assert store.get(Provider, key).revision == 1

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(8)))
        assert store.count(Provider) == 81


def _attempt(store: GraphStore, together: Barrier, batch: WriteBatch) -> ChangeSet | RevisionConflict:
    together.wait()
    try:
        return store.write(batch)
    except RevisionConflict as lost:
        return lost

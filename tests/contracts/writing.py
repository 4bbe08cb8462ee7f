"""Sections 2 and 3 of the store contract: batches, revisions and idempotence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from graph_models.domain.errors import (
    CapacityExceeded,
    DuplicateKey,
    IdempotencyConflict,
    LastMeterError,
    NotFound,
    RevisionConflict,
    UnknownReference,
)
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.skills import Skill
from graph_models.ports import (
    MAX_BATCH,
    NEW,
    AdjustCapacity,
    Change,
    Delete,
    GraphStore,
    Operation,
    Put,
    WriteBatch,
)
from tests.builders import FixedClock, a_provider
from tests.contracts.fixtures import StoreFixtures, new_id, put
from tests.contracts.processes import Workers

BAD: dict[str, tuple[Operation, type[LastMeterError]]] = {
    "taken key": (Put(a_provider("p1"), NEW), DuplicateKey),
    "stale revision": (Put(a_provider("p1"), 9), RevisionConflict),
    "nothing to delete": (Delete(Provider, "nobody"), NotFound),
    "nothing to adjust": (AdjustCapacity("nobody", reserved=1), NotFound),
    "unknown reference": (Put(a_provider("p8", serves=("nowhere",))), UnknownReference),
    "no capacity": (AdjustCapacity("p1", reserved=5), CapacityExceeded),
}


class Writing(StoreFixtures):
    def test_revisions_count_changes(self, store: GraphStore) -> None:
        """2.1 A created value has revision 1, each change adds one, whatever the change is."""
        assert store.get(Provider, "p1").revision == 1
        put(store, a_provider("p1", name="renamed"))
        put(store, a_provider("p1", name="renamed"))
        store.write(WriteBatch(new_id(), (AdjustCapacity("p1", reserved=1),)))
        assert store.get(Provider, "p1").revision == 4

    def test_create_finds_key_taken(self, store: GraphStore) -> None:
        """2.2 A create of a taken key is refused and leaves the value alone."""
        with pytest.raises(DuplicateKey) as caught:
            store.write(WriteBatch(new_id(), (Put(a_provider("p1", name="other"), NEW),)))
        assert (caught.value.kind, caught.value.key) == ("Provider", "p1")
        assert store.get(Provider, "p1").value == a_provider("p1")

    @pytest.mark.parametrize("expected", [1, 3])
    def test_stale_revision(self, store: GraphStore, expected: int) -> None:
        """2.3 A change that expects another revision than the stored one is refused, telling both."""
        put(store, a_provider("p1"))
        for operation in (Put(a_provider("p1", name="x"), expected), Delete(Provider, "p1", expected)):
            with pytest.raises(RevisionConflict) as caught:
                store.write(WriteBatch(new_id(), (operation,)))
            assert (caught.value.expected, caught.value.actual) == (expected, 2)
        assert store.get(Provider, "p1").value == a_provider("p1")

    def test_expected_revision_holds(self, store: GraphStore) -> None:
        """2.3 A change that expects the stored revision takes effect."""
        store.write(WriteBatch(new_id(), (Put(a_provider("p1", name="x"), 1),)))
        assert store.get(Provider, "p1").value.name == "x"
        store.write(WriteBatch(new_id(), (Delete(Provider, "p1", 2),)))
        with pytest.raises(NotFound):
            store.get(Provider, "p1")

    @pytest.mark.parametrize(
        "operation",
        [Put(a_provider("p7"), 1), Delete(Provider, "p7"), AdjustCapacity("p7", reserved=1)],
        ids=["put", "delete", "adjust"],
    )
    def test_nothing_to_change(self, store: GraphStore, operation: Operation) -> None:
        """2.4 Replacing at a revision, deleting or adjusting what is not there is refused."""
        with pytest.raises(NotFound) as caught:
            store.write(WriteBatch(new_id(), (operation,)))
        assert (caught.value.kind, caught.value.key) == ("Provider", "p7")

    @pytest.mark.parametrize("case", BAD)
    def test_batches_are_atomic(self, store: GraphStore, case: str) -> None:
        """2.5 One operation that is refused among many that are not leaves nothing of the batch."""
        bad, error = BAD[case]
        good: list[Operation] = [Put(a_provider(f"x{n:03}")) for n in range(200)]
        before = store.head(), store.count(Provider), store.get(Provider, "p1")
        batch = WriteBatch(new_id(), (*good[:150], bad, Put(Skill("new", "x", "x")), *good[150:]))
        with pytest.raises(error):
            store.write(batch)
        assert (store.head(), store.count(Provider), store.get(Provider, "p1")) == before
        assert store.get_many(Skill, ["new"]) == {}
        assert store.outcome_of(batch.id) is None

    def test_change_set_lists_operations_in_order(self, store: GraphStore, clock: FixedClock) -> None:
        """2.6 The outcome names every changed value with its new revision, 0 if deleted, in order."""
        put(store, a_provider("p5"), a_provider("p6"))
        batch = WriteBatch(
            "ordered", (AdjustCapacity("p6", consumed=1), Put(Skill("a", "x", "x")), Delete(Provider, "p5"))
        )
        outcome = store.write(batch)
        assert outcome.changes == (
            Change(Provider, "p6", 2),
            Change(Skill, "a", 1),
            Change(Provider, "p5", 0),
        )
        assert (outcome.write_id, outcome.committed_at) == ("ordered", clock.instant)
        assert outcome.sequence == store.head()

    def test_deleted_key_is_free(self, store: GraphStore) -> None:
        """2.7 A deleted key can be created again and starts at revision 1."""
        put(store, a_provider("p5"))
        put(store, a_provider("p5"))
        store.write(WriteBatch(new_id(), (Delete(Provider, "p5"),)))
        store.write(WriteBatch(new_id(), (Put(a_provider("p5"), NEW),)))
        assert store.get(Provider, "p5").revision == 1

    def test_largest_batch(self, store: GraphStore) -> None:
        """2.8 A batch of 10,000 operations is one change."""
        outcome = store.write(
            WriteBatch("large", tuple(Put(a_provider(f"x{n:05}"), NEW) for n in range(MAX_BATCH)))
        )
        assert len(outcome.changes) == MAX_BATCH
        assert store.count(Provider) == MAX_BATCH + 1
        assert store.outcome_of("large") == outcome


class Idempotence(StoreFixtures):
    def test_repeated_write(self, store: GraphStore, clock: FixedClock) -> None:
        """3.1 The same id with the same operations changes nothing and returns the first outcome."""
        batch = WriteBatch(new_id(), (AdjustCapacity("p1", reserved=1), Put(a_provider("p5"), NEW)))
        first = store.write(batch)
        put(store, a_provider("p5", name="moved on"))
        clock.instant = clock.instant.replace(year=2027)
        assert store.write(batch) == first
        assert store.get(Provider, "p1").value.capacity == Capacity(4, 1)
        assert store.get(Provider, "p5").value.name == "moved on"
        assert store.head() == first.sequence + 1

    def test_id_used_for_another_body(self, store: GraphStore) -> None:
        """3.2 The same id with other operations is refused and changes nothing."""
        store.write(WriteBatch("same", (AdjustCapacity("p1", reserved=1),)))
        with pytest.raises(IdempotencyConflict) as caught:
            store.write(WriteBatch("same", (AdjustCapacity("p1", reserved=2),)))
        assert caught.value.write_id == "same"
        assert store.get(Provider, "p1").value.capacity.reserved == 1

    def test_refused_batch_leaves_its_id_free(self, store: GraphStore) -> None:
        """3.3 A refused batch has no outcome, and its id can be used again."""
        with pytest.raises(CapacityExceeded):
            store.write(WriteBatch("retried", (AdjustCapacity("p1", reserved=9),)))
        assert store.outcome_of("retried") is None
        store.write(WriteBatch("retried", (AdjustCapacity("p1", reserved=2),)))
        assert store.get(Provider, "p1").value.capacity.reserved == 2

    def test_outcome_can_be_read_back(self, store: GraphStore) -> None:
        """3.4 The outcome of a write can be read by its id; an unknown id has none."""
        outcome = store.write(WriteBatch("known", (AdjustCapacity("p1", reserved=1),)))
        assert store.outcome_of("known") == outcome
        assert store.outcome_of("unknown") is None
        assert store.outcome_of("no id \udcff") is None

    def test_same_id_from_many_threads(self, store: GraphStore) -> None:
        """3.5 Concurrent attempts from threads have one effect and equal answers."""
        batch = WriteBatch("race", (AdjustCapacity("p1", consumed=1),))
        with ThreadPoolExecutor(16) as pool:
            outcomes = list(pool.map(store.write, [batch] * 32))
        assert outcomes == [outcomes[0]] * 32
        assert store.get(Provider, "p1").value.capacity == Capacity(4, 0, 1)

    def test_same_id_from_many_processes(self, store: GraphStore, store_url: str) -> None:
        """3.6 Concurrent attempts from processes have one effect and equal answers."""
        with Workers(store_url) as workers:
            answers = workers.run([["write-once", "race", "p1"]] * 4)
        assert len({answer[0] for answer in answers}) == 1
        assert store.get(Provider, "p1").value.capacity == Capacity(4, 0, 1)

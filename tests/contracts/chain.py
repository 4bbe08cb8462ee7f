"""Section 11 of the store contract: the chain, and finding what was done to it past the store."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import pytest

from graph_models.domain.audit import AuditEvent
from graph_models.domain.errors import CapacityExceeded, DuplicateKey
from graph_models.domain.providers import Capacity
from graph_models.ports import NEW, AdjustCapacity, GraphStore, Put, WriteBatch
from graph_models.records import to_row
from graph_models.stores.chain import GENESIS, chain_of, event_digest
from graph_models.stores.verification import Fault, FaultKind, Head, verify
from tests.builders import a_provider, an_audit_event
from tests.contracts.fixtures import StoreFixtures, delete, new_id, put
from tests.contracts.processes import Workers

PINNED = "d3425e69e222268b7d2ac3c2b5a761d50ea725ec003c2e3d166b9ea9261c0c20"
LENGTH = 8  # of the history that is tampered with, each change set with the event of its number


class Tampering(Protocol):
    """Writes to a store's records in its own language, as somebody with all rights could."""

    def edit(self, sequence: int, name: str, value: Any) -> None:
        """Change one part of a change set: write_id, fingerprint, committed_at, key, digest or chain."""

    def remove(self, sequence: int) -> None:
        """Remove a change set."""

    def insert(self, sequence: int, original: int) -> None:
        """Add a change set like another one, with a number and a write id of its own."""

    def renumber(self, sequence: int, number: int) -> None:
        """Give a change set another number."""

    def edit_event(self, key: str, name: str, value: Any) -> None:
        """Change a property of an audit event."""

    def remove_event(self, key: str) -> None:
        """Remove an audit event."""

    def insert_event(self, key: str, original: str) -> None:
        """Add an audit event like another one."""


def _shift(tampering: Tampering, sequences: range, by: int) -> None:
    for sequence in sequences:
        tampering.renumber(sequence, sequence + by)


def _swap(tampering: Tampering, one: int, other: int) -> None:
    tampering.renumber(one, 1_000)
    tampering.renumber(other, one)
    tampering.renumber(1_000, other)


def _remove_and_close(tampering: Tampering) -> None:
    tampering.remove(4)
    _shift(tampering, range(5, LENGTH + 1), -1)


def _insert_between(tampering: Tampering) -> None:
    _shift(tampering, range(LENGTH, 3, -1), 1)
    tampering.insert(4, 3)


def _rotate(tampering: Tampering) -> None:
    tampering.renumber(4, 1_000)
    _shift(tampering, range(5, 7), -1)
    tampering.renumber(1_000, 6)


FAULTS: dict[str, tuple[Callable[[Tampering], None], Fault]] = {
    **{
        f"edited {name}": (
            lambda tampering, name=name, value=value: tampering.edit(4, name, value),
            Fault(FaultKind.EDITED, 4),
        )
        for name, value in {
            "write_id": "other",
            "fingerprint": "f" * 64,
            "committed_at": 1,
            "key": "other",
            "digest": "d" * 64,
            "chain": "c" * 64,
        }.items()
    },
    "edited first": (lambda tampering: tampering.edit(1, "key", "x"), Fault(FaultKind.EDITED, 1)),
    "edited last": (lambda tampering: tampering.edit(LENGTH, "key", "x"), Fault(FaultKind.EDITED, LENGTH)),
    "made unreadable": (lambda t: t.edit(4, "committed_at", None), Fault(FaultKind.EDITED, 4)),
    "removed": (lambda tampering: tampering.remove(4), Fault(FaultKind.REMOVED, 4)),
    "first removed": (lambda tampering: tampering.remove(1), Fault(FaultKind.REMOVED, 1)),
    "removed, gap closed": (_remove_and_close, Fault(FaultKind.REMOVED, 4)),
    "inserted": (_insert_between, Fault(FaultKind.INSERTED, 4)),
    "swapped with the next": (lambda tampering: _swap(tampering, 4, 5), Fault(FaultKind.REORDERED, 4)),
    "swapped with a far one": (lambda tampering: _swap(tampering, 2, 7), Fault(FaultKind.REORDERED, 2)),
    "moved back": (_rotate, Fault(FaultKind.REORDERED, 4)),
    "event edited": (
        lambda t: t.edit_event("e4", "object_id", "other"),
        Fault(FaultKind.EVENT_EDITED, 4, "e4"),
    ),
    "event made invalid": (
        lambda t: t.edit_event("e4", "object_id", ""),
        Fault(FaultKind.EVENT_EDITED, 4, "e4"),
    ),
    "event at another revision": (
        lambda t: t.edit_event("e4", "revision", 2),
        Fault(FaultKind.EVENT_EDITED, 4, "e4"),
    ),
    "event removed": (lambda t: t.remove_event("e4"), Fault(FaultKind.EVENT_REMOVED, 4, "e4")),
    "event inserted": (
        lambda t: t.insert_event("e4a", "e4"),
        Fault(FaultKind.EVENT_INSERTED, None, "e4a"),
    ),
    "event before a change set": (
        lambda t: (t.remove_event("e3"), t.edit(5, "key", "x")),
        Fault(FaultKind.EVENT_REMOVED, 3, "e3"),
    ),
}


class Chain(StoreFixtures):
    @pytest.fixture
    def tampering(self) -> Tampering:
        """An implementer overrides this with statements in the store's own language."""
        pytest.fail("an implementer has to override this fixture")

    @pytest.fixture
    def history(self, empty: GraphStore) -> GraphStore:
        """A store with some change sets, each of a provider and an audit event."""
        for number in range(1, LENGTH + 1):
            provider = a_provider(f"p{number}", skills=(), community_code=None)
            event = an_audit_event(f"e{number}", object_id=f"p{number}")
            empty.write(WriteBatch(f"w{number}", (Put(provider, NEW), Put(event, NEW))))
        return empty

    def test_anybody_can_compute_it(self, history: GraphStore) -> None:
        """11.1 The chain follows from what change sets and audit events hold, in every store alike."""
        delete(history, AuditEvent, "e2")
        previous = GENESIS
        links = history.links_since(0)
        for link, change_set in zip(links, history.changes_since(0), strict=True):
            previous = chain_of(previous, link)
            assert link.chain == change_set.chain == previous
            assert history.outcome_of(link.write_id) == change_set
        for number, link in enumerate(links[:LENGTH], start=1):
            event = an_audit_event(f"e{number}", object_id=f"p{number}")
            assert link.event_digests == (event_digest(to_row(event)),)
        assert links[LENGTH].event_digests == ()
        assert links[LENGTH - 1].chain == PINNED

    def test_honest_history(self, store: GraphStore) -> None:
        """11.2 In a store that nobody went past, no fault is found, whatever was written or refused."""
        assert verify(store).fault is None
        put(store, an_audit_event("e1"), an_audit_event("e2"))
        batch = WriteBatch(new_id(), (AdjustCapacity("p1", reserved=1), Put(an_audit_event("e3"))))
        store.write(batch)
        store.write(batch)
        with pytest.raises(CapacityExceeded):
            store.write(WriteBatch(new_id(), (AdjustCapacity("p1", reserved=9), Put(an_audit_event("e4")))))
        delete(store, AuditEvent, "e1")
        put(store, an_audit_event("e1", action="need.closed"))
        found = verify(store, known=Head(1, store.changes_since(0)[0].chain))
        assert found.fault is None
        assert found.event_count == 3
        last = store.changes_since(store.head() - 1)[0]
        assert found.head == Head(last.sequence, last.chain)

    def test_honest_history_of_many_writers(self, store: GraphStore, store_url: str) -> None:
        """11.2 Writers in threads and processes leave one chain, also seen while they write."""
        put(store, a_provider("p1", capacity=Capacity(10_000)))

        def write(writer: int) -> None:
            for number in range(10):
                put(store, an_audit_event(f"t{writer}-{number}"))

        with Workers(store_url) as workers, ThreadPoolExecutor(5) as pool:
            written = [pool.submit(write, writer) for writer in range(3)]
            others = pool.submit(workers.run, [["stream", f"s{n}", "10", "2"] for n in range(3)])
            seen = [verify(store) for _ in range(10)]
            assert all(each.result() is None for each in written)
            others.result()
        assert [each.fault for each in seen] == [None] * 10
        assert verify(store).head.sequence == store.head() == 2 + 60

    @pytest.mark.parametrize("case", FAULTS)
    def test_tampering_is_found(self, history: GraphStore, tampering: Tampering, case: str) -> None:
        """11.3 What was edited, removed, inserted or moved past the store is found, with its number."""
        tamper, expected = FAULTS[case]
        tamper(tampering)
        found = verify(history)
        assert found.fault == expected
        if expected.event_id is None:
            assert expected.sequence is not None
            assert found.head.sequence == expected.sequence - 1

    def test_truncated(self, history: GraphStore, tampering: Tampering) -> None:
        """11.4 A history whose end was cut off is found against a head that was kept elsewhere."""
        known = verify(history).head
        for number in (LENGTH, LENGTH - 1):
            tampering.remove(number)
            tampering.remove_event(f"e{number}")
        assert verify(history, known=known).fault == Fault(FaultKind.TRUNCATED, LENGTH - 1)

    def test_rewritten(self, history: GraphStore) -> None:
        """11.4 A history that is sound in itself but another one is found against a head kept elsewhere."""
        known = Head(5, "a" * 64)
        assert verify(history, known=known).fault == Fault(FaultKind.REWRITTEN, 5)
        put(history, an_audit_event("e9"))
        assert verify(history, known=Head(LENGTH, history.links_since(0)[-2].chain)).fault is None

    def test_audit_events_are_written_once(self, history: GraphStore) -> None:
        """11.5 An audit event cannot be replaced: `DuplicateKey`, whatever revision is expected."""
        for expected in (None, NEW, 1):
            with pytest.raises(DuplicateKey):
                history.write(WriteBatch(new_id(), (Put(an_audit_event("e1", action="x"), expected),)))
        assert history.head() == LENGTH

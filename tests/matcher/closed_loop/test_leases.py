"""One process at a time, and another when it falls silent."""

from __future__ import annotations

from datetime import datetime, timedelta

from graph_models.domain.leases import Lease
from graph_models.ports import GraphStore
from matcher.closed_loop.leases import Leaseholder
from tests.builders import NOW

DURATION = timedelta(seconds=30)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def two(store: GraphStore) -> tuple[Leaseholder, Leaseholder]:
    return Leaseholder(store, "job", "a", DURATION), Leaseholder(store, "job", "b", DURATION)


def test_one_has_it(store: GraphStore) -> None:
    """As long as it renews it, which it does when half of it is over."""
    first, second = two(store)
    assert first.holds(at(0))
    head = store.head()
    assert first.holds(at(14))
    assert store.head() == head
    assert first.holds(at(16))
    assert store.head() == head + 1
    assert not second.holds(at(44))
    assert store.get(Lease, "job").value.holder == "a"


def test_another_takes_over(store: GraphStore) -> None:
    """When it is not renewed, or given up; who had it learns so at the next look."""
    first, second = two(store)
    assert first.holds(at(0))
    assert second.holds(at(30))
    assert not first.holds(at(31))
    second.release(at(32))
    assert first.holds(at(32))
    first.release(at(33))
    first.release(at(33))


def test_clocks_jump(store: GraphStore) -> None:
    """Back by an hour: who has it keeps it, and does not sit on it for an hour more."""
    first, second = two(store)
    assert first.holds(at(3_600))
    assert first.holds(at(0))
    assert store.get(Lease, "job").value.until == at(30)
    assert second.holds(at(31))

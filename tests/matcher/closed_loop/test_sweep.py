"""Counts that no record backs, as a load brings them, are over when their last referral is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from graph_models.domain.errors import StoreUnavailable
from graph_models.domain.providers import Provider
from graph_models.domain.recency import RECENT, RecentReferral
from graph_models.ports import Delete, GraphStore, WriteBatch
from matcher.closed_loop import recency
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.recency import Sweep
from tests.builders import NOW, a_provider
from tests.matcher.closed_loop.faults import Faltering, Meddling, Torn
from tests.matcher.closed_loop.towns import an_act, an_offer, put

MOMENT = timedelta(microseconds=1)


def sweep(sweep: Sweep, now: datetime) -> int:
    """Look, and take turns, until there is nothing more to be found; return how many turns it took."""
    turns = in_vain = 0
    while in_vain < 3:
        if sweep.finds(now):
            sweep.turn(now)
            turns += 1
        else:
            in_vain += 1
    return turns


def counts(store: GraphStore) -> dict[str, int]:
    return {each.value.id: each.value.recent_referrals for each in store.scan(Provider)}


def test_over_with_the_last_one(store: GraphStore) -> None:
    """A month after the last referral of them all; one that nobody can date is not believed."""
    put(
        store,
        a_provider("q1", recent_referrals=4, last_referral_at=NOW, monthly_cap=4),
        a_provider("q2", recent_referrals=4, last_referral_at=NOW + MOMENT, monthly_cap=4),
        a_provider("q3", recent_referrals=4),
    )
    sweep(Sweep(store), NOW + RECENT - MOMENT)
    assert counts(store) == {"p1": 0, "p2": 0, "p3": 0, "q1": 4, "q2": 4, "q3": 0}
    sweep(Sweep(store), NOW + RECENT)
    assert counts(store) == {"p1": 0, "p2": 0, "p3": 0, "q1": 0, "q2": 4, "q3": 0}
    head = store.head()
    sweep(Sweep(store), NOW + RECENT)
    assert store.head() == head


def test_what_is_on_record_stays(store: GraphStore, desk: Desk) -> None:
    """Also if a load has put an older date: what this service asked itself it knows better."""
    desk.offer("n2", an_offer("p2"), an_act(), expected_revision=1)
    held = store.get(Provider, "p2").value
    put(store, a_provider("p2", capacity=held.capacity, recent_referrals=5, last_referral_at=NOW - RECENT))
    sweep(Sweep(store), NOW)
    assert counts(store)["p2"] == store.count(RecentReferral) == 1


@pytest.mark.parametrize("before", ["head", "get_many", "page", "write"])
def test_asked_meanwhile(store: GraphStore, desk: Desk, before: str) -> None:
    """Between any two looks at the store: what was loaded goes, what was asked counts."""
    put(store, a_provider("p2", recent_referrals=5))
    meddled = Meddling(
        store, lambda: desk.offer("n2", an_offer("p2"), an_act(), expected_revision=1), before=before
    )
    sweep(Sweep(meddled), NOW)  # type: ignore[arg-type]
    assert counts(store)["p2"] == store.count(RecentReferral) == 1


def test_deleted_and_loaded_again(store: GraphStore) -> None:
    """What looks like the first time, revision for revision, is done again all the same."""
    for number in range(2):
        put(store, a_provider("q1", recent_referrals=1))
        sweep(Sweep(store), NOW)
        assert counts(store)["q1"] == 0
        store.write(WriteBatch(f"gone-{number}", (Delete(Provider, "q1"),)))


def test_some_at_a_turn(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn writes one batch at most, so that nothing else has to wait for the whole city."""
    monkeypatch.setattr(recency, "AT_ONCE", 2)
    put(store, *(a_provider(f"q{number}", recent_referrals=1) for number in range(5)))
    head = store.head()
    turns = sweep(Sweep(store), NOW)
    assert [len(each.changes) for each in store.changes_since(head)] == [2, 2, 1]
    assert turns == 3


def test_reading_cut_short(store: GraphStore) -> None:
    """It begins anew, and does not take itself for done."""
    put(store, a_provider("q1", recent_referrals=1))
    interrupted = Sweep(Torn(store))  # type: ignore[arg-type]
    with pytest.raises(StoreUnavailable):
        interrupted.finds(NOW)
    sweep(interrupted, NOW)
    assert not any(counts(store).values())


def test_writing_cut_short(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found is still to be done."""
    monkeypatch.setattr(recency, "AT_ONCE", 1)
    put(store, *(a_provider(f"q{number}", recent_referrals=1) for number in range(3)))
    limited = Faltering(store, allowed=1)
    interrupted = Sweep(limited)  # type: ignore[arg-type]
    with pytest.raises(StoreUnavailable):
        sweep(interrupted, NOW)
    assert sum(counts(store).values()) == 2
    limited.allowed = 9
    sweep(interrupted, NOW)
    assert not any(counts(store).values())


def test_once_a_day(store: GraphStore) -> None:
    """What a load brings meanwhile is seen to on the next day, and at once if the clock was set back."""
    daily = Sweep(store)
    sweep(daily, NOW)
    put(store, a_provider("q1", recent_referrals=1))
    for moment in (timedelta(0), timedelta(days=1) - MOMENT):
        assert not sweep(daily, NOW + moment)
    assert sweep(daily, NOW + timedelta(days=1)) == 1
    assert not any(counts(store).values())
    put(store, a_provider("q1", recent_referrals=1))
    assert sweep(daily, NOW) == 1


def test_looking_writes_nothing(store: GraphStore) -> None:
    """Also where there is something to be done, for it may be for another process to do."""
    put(store, a_provider("q1", recent_referrals=1))
    head = store.head()
    idle = Sweep(store)
    assert all(idle.finds(NOW) for _ in range(3))
    assert store.head() == head

"""Two processes' worth of background work on one store, while their clocks jump by an hour."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import numpy as np
import pytest

from api.background import Background, DueWork
from graph_models.domain.audit import AuditEvent
from graph_models.domain.needs import Need, Urgency
from graph_models.domain.places import AREA_LEVELS
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.recency import RECENT, RecentReferral
from graph_models.domain.referrals import ReasonCode, Referral
from graph_models.ports import GraphStore
from graph_models.stores.opening import open_store
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.policy import LoopPolicy
from tests.battery.figures import kind_of, record, runs
from tests.battery.invariants import check_everything
from tests.builders import NOW, FixedClock, a_category, a_need, a_provider, some_areas, some_skills
from tests.matcher.closed_loop.towns import an_act, an_offer, put

JUMP = timedelta(hours=1)
HOLDS, CLIMBING, TIMES = 6, 6, runs(1, 20)
TICK_SECONDS, PATIENCE_SECONDS = 0.005, 120.0


@pytest.fixture
def store(store_url: str) -> Iterator[GraphStore]:
    with open_store(store_url, FixedClock()) as opened:
        put(opened, *some_areas(), *some_skills(), a_category(), a_provider("p1", capacity=Capacity(10_000)))
        yield opened


@contextmanager
def two_at_work(store: GraphStore, clocks: list[FixedClock]) -> Iterator[None]:
    """Each with a clock and a timetable of its own; they share nothing but the store."""
    workers = [
        Background(store, clock, "due", DueWork(store, Desk(store, LoopPolicy())), tick_seconds=TICK_SECONDS)
        for clock in clocks
    ]
    for each in workers:
        each.start()
    try:
        yield
    finally:
        for each in workers:
            each.stop()


def is_done(store: GraphStore) -> bool:
    """All holds have expired and all needs have climbed to the city."""
    has_expired = all(stored.value.expires_at is None for stored in store.scan(Referral))
    needs = [stored.value for stored in store.scan(Need)]
    return has_expired and all(each.escalation_level is AREA_LEVELS[-1] for each in needs)


def raise_and_offer(store: GraphStore, name: str) -> None:
    """Some needs that nobody answers, and some that are offered and not answered."""
    desk = Desk(store, LoopPolicy())
    for number in range(HOLDS + CLIMBING):
        key = f"{name}-n{number}"
        made = desk.raise_need(a_need(key, urgency=Urgency.ASAP), an_act())
        if number < HOLDS:
            desk.offer(key, an_offer(), an_act(), expected_revision=made.revision)


@pytest.mark.timeout(7_200)
def test_everything_happens_once(store: GraphStore, store_url: str) -> None:
    """Every hold expires once and every need climbs each level once, in order, wherever the hands are."""
    rng, jumps = np.random.default_rng(20260302), 0
    for run in range(TIMES):
        raise_and_offer(store, f"run{run}")
        clocks = [FixedClock(), FixedClock()]
        deadline = time.monotonic() + PATIENCE_SECONDS
        with two_at_work(store, clocks):
            while not is_done(store):
                assert time.monotonic() < deadline, "not done in all that time"
                # By an hour to and fro, and on the whole forwards: time does pass.
                clocks[int(rng.integers(2))].instant += JUMP * int(rng.choice([-1, 1, 1]))
                jumps += 1
                time.sleep(float(rng.uniform(0, 0.05)))
    total = TIMES * HOLDS
    expired = [each.value for each in store.scan(AuditEvent) if each.value.reason is ReasonCode.EXPIRED]
    assert len({each.object_id for each in expired}) == len(expired) == total
    check_climbing(store)
    check_everything(store)
    lapse_all(store)
    check_everything(store)
    record(
        "clocks of two workers jump by an hour",
        kind_of(store_url),
        runs=TIMES,
        of=20,
        faults=jumps,
        holds_expired=total,
        needs_escalated=TIMES * (HOLDS + CLIMBING),
        lost=0,
        doubled=0,
    )


def lapse_all(store: GraphStore) -> None:
    """A month later no referral counts any more, whichever of the two took it for its turn."""
    clocks = [FixedClock(NOW + 2 * RECENT), FixedClock(NOW + 2 * RECENT - JUMP)]
    deadline = time.monotonic() + PATIENCE_SECONDS
    assert store.get(Provider, "p1").value.recent_referrals > 0
    with two_at_work(store, clocks):
        while store.count(RecentReferral):
            assert time.monotonic() < deadline, "not done in all that time"
            time.sleep(0.01)
    assert store.get(Provider, "p1").value.recent_referrals == 0


def check_climbing(store: GraphStore) -> None:
    """Community, street, district, city: each of them told once about each need."""
    levels: dict[str, list[str]] = {}
    for change_set in store.changes_since(0, limit=10_000):
        for change in change_set.changes:
            if change.kind is AuditEvent:
                event = store.get(AuditEvent, change.key).value
                if event.action in ("need.pushed", "need.escalated"):
                    levels.setdefault(event.object_id, []).append(str(event.level))
    assert levels.keys() == {stored.value.id for stored in store.scan(Need)}
    assert set(map(tuple, levels.values())) == {tuple(map(str, AREA_LEVELS))}

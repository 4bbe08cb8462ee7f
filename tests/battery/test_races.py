"""Dispatchers in 32 processes who want the same at once: as many win as can, the others are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count

import pytest

from api.clock import SystemClock
from graph_models.domain.identifiers import ProviderId, ReferralId
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.referrals import Referral, ReferralStatus
from graph_models.ports import GraphStore
from graph_models.stores.opening import open_store
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.policy import LoopPolicy
from matcher.closed_loop.referring import Offer
from tests.battery.dispatchers import WON, Attempt, Dispatchers, dispatchers
from tests.battery.figures import kind_of, record, runs
from tests.battery.invariants import check_everything
from tests.builders import a_category, a_need, a_provider, some_areas, some_skills
from tests.matcher.closed_loop.towns import an_act, put

DISPATCHERS, AT_ONCE = 32, 20
# A server takes some seconds for a race that a file takes some hundredths for.
RACES = {"sqlite": runs(8, 2_500), "neo4j": runs(2, 2_500)}
LONG_AGO = timedelta(days=30)
_numbers = count()

Race = tuple[str, list[Attempt]]


@pytest.fixture
def store(store_url: str) -> Iterator[GraphStore]:
    with open_store(store_url, SystemClock()) as opened:
        put(opened, *some_areas(), *some_skills(), a_category())
        yield opened


@pytest.fixture
def crowd(store: GraphStore, store_url: str) -> Iterator[Dispatchers]:  # noqa: ARG001 - it has to be there
    with dispatchers(store_url, DISPATCHERS) as started:
        yield started


def for_the_last_units(store: GraphStore) -> Race:
    """One provider with few units left, and a need for each dispatcher."""
    stem = f"u{next(_numbers)}"
    units = next(_numbers) % (DISPATCHERS + 1)
    needs = [a_need(f"{stem}-n{number}") for number in range(DISPATCHERS)]
    put(store, a_provider(stem, capacity=Capacity(units)), *needs)
    return stem, [Attempt(f"act-{each.id}", "offer", each.id, 1, stem) for each in needs]


def for_one_need(store: GraphStore) -> Race:
    """One need, seen by all as it stands, and units enough for everybody."""
    stem = f"o{next(_numbers)}"
    put(store, a_provider(stem, capacity=Capacity(DISPATCHERS**2)), a_need(stem, units=DISPATCHERS))
    return stem, [Attempt(f"act-{stem}-{number}", "offer", stem, 1, stem) for number in range(DISPATCHERS)]


def against_the_clock(store: GraphStore) -> Race:
    """A hold that has expired just when its provider accepts."""
    stem = f"e{next(_numbers)}"
    put(store, a_provider(stem, capacity=Capacity(1)), a_need(stem))
    act = an_act(f"asked-{stem}", at=SystemClock().now() - LONG_AGO)
    offer = Offer(ReferralId(stem), ProviderId(stem))
    Desk(store, LoopPolicy()).offer(stem, offer, act, expected_revision=1)
    deeds = ["accept", "expire"] * (DISPATCHERS // 2)
    return stem, [Attempt(f"act-{stem}-{n}", deed, stem, 1) for n, deed in enumerate(deeds)]


def check_last_units(store: GraphStore, key: str, became: list[str]) -> None:
    capacity = store.get(Provider, key).value.capacity
    expected = {WON: capacity.total, "CapacityExceeded": DISPATCHERS - capacity.total}
    assert Counter(became) == Counter(expected)
    assert (capacity.reserved, capacity.remaining) == (capacity.total, 0)


def check_one_need(store: GraphStore, key: str, became: list[str]) -> None:
    # Who reads between the two reads of another sees the winner's referral before the need's new revision.
    assert Counter(became)[WON] == 1
    assert set(became) <= {WON, "RevisionConflict", "AlreadyAsked"}
    assert store.get(Provider, key).value.capacity.reserved == DISPATCHERS


def check_against_the_clock(store: GraphStore, key: str, became: list[str]) -> None:
    """Whoever was told that it is accepted can rely on it; the clock itself is told nothing."""
    status = store.get(Referral, key).value.status
    accepting = set(became[::2])
    assert accepting <= {WON, "RevisionConflict", "TransitionNotAllowed"}
    assert (status is ReferralStatus.ACCEPTED) == (WON in accepting), (status, became)


@pytest.mark.parametrize(
    ("prepare", "check"),
    [
        (for_the_last_units, check_last_units),
        (for_one_need, check_one_need),
        (against_the_clock, check_against_the_clock),
    ],
    ids=["last-units", "one-need", "expiry"],
)
@pytest.mark.timeout(7_200)
def test_as_many_win_as_can(
    store: GraphStore,
    store_url: str,
    crowd: Dispatchers,
    prepare: Callable[[GraphStore], Race],
    check: Callable[[GraphStore, str, list[str]], None],
) -> None:
    """And the accounts add up after each bundle of races."""
    wanted, total, head = RACES[kind_of(store_url)], 0, None
    outcomes: Counter[str] = Counter()
    while total < wanted:
        races = [prepare(store) for _ in range(min(AT_ONCE, wanted - total))]
        for (key, _), became in zip(races, crowd.race([each for _, each in races]), strict=True):
            check(store, key, became)
            outcomes.update(became)
        total += len(races)
        if total == wanted or total % (50 * AT_ONCE) == 0:
            head = check_everything(store, head)
    record(
        f"races: {prepare.__name__.replace('_', ' ')}",
        kind_of(store_url),
        runs=total,
        of=2_500,
        dispatchers=DISPATCHERS,
        outcomes=dict(outcomes),
        lost=0,
        doubled=0,
    )

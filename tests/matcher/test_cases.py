"""Answers while the store is away: those of the last contact, and not a word more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.domain.errors import (
    CapacityExceeded,
    Conflict,
    NotFound,
    StillReferenced,
    StoreUnavailable,
    UnknownReference,
)
from graph_models.domain.identifiers import ProviderId, ReferralId
from graph_models.domain.needs import Need
from graph_models.domain.referrals import ReasonCode, Referral, ReferralStatus
from graph_models.ports import Delete, GraphStore
from graph_models.stores.opening import open_store
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.policy import LoopPolicy
from matcher.closed_loop.referring import Offer
from matcher.parameters import default_parameters
from matcher.use_cases import LiveMatcher
from tests.builders import (
    COMMUNITY,
    DISTRICT,
    NOW,
    FixedClock,
    a_category,
    a_need,
    a_provider,
    a_referral,
    a_resident,
    some_areas,
    some_skills,
)
from tests.matcher.closed_loop.towns import an_act
from tests.matcher.test_use_cases import write


class Clock:
    """Every look at it is a second later."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


class Line:
    """A store that is away while the line to it is cut."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self.is_cut = False

    def __getattr__(self, name: str) -> Any:
        if self.is_cut:
            raise StoreUnavailable("cut")
        return getattr(self._store, name)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    with open_store(f"sqlite:///{tmp_path}/city.db", FixedClock()) as opened:
        write(opened, *some_areas(), *some_skills(), a_category(), a_resident("r1"))
        write(opened, a_provider("p1"), a_provider("p2"), a_provider("p3"))
        write(opened, a_need("n1", resident_id="r1"), a_need("n2", resident_id="r1"), a_need("n3"))
        yield opened


@pytest.fixture
def line(store: GraphStore) -> Line:
    return Line(store)


@pytest.fixture
def matcher(line: Line) -> LiveMatcher:
    return LiveMatcher(line, Clock(), default_parameters())  # type: ignore[arg-type]


def told(answer: Any) -> Any:
    return answer.need, answer.result.suggestions, answer.remarks, answer.graph_revision


def test_providers_are_found_from_memory(matcher: LiveMatcher, line: Line, store: GraphStore) -> None:
    """While the store is away what is known is searched, and marked; what came meanwhile is found after."""
    line.is_cut = True
    write(store, a_provider("p4", name="Late"))
    assert not matcher.search_providers("late", 5).providers
    stale = matcher.search_providers("P3", 5)
    assert ([each.id for each in stale.providers], stale.is_stale) == (["p3"], True)
    line.is_cut = False
    fresh = matcher.search_providers("late", 5)
    assert ([each.id for each in fresh.providers], fresh.is_stale) == (["p4"], False)
    assert fresh.graph_revision == store.head() == stale.graph_revision + 1


def test_what_was_asked_for_is_answered_alike(matcher: LiveMatcher, line: Line) -> None:
    """The same list, marked, as of the last contact; of a need that was never seen nothing is said."""
    fresh = matcher.suggest("n1")
    assert not fresh.is_stale
    line.is_cut = True
    stale = matcher.suggest("n1")
    assert stale.is_stale
    assert stale.as_of == fresh.as_of
    assert told(stale) == told(fresh)
    with pytest.raises(StoreUnavailable):
        matcher.suggest("n3")
    line.is_cut = False
    assert not matcher.suggest("n1").is_stale
    assert matcher.suggest("n1").as_of > stale.as_of


def test_what_changed_lately_is_at_hand(matcher: LiveMatcher, line: Line, store: GraphStore) -> None:
    """A need that nobody asked for, and who was asked since: both are known at the next upkeep."""
    matcher.suggest("n1")
    hold = a_referral("f1", need_id="n1", provider_id="p1", status=ReferralStatus.REQUESTED)
    write(store, hold, a_need("n1", resident_id="r1"), a_need("n4"))
    matcher.keep_up()
    line.is_cut = True
    assert [each.provider_id for each in matcher.suggest("n1").result.suggestions] == ["p2", "p3"]
    assert matcher.suggest("n4").is_stale


def test_what_changed_and_was_not_read_is_told_as_old(
    matcher: LiveMatcher, line: Line, store: GraphStore
) -> None:
    """The feed says that it changed: the answer is as of when it was read, that of another need is not."""
    first = matcher.suggest("n1")
    matcher.suggest("n3")
    write(store, a_need("n1", resident_id="r1", units=2))
    matcher.refresh()
    line.is_cut = True
    assert matcher.suggest("n1").as_of == first.as_of
    assert matcher.suggest("n3").as_of > first.as_of


def test_what_was_removed_is_not_told(matcher: LiveMatcher, line: Line, store: GraphStore) -> None:
    """A need that was deleted, and a resident who was changed: perhaps by erasing what was known."""
    matcher.suggest("n1")
    matcher.suggest("n3")
    write(store, a_resident("r1"), Delete(Need, "n3"))
    matcher.refresh()
    line.is_cut = True
    for need_id in ("n1", "n3"):
        with pytest.raises(StoreUnavailable):
            matcher.suggest(need_id)


def test_another_need_of_the_resident_counts(matcher: LiveMatcher, line: Line, store: GraphStore) -> None:
    """It may have been served meanwhile."""
    matcher.suggest("n1")
    third = matcher.suggest("n2")
    write(store, a_need("n2", resident_id="r1"), an_act().event("need.changed", "Need", "n2"))
    matcher.refresh()
    line.is_cut = True
    assert matcher.suggest("n1").as_of == third.as_of


def test_jurisdiction_holds_in_memory(matcher: LiveMatcher, line: Line) -> None:
    """A need that lies elsewhere does not exist, with or without a store."""
    for is_cut in (False, True):
        line.is_cut = is_cut
        assert matcher.suggest("n1", within=(DISTRICT,)).need.id == "n1"
        assert matcher.suggest("n1", within=(COMMUNITY,)).need.id == "n1"
        with pytest.raises(NotFound):
            matcher.suggest("n1", within=("4499",))


def test_a_described_need(matcher: LiveMatcher, line: Line) -> None:
    """It takes no store, unless it names a resident that was never seen."""
    need = a_need("described", excluded_provider_ids=frozenset({"p1"}))
    fresh = matcher.suggest_for(need)
    line.is_cut = True
    assert told(matcher.suggest_for(need)) == told(fresh)
    of_resident = a_need("described", resident_id="r1")
    with pytest.raises(StoreUnavailable):
        matcher.suggest_for(of_resident)
    line.is_cut = False
    fresh = matcher.suggest_for(of_resident)
    for is_cut in (False, True):
        line.is_cut = is_cut
        assert told(matcher.suggest_for(of_resident, within=(DISTRICT,))) == told(fresh)
        for elsewhere in (("4499",), ()):
            with pytest.raises(UnknownReference):
                matcher.suggest_for(of_resident, within=elsewhere)
            assert told(matcher.suggest_for(need, within=elsewhere))


def test_evidence_needs_the_store(matcher: LiveMatcher, line: Line) -> None:
    """What is put on record has to be read from there."""
    matcher.suggest("n1")
    line.is_cut = True
    with pytest.raises(StoreUnavailable):
        matcher.evidence_for("n1")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["offer", "move", "change need", "change resident", "load referral", "delete need"]),
        st.integers(0, 5),
        st.sampled_from(list(ReferralStatus)),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(STEPS)
def test_what_is_remembered_is_what_would_be_read(steps: list[tuple[str, int, ReferralStatus]]) -> None:
    """After any steps, by dispatchers and past them, one that has answered before answers as a new one."""
    with TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/city.db", FixedClock()) as store:
        write(store, *some_areas(), *some_skills(), a_category(), a_resident("r1"), a_resident("r2"))
        write(store, *(a_provider(f"p{number}") for number in range(4)))
        write(store, *(a_need(f"n{number}", resident_id="r1", units=2) for number in range(3)))
        matcher = LiveMatcher(store, FixedClock(), default_parameters())
        for number, (step, which, status) in enumerate(steps):
            take(store, step, which, status, number)
            fresh = LiveMatcher(store, FixedClock(), default_parameters())
            for stored in store.scan(Need):
                key = stored.value.id
                assert told(matcher.suggest(key)) == told(fresh.suggest(key)), (step, key)


def take(store: GraphStore, step: str, which: int, status: ReferralStatus, number: int) -> None:
    """Do one step, if it can be done."""
    desk, act = Desk(store, LoopPolicy()), an_act(f"step-{number}")
    need, provider = f"n{which % 3}", f"p{which % 4}"
    found = store.get_many(Need, [need])
    referrals = [each.value.id for each in store.scan(Referral)]
    # A referral that was loaded holds no units that a step could move.
    with suppress(CapacityExceeded, Conflict, NotFound, StillReferenced, UnknownReference):
        if step == "offer" and found:
            offer = Offer(ReferralId(f"f{number}"), ProviderId(provider), 1)
            desk.offer(need, offer, act, expected_revision=found[need].revision)
        elif step == "move" and referrals:
            desk.move(referrals[which % len(referrals)], status, act, reason=ReasonCode.OTHER)
        elif step == "change need":
            owner = "r2" if which % 2 else "r1"
            event = act.event("need.changed", "Need", need)
            write(store, a_need(need, resident_id=owner, units=1 + which), event)
        elif step == "change resident":
            write(store, a_resident("r1", birth_year=1940 + which))
        elif step == "load referral":
            write(store, a_referral(f"g{which}", need_id=need, provider_id=provider, status=status))
        elif step == "delete need" and found:
            write(store, Delete(Need, need))

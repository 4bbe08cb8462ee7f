"""The queue equals a plain question to the store, whatever is written, by whomever, in whatever order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.domain.audit import AuditEvent
from graph_models.domain.errors import StillReferenced, UnknownReference
from graph_models.domain.identifiers import AreaCode
from graph_models.domain.needs import Need, NeedStatus, Urgency
from graph_models.domain.places import AREA_LEVELS, Area, AreaLevel, Location
from graph_models.domain.referrals import Referral, ReferralStatus
from graph_models.ports import Delete, GraphStore, Put, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from matcher.cells import Box
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.policy import LoopPolicy
from matcher.work_queue import QueueEntry, QueueFilter, WorkQueue, WorkState
from tests.builders import (
    CITY,
    COMMUNITY,
    DISTRICT,
    NOW,
    FixedClock,
    a_category,
    a_need,
    a_referral,
    a_resident,
    an_audit_event,
)
from tests.matcher.closed_loop.towns import (
    OTHER_COMMUNITY,
    OTHER_DISTRICT,
    an_act,
    an_offer,
    put,
    town,
)
from tests.matcher.work_queue.plain import plain_queue

COMMUNITIES = (COMMUNITY, OTHER_COMMUNITY)
ACTORS = ("user:1", "user:2")
EVERYTHING = QueueFilter()
_writes = count()

needs = st.builds(
    a_need,
    st.sampled_from(["n1", "n2", "n3", "n4"]),
    category_id=st.sampled_from(["home_care", "repairs"]),
    created_at=st.sampled_from([NOW, NOW - timedelta(hours=1)]),
    community_code=st.sampled_from(COMMUNITIES),
    location=st.sampled_from([None, Location(23.2, 113.3)]),
    resident_id=st.sampled_from([None, "r1", "r2"]),
    urgency=st.sampled_from(list(Urgency)),
    units=st.integers(1, 4),
    status=st.sampled_from([NeedStatus.ACTIVE, NeedStatus.ACTIVE, *NeedStatus]),
    escalation_level=st.sampled_from([None, *AREA_LEVELS]),
)
referrals = st.builds(
    a_referral,
    st.sampled_from(["f1", "f2", "f3"]),
    need_id=st.sampled_from(["n1", "n2"]),
    status=st.sampled_from(list(ReferralStatus)),
    units=st.integers(1, 2),
)
events = st.builds(
    an_audit_event,
    actor=st.sampled_from(ACTORS),
    action=st.sampled_from(
        ["need.acknowledged", "referral.requested", "referral.draft", "referral.accepted"]
    ),
    need_id=st.sampled_from(["n1", "n2", None]),
)
residents = st.builds(
    a_resident,
    st.sampled_from(["r1", "r2"]),
    registration_code=st.sampled_from(COMMUNITIES),
    residence_code=st.sampled_from(COMMUNITIES),
)
areas = st.builds(
    Area,
    st.sampled_from(COMMUNITIES).map(AreaCode),
    st.just(AreaLevel.COMMUNITY),
    st.sampled_from(["翠洲社区", "Harbour"]),
    st.just(AreaCode(CITY)),  # the one on record stays
    st.sampled_from([None, Location(23.0, 113.0)]),
)
steps = st.one_of(
    *(each.map(Put) for each in (needs, needs, referrals, events, residents, areas)),
    st.sampled_from(["n1", "n2", "n3", "n4"]).map(lambda key: Delete(Need, key)),
    st.sampled_from(["f1", "f2", "f3"]).map(lambda key: Delete(Referral, key)),
)
filters = st.builds(
    QueueFilter,
    area_code=st.sampled_from([None, None, DISTRICT, OTHER_COMMUNITY, "9"]),
    category_id=st.sampled_from([None, None, "home_care", "none"]),
    state=st.sampled_from([None, None, *WorkState]),
    is_mine=st.sampled_from([None, None, True, False]),
    search=st.sampled_from([None, None, "N2", "翠洲", "har", "REPAIR", "沙面"]),
)
jurisdictions = st.sampled_from([None, (DISTRICT,), (OTHER_DISTRICT, "9"), ()])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    with SqliteStore(tmp_path / "city.db", FixedClock()) as opened:
        put(opened, *town(), a_category("repairs", required_skills=()), a_resident("r2"))
        yield opened


def write(store: GraphStore, step: Any) -> None:
    """Some steps are refused by the store: of what is not there, or what others point at."""
    if isinstance(step, Put) and isinstance(step.value, Area):
        known = store.get(Area, step.value.code).value
        step = Put(replace(known, name=step.value.name, location=step.value.location))
    if isinstance(step, Put) and isinstance(step.value, AuditEvent):
        step = Put(replace(step.value, id=f"event-{next(_writes)}"))
    if isinstance(step, Delete) and not store.get_many(step.kind, [step.key]):
        return
    with suppress(StillReferenced, UnknownReference):
        store.write(WriteBatch(f"step-{next(_writes)}", (step,)))


def asdict_of(entry: QueueEntry) -> dict[str, Any]:
    return {each.name: getattr(entry, each.name) for each in fields(entry)}


def check(store: GraphStore, queue: WorkQueue, asked: QueueFilter, actor: str, within: Any) -> None:
    expected, of_any_state = plain_queue(store, asked, actor, within)
    window = queue.window(asked, 0, 100, actor, within)
    shown = [asdict_of(each) for each in window.entries]
    assert shown == [{name: each[name] for name in each if name != "place"} for each in expected]
    assert window.total == len(expected)
    assert window.graph_revision == store.head()
    counted = {name: {key: n for key, n in each.items() if n} for name, each in window.counts.items()}
    assert counted == {
        "urgency": Counter(each["need"].urgency for each in expected),
        "level": Counter(each["need"].escalation_level for each in expected),
        "state": Counter(each["state"] for each in of_any_state),
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rounds=st.lists(
        st.tuples(st.lists(steps, max_size=6), filters, st.sampled_from(ACTORS), jurisdictions), max_size=5
    )
)
def test_equals_a_plain_question(store: GraphStore, rounds: Any) -> None:
    """A queue that follows, one that is made anew, and the store itself say the same."""
    following = WorkQueue(store)
    for several, asked, actor, within in rounds:
        for step in several:
            write(store, step)
        following.refresh()
        check(store, following, asked, actor, within)
        check(store, following, EVERYTHING, actor, None)
    check(store, WorkQueue(store), EVERYTHING, ACTORS[0], None)


def test_the_life_of_a_need(store: GraphStore) -> None:
    """Asked, accepted, completed, corrected: step by step as the desk writes them."""
    desk, queue = Desk(store, LoopPolicy()), WorkQueue(store)

    def line() -> Any:
        queue.refresh()
        entries = queue.window(QueueFilter(search="n2"), 0, 10, "w1").entries
        return entries and (
            entries[0].state,
            entries[0].referral_status,
            entries[0].units_left,
            entries[0].is_mine,
        )

    assert line() == (WorkState.OPEN, None, 1, False)
    asked = desk.offer("n2", an_offer("p2"), an_act(), expected_revision=1).value.id
    assert line() == (WorkState.WAITING, ReferralStatus.REQUESTED, 0, True)
    desk.move(asked, ReferralStatus.ACCEPTED, an_act(actor="w2"))
    assert line() == (WorkState.UNDER_WAY, ReferralStatus.ACCEPTED, 0, True)
    desk.move(asked, ReferralStatus.COMPLETED, an_act())
    assert line() == ()
    desk.move(asked, ReferralStatus.ENTERED_IN_ERROR, an_act())
    assert line() == (WorkState.OPEN, None, 1, True)


def test_windows_join(store: GraphStore) -> None:
    """Many needs, in pieces: the order is one, also beyond what is sorted one by one."""
    random = np.random.default_rng(7)
    several = [
        a_need(
            f"m{number}",
            urgency=list(Urgency)[random.integers(4)],
            created_at=NOW - timedelta(minutes=int(random.integers(50))),
        )
        for number in range(300)
    ]
    queue = WorkQueue(store)
    put(store, *several)
    queue.refresh()
    pieces = [queue.window(EVERYTHING, offset, 70, "w1").entries for offset in range(0, 350, 70)]
    ids = [each.need.id for piece in pieces for each in piece]
    assert ids == [each["need"].id for each in plain_queue(store, EVERYTHING, "w1", None)[0]]
    assert len(queue) == len(ids) == 302
    store.write(WriteBatch("end", tuple(Put(replace(each, status=NeedStatus.REVOKED)) for each in several)))
    queue.refresh()
    assert [each.need.id for each in queue.window(EVERYTHING, 0, 9, "w1").entries] == ["n1", "n2"]


def test_cells(store: GraphStore) -> None:
    """Each need counts once, where it is; what lies nowhere or elsewhere does not."""
    put(
        store,
        a_need("a", location=Location(23.26, 113.26), urgency=Urgency.STAT),
        a_need("b", location=Location(23.27, 113.28)),
        a_need("c", location=Location(-33.9, 151.2), community_code=OTHER_COMMUNITY),
    )
    queue = WorkQueue(store)
    found, cursor = queue.cells(Box(113.0, 23.0, 114.0, 24.0), 0.1, None, 3)
    assert cursor == store.head()
    assert found.points is None
    counted = [(round(each.longitude, 3), round(each.latitude, 3), each.count) for each in found.cells]
    assert counted == [(113.25, 23.1, 2), (113.27, 23.265, 2)]
    assert found.cells[1].sums == {"routine": 1, "urgent": 0, "asap": 0, "stat": 1}
    near, _ = queue.cells(Box(113.26, 23.2, 113.26, 23.3), 0.1, (DISTRICT,), 3)
    assert [(each.key, each.values["stat"]) for each in near.points or ()] == [("a", 1)]
    elsewhere, _ = queue.cells(Box(113.0, 23.0, 114.0, 24.0), 0.1, (OTHER_DISTRICT,), 3)
    assert elsewhere.total == 1


def ids(queue: WorkQueue, asked: QueueFilter = EVERYTHING, within: Any = None) -> list[str]:
    queue.refresh()
    return [each.need.id for each in queue.window(asked, 0, 100, "user:1", within).entries]


def test_a_resident_moves(store: GraphStore) -> None:
    """The need goes with its resident into another jurisdiction, though nobody touched it."""
    put(store, a_need("mine", community_code=None, location=Location(23.2, 113.3), resident_id="r2"))
    queue = WorkQueue(store)
    assert ids(queue, within=(OTHER_DISTRICT,)) == ["n1"]
    put(store, a_resident("r2", registration_code=OTHER_COMMUNITY, residence_code=OTHER_COMMUNITY))
    assert ids(queue, within=(OTHER_DISTRICT,)) == ["mine", "n1"]
    assert ids(queue, within=(DISTRICT,)) == ["n1", "n2"]


def test_what_is_mine_leaves_with_the_need(store: GraphStore) -> None:
    """A need that takes the place of one that is done is nobody's yet."""
    queue, mine = WorkQueue(store), QueueFilter(is_mine=True)
    put(store, an_audit_event("seen", actor="user:1", action="need.acknowledged", need_id="n2"))
    assert ids(queue, mine) == ["n2"]
    put(store, a_need("n2", status=NeedStatus.COMPLETED))
    put(store, a_need("n9"))
    assert ids(queue) == ["n1", "n9"]
    assert ids(queue, mine) == []

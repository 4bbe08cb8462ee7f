"""What falls due when, on both stores."""

from __future__ import annotations

from datetime import timedelta

from graph_models.domain.needs import Need
from graph_models.domain.referrals import Referral, ReferralStatus
from graph_models.ports import Delete, GraphStore, WriteBatch
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.timetable import Timetable
from tests.builders import NOW, a_need, a_referral
from tests.matcher.closed_loop.towns import an_act, an_offer, put


def due(timetable: Timetable, hours: float) -> list[tuple[type, str]]:
    return [(each.kind, each.key) for each in timetable.due(NOW + timedelta(hours=hours))]


def test_what_was_there_before(store: GraphStore) -> None:
    """After a restart nothing is forgotten; the oldest comes first."""
    soon, later = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    put(store, a_need("n7", answer_due_at=later), a_referral("f7", expires_at=soon), a_referral("f8"))
    timetable = Timetable(store)
    assert due(timetable, 0.9) == []
    assert due(timetable, 1) == [(Referral, "f7")]
    assert due(timetable, 2) == [(Referral, "f7"), (Need, "n7")]


def test_what_changes_is_followed(desk: Desk, store: GraphStore) -> None:
    """Made, answered, deleted: by this process or any other."""
    timetable = Timetable(store)
    need = desk.raise_need(a_need("n3"), an_act())
    assert due(timetable, 24) == [(Need, "n3")]
    made = desk.offer("n3", an_offer(), an_act(), expected_revision=need.revision)
    assert due(timetable, 24) == [(Referral, made.value.id)]
    desk.move(made.value.id, ReferralStatus.ACCEPTED, an_act())
    assert due(timetable, 600) == []
    put(store, a_need("n4", answer_due_at=NOW))
    assert due(timetable, 0) == [(Need, "n4")]
    store.write(WriteBatch("gone", (Delete(Need, "n4"),)))
    assert due(timetable, 0) == []


def test_it_stays_due_until_it_is_done(desk: Desk, store: GraphStore) -> None:
    """A step that failed is tried again."""
    timetable = Timetable(store)
    desk.raise_need(a_need("n3"), an_act())
    for _ in range(2):
        assert due(timetable, 24) == [(Need, "n3")]
    desk.escalate("n3", NOW + timedelta(hours=24))
    assert due(timetable, 24) == []

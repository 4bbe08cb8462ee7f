"""What follows from a change to a need, on both stores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from graph_models.domain.audit import AuditEvent
from graph_models.domain.errors import InvalidValue, NotFound, RevisionConflict
from graph_models.domain.needs import Need, NeedStatus, Urgency
from graph_models.domain.providers import Provider
from graph_models.domain.referrals import ReasonCode, Referral, ReferralStatus
from graph_models.ports import GraphStore, Stored
from matcher.closed_loop.desk import Desk
from tests.builders import COMMUNITY, NOW, a_need
from tests.matcher.closed_loop.towns import OTHER_COMMUNITY, OTHER_DISTRICT, an_act, an_offer, put

S = ReferralStatus
Alter = Callable[[Need], Need]


def setting(**changes: object) -> Alter:
    return lambda need: replace(need, **changes)  # type: ignore[arg-type]  # its own fields


def change(desk: Desk, store: GraphStore, key: str, alter: Alter, hours: int = 0) -> Need:
    act = an_act(at=NOW + timedelta(hours=hours))
    return desk.change_need(key, alter, act, expected_revision=store.get(Need, key).revision).value


def offer(
    desk: Desk, store: GraphStore, provider: str, units: int, status: S | None = None
) -> Stored[Referral]:
    revision = store.get(Need, "n1").revision
    made = desk.offer("n1", an_offer(provider, units), an_act(), expected_revision=revision)
    for each in {None: [], S.ACCEPTED: [S.ACCEPTED], S.COMPLETED: [S.ACCEPTED, S.COMPLETED]}[status]:
        desk.move(made.value.id, each, an_act())
    return store.get(Referral, made.value.id)


def actions(store: GraphStore, key: str) -> list[str]:
    found = (stored.value for stored in store.scan(AuditEvent))
    return [each.action for each in found if each.object_id == key]


class TestRefusals:
    def test_fewer_units_than_are_held_or_served(self, desk: Desk, store: GraphStore) -> None:
        """A need cannot fall behind what providers were promised; nothing is written."""
        offer(desk, store, "p1", 2, S.ACCEPTED)
        with pytest.raises(InvalidValue, match=r"need\.units must be at least 2"):
            change(desk, store, "n1", setting(units=1))
        with pytest.raises(InvalidValue, match=r"need\.is_indivisible must be false"):
            change(desk, store, "n1", setting(is_indivisible=True))
        assert change(desk, store, "n1", setting(units=2)).units == 2

    def test_what_was_not_seen(self, desk: Desk, store: GraphStore) -> None:
        """Another revision, another jurisdiction."""
        with pytest.raises(RevisionConflict):
            desk.change_need("n1", setting(units=4), an_act(), expected_revision=7)
        with pytest.raises(NotFound):
            desk.change_need("n1", setting(units=4), an_act(), expected_revision=1, within=("440105",))
        assert actions(store, "n1") == []


@pytest.mark.parametrize("status", [NeedStatus.REVOKED, NeedStatus.ENTERED_IN_ERROR, NeedStatus.DRAFT])
def test_withdrawn_it_lets_go_of_its_providers(desk: Desk, store: GraphStore, status: NeedStatus) -> None:
    """Whoever holds units has them back at once, and is told why; what was served stays served."""
    live = [offer(desk, store, "p1", 1), offer(desk, store, "p3", 1, S.ACCEPTED)]
    done = offer(desk, store, "p2", 1, S.COMPLETED)
    assert change(desk, store, "n1", setting(status=status)).status is status
    for each in live:
        gone = store.get(Referral, each.value.id).value
        assert (gone.status, gone.reason, gone.expires_at) == (S.CANCELLED, ReasonCode.WITHDRAWN, None)
        assert "referral.cancelled" in actions(store, gone.id)
    assert store.get(Referral, done.value.id) == done
    held = {key: store.get(Provider, key).value.capacity for key in ("p1", "p2", "p3")}
    assert {key: (each.reserved, each.consumed) for key, each in held.items()} == {
        "p1": (0, 0),
        "p2": (0, 2),
        "p3": (0, 0),
    }


def test_its_state_follows_from_its_units(desk: Desk, store: GraphStore) -> None:
    """Fewer of them complete it, more open it again, and nobody completes it by saying so."""
    offer(desk, store, "p1", 2, S.COMPLETED)
    assert change(desk, store, "n1", setting(units=2)).status is NeedStatus.COMPLETED
    assert change(desk, store, "n1", setting(status=NeedStatus.ACTIVE)).status is NeedStatus.COMPLETED
    assert change(desk, store, "n1", setting(units=5)).status is NeedStatus.ACTIVE
    assert change(desk, store, "n2", setting(status=NeedStatus.COMPLETED)).status is NeedStatus.ACTIVE
    told = Counter(actions(store, "n1"))
    assert told == {"need.changed": 3, "need.completed": 1, "need.active": 1}


def test_what_was_loaded_as_completed_stays_so(desk: Desk, store: GraphStore) -> None:
    """Of a need without referrals nothing follows."""
    put(store, a_need("n9", status=NeedStatus.COMPLETED))
    assert change(desk, store, "n9", setting(urgency=Urgency.ASAP)).status is NeedStatus.COMPLETED


@pytest.mark.parametrize("status", [NeedStatus.DRAFT, NeedStatus.REVOKED])
def test_staff_are_called_once_it_is_sought_for(desk: Desk, store: GraphStore, status: NeedStatus) -> None:
    """A draft that is sent is a new need to them, and so is one that was withdrawn by mistake."""
    desk.raise_need(a_need("n3", resident_id="r1", urgency=Urgency.STAT, status=status), an_act())
    assert actions(store, "n3") == ["need.created"]
    sent = change(desk, store, "n3", setting(status=NeedStatus.ACTIVE), hours=1)
    assert (sent.escalation_level, sent.answer_due_at) == (
        "community",
        NOW + timedelta(hours=1, minutes=10),
    )
    [pushed] = [each.value for each in store.scan(AuditEvent) if each.value.action == "need.pushed"]
    assert (pushed.audience, pushed.level) == ((COMMUNITY, OTHER_COMMUNITY), "community")


def test_urgency_shortens_the_clock(desk: Desk, store: GraphStore) -> None:
    """More urgent, it climbs as soon as that asks for; it never climbs later for having been changed."""
    desk.raise_need(a_need("n3"), an_act())
    due = NOW + timedelta(hours=24)
    assert change(desk, store, "n3", setting(units=2), hours=1).answer_due_at == due
    assert change(desk, store, "n3", setting(urgency=Urgency.URGENT), hours=23).answer_due_at == due
    assert change(desk, store, "n3", setting(urgency=Urgency.STAT), hours=1).answer_due_at == NOW + timedelta(
        hours=1, minutes=10
    )
    made = desk.offer("n3", an_offer("p1", 1), an_act(), expected_revision=store.get(Need, "n3").revision)
    assert made.value.status is S.REQUESTED
    assert change(desk, store, "n3", setting(urgency=Urgency.ASAP)).answer_due_at is None


def test_the_clock_stops_with_the_need(desk: Desk, store: GraphStore) -> None:
    """A need that was withdrawn is due no more; opened again by more units, it is."""
    desk.raise_need(a_need("n3"), an_act())
    assert change(desk, store, "n3", setting(status=NeedStatus.REVOKED)).answer_due_at is None
    desk.raise_need(a_need("n4"), an_act())
    made = desk.offer("n4", an_offer("p1"), an_act(), expected_revision=1)
    for status in (S.ACCEPTED, S.COMPLETED):
        desk.move(made.value.id, status, an_act())
    opened = change(desk, store, "n4", setting(units=2), hours=3)
    assert (opened.status, opened.answer_due_at) == (NeedStatus.ACTIVE, NOW + timedelta(hours=27))


def test_repeated_it_takes_effect_once(desk: Desk, store: GraphStore) -> None:
    """With the same outcome, though it is at that revision no more; and no change is no revision."""
    act = an_act("again", request_digest="a" * 64)
    first = desk.change_need("n1", setting(units=4), act, expected_revision=1)
    later = replace(act, at=NOW + timedelta(minutes=1))
    assert desk.change_need("n1", setting(units=4), later, expected_revision=1) == first
    same = desk.change_need("n1", setting(units=4), an_act(), expected_revision=2, within=(OTHER_DISTRICT,))
    assert (same, actions(store, "n1")) == (first, ["need.changed"])

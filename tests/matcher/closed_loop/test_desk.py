"""The use cases of the closed loop on both stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from graph_models.domain.audit import AuditEvent, SuggestionRecord, digest_of
from graph_models.domain.errors import (
    CapacityExceeded,
    IdempotencyConflict,
    InvalidValue,
    NotFound,
    RevisionConflict,
)
from graph_models.domain.identifiers import ProviderId
from graph_models.domain.needs import Need, NeedStatus, Urgency
from graph_models.domain.providers import Provider
from graph_models.domain.referrals import ReasonCode, Referral, ReferralStatus, TransitionNotAllowed
from graph_models.ports import GraphStore, Stored
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.errors import AlreadyAsked, NeedCovered, NeedNotOpen, ProviderExcluded
from matcher.closed_loop.policy import LoopPolicy
from tests.builders import COMMUNITY, DISTRICT, NOW, STREET, a_need
from tests.matcher.closed_loop.towns import (
    CITY,
    OTHER_COMMUNITY,
    OTHER_DISTRICT,
    OTHER_STREET,
    an_act,
    an_offer,
    check_accounts,
    put,
)

S = ReferralStatus


def capacity(store: GraphStore, key: str = "p1") -> tuple[int, int]:
    held = store.get(Provider, key).value.capacity
    return held.reserved, held.consumed


def offer(desk: Desk, store: GraphStore, provider: str = "p1", units: int | None = 2) -> Stored[Referral]:
    revision = store.get(Need, "n1").revision
    return desk.offer("n1", an_offer(provider, units), an_act(), expected_revision=revision)


def events(store: GraphStore) -> list[AuditEvent]:
    return [stored.value for stored in store.scan(AuditEvent)]


def test_an_offer_holds_units(desk: Desk, store: GraphStore) -> None:
    """Until it expires, which is sooner for an urgent need; the provider was asked once more."""
    made = offer(desk, store, "p2", 2).value
    assert (made.status, made.units, made.expires_at) == (S.REQUESTED, 2, NOW + timedelta(days=1))
    provider = store.get(Provider, "p2").value
    assert (provider.capacity.reserved, provider.recent_referrals, provider.last_referral_at) == (2, 1, NOW)
    [event] = events(store)
    assert (event.action, event.object_id, event.actor) == ("referral.requested", made.id, "w1")


def test_help_comes_to_its_end(desk: Desk, store: GraphStore) -> None:
    """Several providers serve one need; it is completed when all its units are."""
    first, second = offer(desk, store, "p1", 1), offer(desk, store, "p2", None)
    assert second.value.units == 2
    for each in (first, second):
        for status in (S.ACCEPTED, S.IN_PROGRESS, S.COMPLETED):
            assert store.get(Need, "n1").value.status is NeedStatus.ACTIVE
            desk.move(each.value.id, status, an_act())
    assert store.get(Need, "n1").value.status is NeedStatus.COMPLETED
    assert (capacity(store), capacity(store, "p2")) == ((0, 1), (0, 3))
    assert [each.action for each in events(store)].count("need.completed") == 1


@pytest.mark.parametrize("status", [S.REJECTED, S.CANCELLED, S.ENTERED_IN_ERROR])
def test_what_comes_to_nothing_is_given_back(desk: Desk, store: GraphStore, status: ReferralStatus) -> None:
    """At once, with the reason on record."""
    made = offer(desk, store)
    assert capacity(store) == (2, 0)
    done = desk.move(made.value.id, status, an_act(), reason=ReasonCode.DECLINED)
    assert (done.value.status, done.value.reason, done.value.expires_at) == (status, "declined", None)
    assert capacity(store) == (0, 0)
    assert "declined" in [each.reason for each in events(store)]


def test_a_completed_one_can_turn_out_to_be_an_error(desk: Desk, store: GraphStore) -> None:
    """Its units come back, and its need is open again."""
    made = offer(desk, store, "p2", 3)
    desk.move(made.value.id, S.ACCEPTED, an_act())
    desk.move(made.value.id, S.COMPLETED, an_act())
    desk.move(made.value.id, S.ENTERED_IN_ERROR, an_act())
    assert capacity(store, "p2") == (0, 1)
    assert store.get(Need, "n1").value.status is NeedStatus.ACTIVE


def test_a_draft_holds_nothing(desk: Desk, store: GraphStore) -> None:
    """Until it is sent, when what it is for must still be open."""
    revision = store.get(Need, "n1").revision
    draft = desk.offer("n1", an_offer("p1", 2, is_draft=True), an_act(), expected_revision=revision)
    assert (draft.value.status, draft.value.expires_at, capacity(store)) == (S.DRAFT, None, (0, 0))
    other = offer(desk, store, "p2", 2)
    with pytest.raises(NeedCovered, match="has 1 open units, 2 wanted"):
        desk.move(draft.value.id, S.REQUESTED, an_act())
    desk.move(other.value.id, S.CANCELLED, an_act(), reason=ReasonCode.UNDONE)
    assert desk.move(draft.value.id, S.REQUESTED, an_act()).value.expires_at is not None
    assert capacity(store) == (2, 0)


def test_what_stands_against_an_offer(desk: Desk, store: GraphStore) -> None:
    """Each with an error of its own; nothing is held then."""
    with pytest.raises(CapacityExceeded, match="'p3' has 1 units left, 2 wanted"):
        offer(desk, store, "p3", 2)
    with pytest.raises(NeedCovered, match="has 3 open units, 4 wanted"):
        offer(desk, store, "p2", 4)
    offer(desk, store, "p1", 1)
    with pytest.raises(AlreadyAsked, match="'p1' is asked already"):
        offer(desk, store, "p1", 1)
    with pytest.raises(RevisionConflict):
        desk.offer("n1", an_offer("p2"), an_act(), expected_revision=1)
    with pytest.raises(NotFound):
        desk.offer("n9", an_offer("p2"), an_act(), expected_revision=1)
    assert capacity(store, "p2") == (0, 1)
    assert len(events(store)) == 1


def test_needs_that_nobody_is_sought_for(desk: Desk) -> None:
    """A need that is closed, one that rules the provider out, and one that must stay whole."""
    closed = desk.raise_need(a_need("n3", status=NeedStatus.REVOKED), an_act())
    with pytest.raises(NeedNotOpen, match="'n3' is revoked"):
        desk.offer("n3", an_offer(), an_act(), expected_revision=closed.revision)
    picky = desk.raise_need(a_need("n4", excluded_provider_ids=("p1",)), an_act())
    with pytest.raises(ProviderExcluded):
        desk.offer("n4", an_offer("p1"), an_act(), expected_revision=picky.revision)
    whole = desk.raise_need(a_need("n5", units=2, is_indivisible=True), an_act())
    with pytest.raises(InvalidValue, match=r"referral\.units must be 2"):
        desk.offer("n5", an_offer("p2", 1), an_act(), expected_revision=whole.revision)


def test_steps_that_are_not_allowed(desk: Desk, store: GraphStore) -> None:
    """Nothing is written: not the state, not the units, not the record."""
    made = offer(desk, store)
    with pytest.raises(TransitionNotAllowed):
        desk.move(made.value.id, S.COMPLETED, an_act())
    with pytest.raises(InvalidValue, match=r"referral\.reason"):
        desk.move(made.value.id, S.REJECTED, an_act())
    with pytest.raises(RevisionConflict):
        desk.move(made.value.id, S.ACCEPTED, an_act(), expected_revision=7)
    assert store.get(Referral, made.value.id) == made
    assert len(events(store)) == 1


def test_handing_on(desk: Desk, store: GraphStore) -> None:
    """One provider is let go and the next one asked in one step, so nobody can come between."""
    first = offer(desk, store, "p1", 2)
    desk.move(first.value.id, S.ACCEPTED, an_act())
    offer(desk, store, "p3", 1)
    next_one = an_offer("p2")
    desk.move(first.value.id, S.FAILED, an_act(), reason=ReasonCode.HANDED_ON, hand_on=next_one)
    made = store.get(Referral, next_one.referral_id).value
    assert (made.units, made.part_of_id, made.status) == (2, first.value.id, S.REQUESTED)
    assert (capacity(store), capacity(store, "p2")) == ((0, 0), (2, 1))


@pytest.mark.parametrize("status", [S.ACCEPTED, S.IN_PROGRESS, S.ON_HOLD, S.COMPLETED])
def test_nobody_hands_on_what_they_keep(desk: Desk, store: GraphStore, status: ReferralStatus) -> None:
    """Units of a need are promised once: a step that keeps or serves them leaves none to be handed on."""
    made = offer(desk, store, "p2", 3)
    if status is not S.ACCEPTED:
        desk.move(made.value.id, S.ACCEPTED, an_act())
    before = store.get(Referral, made.value.id)
    with pytest.raises((NeedCovered, NeedNotOpen)):
        desk.move(made.value.id, status, an_act(), reason=ReasonCode.OTHER, hand_on=an_offer("p1", 1))
    assert (store.get(Referral, made.value.id), capacity(store)) == (before, (0, 0))


def test_a_draft_is_sent_to_whoever_may_be_asked(desk: Desk, store: GraphStore) -> None:
    """Not to a provider that was asked meanwhile, nor to one that the need rules out by now."""
    revision = store.get(Need, "n1").revision
    draft = desk.offer("n1", an_offer("p2", 1, is_draft=True), an_act(), expected_revision=revision)
    other = offer(desk, store, "p2", 1)
    with pytest.raises(AlreadyAsked):
        desk.move(draft.value.id, S.REQUESTED, an_act())
    desk.move(other.value.id, S.CANCELLED, an_act(), reason=ReasonCode.UNDONE)
    need = store.get(Need, "n1")
    excluded = replace(need.value, excluded_provider_ids=(ProviderId("p2"),))
    desk.change_need("n1", lambda _: excluded, an_act(), expected_revision=need.revision)
    with pytest.raises(ProviderExcluded):
        desk.move(draft.value.id, S.REQUESTED, an_act())
    assert capacity(store, "p2") == (0, 1)


def test_repeated_requests_take_effect_once(desk: Desk, store: GraphStore) -> None:
    """With the same outcome, though the need has moved on; another request under the id is refused."""
    revision, act = store.get(Need, "n1").revision, an_act("again", request_digest="a" * 64)
    first = desk.offer("n1", an_offer("p2", 1), act, expected_revision=revision)
    later = replace(act, at=NOW + timedelta(minutes=1))
    assert desk.offer("n1", an_offer("p2", 1), later, expected_revision=revision) == first
    assert capacity(store, "p2") == (1, 1)
    other = replace(later, request_digest="b" * 64)
    with pytest.raises(IdempotencyConflict):
        desk.offer("n1", an_offer("p1", 1), other, expected_revision=revision)
    step = an_act("step", request_digest="c" * 64)
    accepted = desk.move(first.value.id, S.ACCEPTED, step)
    assert desk.move(first.value.id, S.ACCEPTED, replace(step, at=later.at)) == accepted
    assert desk.move(first.value.id, S.ACCEPTED, an_act()) == accepted


def test_a_new_need_is_pushed_to_both_communities(desk: Desk, store: GraphStore) -> None:
    """Where its resident is registered and where help is wanted, at once and on record."""
    need = desk.raise_need(a_need("n3", resident_id="r1", urgency=Urgency.STAT), an_act()).value
    assert (need.escalation_level, need.answer_due_at) == ("community", NOW + timedelta(minutes=10))
    pushed = next(each for each in events(store) if each.action == "need.pushed")
    assert (pushed.audience, pushed.level) == ((COMMUNITY, OTHER_COMMUNITY), "community")


def test_a_loaded_need_is_pushed_once(desk: Desk, store: GraphStore) -> None:
    """As if it were raised then; not again, and not if nobody is sought or somebody is asked."""
    put(store, a_need("n3", status=NeedStatus.DRAFT))
    desk.offer("n2", an_offer(), an_act(), expected_revision=1)
    pushed = [[each for each in ("n1", "n2", "n3") if desk.call(each, NOW)] for _ in range(2)]
    assert pushed == [["n1"], []]
    need = store.get(Need, "n1").value
    assert (need.escalation_level, need.answer_due_at) == ("community", NOW + timedelta(hours=24))
    told = [(each.need_id, each.audience) for each in events(store) if each.action == "need.pushed"]
    assert told == [("n1", (COMMUNITY, OTHER_COMMUNITY))]


def test_a_need_climbs_until_somebody_answers(desk: Desk, store: GraphStore) -> None:
    """Community, street, district, city; each time once, whoever notices and however often."""
    need = desk.raise_need(a_need("n3", resident_id="r1"), an_act()).value
    for _ in range(5):
        due = store.get(Need, "n3").value.answer_due_at
        at = due or NOW + timedelta(days=9)
        desk.escalate("n3", at - timedelta(microseconds=1))
        for _ in range(2):
            desk.escalate("n3", at)
    climbed = [(each.level, each.audience) for each in events(store) if each.action == "need.escalated"]
    assert climbed == [
        ("street", (STREET, OTHER_STREET)),
        ("district", (DISTRICT, OTHER_DISTRICT)),
        ("city", (CITY,)),
    ]
    assert store.get(Need, "n3").value == replace(need, escalation_level="city", answer_due_at=None)


def test_the_clock_stops_while_somebody_acts(desk: Desk, store: GraphStore) -> None:
    """And starts anew when all that was tried came to nothing."""
    need = desk.raise_need(a_need("n3"), an_act())
    made = desk.offer("n3", an_offer(), an_act(), expected_revision=need.revision)
    assert store.get(Need, "n3").value.answer_due_at is None
    later = an_act(at=NOW + timedelta(hours=3))
    desk.move(made.value.id, S.REJECTED, later, reason=ReasonCode.NO_CAPACITY)
    assert store.get(Need, "n3").value.answer_due_at == NOW + timedelta(hours=27)


def test_an_acknowledgement_gives_time_once(desk: Desk, store: GraphStore) -> None:
    """One whole wait at the same level; forgotten after that, the need climbs as if nobody had seen it."""
    desk.raise_need(a_need("n3", urgency=Urgency.STAT), an_act())
    seen_at = NOW + timedelta(minutes=9)
    seen = desk.acknowledge("n3", an_act(at=seen_at)).value
    assert (seen.escalation_level, seen.answer_due_at) == ("community", seen_at + timedelta(minutes=10))
    desk.escalate("n3", NOW + timedelta(minutes=10))
    assert store.get(Need, "n3").value == seen
    desk.escalate("n3", seen_at + timedelta(minutes=10))
    climbed = store.get(Need, "n3").value
    assert (climbed.escalation_level, climbed.answer_due_at) == ("street", NOW + timedelta(minutes=29))


def test_an_acknowledgement_starts_no_clock(desk: Desk) -> None:
    """Where a provider is asked already, nobody is waited for."""
    need = desk.raise_need(a_need("n3"), an_act())
    desk.offer("n3", an_offer(), an_act(), expected_revision=need.revision)
    assert desk.acknowledge("n3", an_act()).value.answer_due_at is None


def test_an_answer_in_the_very_moment_counts(
    desk: Desk, store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accepted after the clock has looked, and before it acts: the hold does not expire."""
    key = desk.offer("n2", an_offer(), an_act(), expected_revision=1).value.id
    act_of_the_clock = desk.move

    def after_the_answer(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.undo()
        desk.move(key, S.ACCEPTED, an_act(), expected_revision=1)
        return act_of_the_clock(*args, **kwargs)

    monkeypatch.setattr(desk, "move", after_the_answer)
    desk.expire(key, NOW + timedelta(days=2))
    assert store.get(Referral, key).value.status is S.ACCEPTED


def test_a_hold_expires_once(desk: Desk, store: GraphStore) -> None:
    """Not before its time, and not after it was answered."""
    first, second = offer(desk, store, "p1", 1), offer(desk, store, "p2", 1)
    desk.move(second.value.id, S.ACCEPTED, an_act())
    for referral in (first, second):
        for hours in (23, 24, 24):
            desk.expire(referral.value.id, NOW + timedelta(hours=hours))
    gone = store.get(Referral, first.value.id).value
    assert (gone.status, gone.reason) == (S.CANCELLED, ReasonCode.EXPIRED)
    assert store.get(Referral, second.value.id).value.status is S.ACCEPTED
    assert (capacity(store), capacity(store, "p2")) == ((0, 0), (1, 1))
    assert [each.actor for each in events(store) if each.reason == "expired"] == ["system"]


def test_the_list_that_was_chosen_from_is_cited(desk: Desk, store: GraphStore) -> None:
    """By its digest, so that it can be erased while the event stays."""
    record = SuggestionRecord("s1", "n1", NOW, "content")
    revision = store.get(Need, "n1").revision
    desk.offer("n1", an_offer("p2"), an_act(), expected_revision=revision, evidence=record)
    [event] = events(store)
    assert (event.suggestion_id, event.evidence_digest) == ("s1", digest_of(record))
    assert store.get(SuggestionRecord, "s1").value == record


def test_foreign_needs_and_referrals_are_not_found(desk: Desk, store: GraphStore) -> None:
    """As if they did not exist; a resident's both communities are at home."""
    made = offer(desk, store)
    for within in ((OTHER_DISTRICT,), (STREET,), None):
        assert desk.case("n1", within).need.value.id == "n1"
    for foreign in (("440105",), ()):
        with pytest.raises(NotFound):
            desk.case("n1", foreign)
        with pytest.raises(NotFound):
            desk.move(made.value.id, S.ACCEPTED, an_act(), within=foreign)
        with pytest.raises(NotFound):
            desk.acknowledge("n1", an_act(), within=foreign)


def test_accounts_hold(desk: Desk, store: GraphStore) -> None:
    """After all of it, what providers hold is what the referrals say."""
    before = {stored.value.id: stored.value.capacity for stored in store.scan(Provider)}
    made = offer(desk, store, "p2", 2)
    desk.move(made.value.id, S.ACCEPTED, an_act())
    offer(desk, store, "p1", 1)
    check_accounts(store, before)


def test_times_are_the_citys() -> None:
    """Every urgency has its own, and none is missing or out of range."""
    with pytest.raises(InvalidValue, match=r"hold_minutes must name each of routine, urgent, asap, stat"):
        LoopPolicy(hold_minutes={Urgency.STAT: 5})
    with pytest.raises(InvalidValue, match=r"answer_minutes\.stat must be from 1"):
        LoopPolicy(answer_minutes={**LoopPolicy().answer_minutes, Urgency.STAT: 0})

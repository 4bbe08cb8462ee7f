"""Erasing a resident: refused while help is under way, complete afterwards, however often it is cut short."""

from __future__ import annotations

from datetime import timedelta

import pytest

from graph_models.domain.audit import AuditEvent, SuggestionRecord
from graph_models.domain.contacts import Contact
from graph_models.domain.errors import NotFound, StoreUnavailable
from graph_models.domain.identifiers import ContactId, NeedId, ProviderId, ResidentId
from graph_models.domain.needs import Need, NeedStatus
from graph_models.domain.people import Resident
from graph_models.domain.places import Location
from graph_models.domain.providers import Capacity
from graph_models.domain.referrals import ReasonCode, Referral, ReferralStatus
from graph_models.domain.schedules import TimeWindow
from graph_models.ports import GraphStore
from graph_models.stores.verification import verify
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.dossier import read_dossier
from matcher.closed_loop.erasure import LiveReferrals, erase_resident
from tests.builders import COMMUNITY, NOW, a_need
from tests.matcher.closed_loop.faults import Faltering, Meddling
from tests.matcher.closed_loop.towns import OTHER_COMMUNITY, an_act, an_offer, check_accounts, put

S = ReferralStatus


@pytest.fixture
def recorded(store: GraphStore) -> GraphStore:
    """The resident of the town with a contact, a second need with all that can be said, and a record."""
    window = TimeWindow(NOW, NOW + timedelta(hours=2))
    telling = a_need(
        "n3",
        resident_id="r1",
        community_code=None,
        location=Location(23.1, 113.2),
        time_window=window,
        excluded_provider_ids=(ProviderId("p3"),),
        status=NeedStatus.COMPLETED,
    )
    put(
        store,
        telling,
        Contact(ContactId("r1"), ResidentId("r1"), "k1", "a2V5", "dGV4dA==", NOW),
        SuggestionRecord("s1", NeedId("n1"), NOW, "content"),
        SuggestionRecord("s2", NeedId("n2"), NOW, "of another resident"),
    )
    return store


def offered(store: GraphStore, desk: Desk, status: ReferralStatus) -> str:
    revision = store.get(Need, "n1").revision
    made = desk.offer("n1", an_offer("p2", 1), an_act(), expected_revision=revision).value.id
    if status is not S.REQUESTED:
        desk.move(made, status, an_act(), reason=ReasonCode.DECLINED)
    return made


def left(store: GraphStore) -> tuple[bool, bool, int, list[str]]:
    """Whether resident and contact are there, how many needs tell whose they are, and which records."""
    people = bool(store.get_many(Resident, ["r1"])), bool(store.get_many(Contact, ["r1"]))
    linked = sum(each.value.resident_id == "r1" for each in store.scan(Need))
    return *people, linked, [each.value.id for each in store.scan(SuggestionRecord)]


EVERYTHING = (True, True, 2, ["s1", "s2"])
NOTHING = (False, False, 0, ["s2"])


class TestRefusals:
    @pytest.mark.parametrize("status", [S.REQUESTED, S.ACCEPTED])
    def test_while_help_is_under_way(self, recorded: GraphStore, desk: Desk, status: ReferralStatus) -> None:
        """Whoever comes would find nobody: the referrals are to be ended first, and nothing is touched."""
        offered(recorded, desk, status)
        with pytest.raises(LiveReferrals, match="1 live referral"):
            erase_resident(recorded, "r1", an_act())
        assert left(recorded) == EVERYTHING

    def test_nobody(self, recorded: GraphStore) -> None:
        """Who is not there, or not in the jurisdiction, is not found."""
        with pytest.raises(NotFound):
            erase_resident(recorded, "r9", an_act())
        with pytest.raises(NotFound):
            erase_resident(recorded, "r1", an_act(), ("440105",))
        assert left(recorded) == EVERYTHING


class TestErased:
    def test_nothing_of_the_person_is_left(self, recorded: GraphStore, desk: Desk) -> None:
        """Resident, contact, links and records go; of a need stays what was asked for, and where about."""
        offered(recorded, desk, S.REJECTED)
        before = recorded.count(AuditEvent)
        erasure = erase_resident(recorded, "r1", an_act(), (COMMUNITY,))
        assert erasure.need_count == 2
        assert left(recorded) == NOTHING
        telling = recorded.get(Need, "n3").value
        assert telling == a_need("n3", community_code=COMMUNITY, status=NeedStatus.COMPLETED)
        opened = recorded.get(Need, "n1").value
        assert (opened.units, opened.status, opened.answer_due_at) == (3, NeedStatus.REVOKED, None)
        assert recorded.count(AuditEvent) == before + 3
        assert recorded.count(Referral) == 1
        assert verify(recorded).fault is None
        check_accounts(recorded, {"p2": Capacity(5, consumed=1)})

    def test_both_communities_hear_of_it(self, recorded: GraphStore) -> None:
        """They were told of the need; so they are told that nothing of its resident may stay."""
        erase_resident(recorded, "r1", an_act())
        told = [each.value for each in recorded.scan(AuditEvent) if each.value.action == "need.erased"]
        assert {each.audience for each in told} == {(COMMUNITY, OTHER_COMMUNITY)}

    def test_what_it_tells(self, recorded: GraphStore) -> None:
        """One event for the resident and one for each need, of ids alone."""
        erase_resident(recorded, "r1", an_act(actor="admin"))
        events = [each.value for each in recorded.scan(AuditEvent)]
        assert sorted((each.action, each.object_id, each.need_id) for each in events) == [
            ("need.erased", "n1", "n1"),
            ("need.erased", "n3", "n3"),
            ("resident.erased", "r1", None),
        ]
        assert {each.actor for each in events} == {"admin"}
        assert {each.request_digest for each in events} == {None}

    def test_cut_short(self, recorded: GraphStore) -> None:
        """In small batches that fail one after the other, each attempt goes on where the last one ended."""
        limited = Faltering(recorded)
        attempts = 0
        while left(recorded) != NOTHING:
            attempts += 1
            limited.allowed = 1
            try:
                erase_resident(limited, "r1", an_act("same"), batch_size=1)  # type: ignore[arg-type]
            except StoreUnavailable:
                assert left(recorded)[0], "the resident goes last"
        assert attempts == 5  # a record, two needs, the contact, the resident
        assert verify(recorded).fault is None

    def test_an_offer_meanwhile(self, recorded: GraphStore, desk: Desk) -> None:
        """An offer between reading and writing is seen: the erasure is decided anew, and refused."""
        meddled = Meddling(recorded, lambda: offered(recorded, desk, S.REQUESTED))
        with pytest.raises(LiveReferrals):
            erase_resident(meddled, "r1", an_act())  # type: ignore[arg-type]
        assert left(recorded) == EVERYTHING


class TestDossier:
    @pytest.mark.parametrize(
        ("path", "opens"),
        [
            ((), False),
            ((S.REQUESTED,), False),
            ((S.REJECTED,), False),
            ((S.ACCEPTED,), True),
            ((S.ACCEPTED, S.IN_PROGRESS), True),
            ((S.ACCEPTED, S.ON_HOLD), True),
            ((S.ACCEPTED, S.COMPLETED), True),
            ((S.ACCEPTED, S.FAILED), False),
            ((S.ACCEPTED, S.CANCELLED), False),
            ((S.ACCEPTED, S.ENTERED_IN_ERROR), False),
        ],
    )
    def test_contact_opens(
        self, store: GraphStore, desk: Desk, path: tuple[ReferralStatus, ...], opens: bool
    ) -> None:
        """With an accepted referral and as long as it has not come to nothing."""
        if path:
            made = offered(store, desk, path[0])
            for status in path[1:]:
                desk.move(made, status, an_act(), reason=ReasonCode.OTHER)
        assert read_dossier(store, "r1").opens_contact is opens

    def test_needs_of_others_open_nothing(self, store: GraphStore, desk: Desk) -> None:
        """Each resident's contact opens by that resident's needs alone."""
        revision = store.get(Need, "n2").revision
        made = desk.offer("n2", an_offer("p2"), an_act(), expected_revision=revision).value.id
        desk.move(made, S.ACCEPTED, an_act())
        assert not read_dossier(store, "r1").opens_contact

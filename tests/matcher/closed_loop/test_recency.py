"""A referral counts for 30 days, on both stores, whatever happens to the clock and to who looks at it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from threading import Barrier

import pytest

from graph_models.domain.errors import StoreUnavailable
from graph_models.domain.needs import Need
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.recency import RECENT, RecentReferral
from graph_models.domain.referrals import ReasonCode, ReferralStatus
from graph_models.ports import GraphStore
from graph_models.stores.opening import open_store
from graph_models.stores.verification import verify
from matcher.closed_loop import recency
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.erasure import erase_resident
from matcher.closed_loop.policy import LoopPolicy
from matcher.closed_loop.recency import lapse
from matcher.closed_loop.timetable import Timetable
from tests.builders import NOW, FixedClock, a_need, a_provider
from tests.contracts.processes import Workers
from tests.matcher.closed_loop.faults import Faltering, Meddling
from tests.matcher.closed_loop.towns import an_act, an_offer, check_accounts, check_counts, put

S = ReferralStatus
MOMENT = timedelta(microseconds=1)
Ask = Callable[..., str]


@pytest.fixture
def ask(store: GraphStore, desk: Desk) -> Ask:
    """Ask a provider, who has units enough, about a need of its own."""
    put(store, *(a_provider(key, capacity=Capacity(50)) for key in ("p1", "p2", "p3")))

    def ask(provider: str = "p1", after: timedelta = timedelta(0), **changes: object) -> str:
        need = f"n{store.count(Need) + 1}"
        put(store, a_need(need))
        act = an_act(at=NOW + after)
        return desk.offer(need, an_offer(provider, **changes), act, expected_revision=1).value.id

    return ask


def tick(store: GraphStore, after: timedelta, timetable: Timetable | None = None) -> None:
    """Do what a process does at some time after `NOW`, one that has just started if it has no timetable."""
    due = (timetable or Timetable(store)).due(NOW + after)
    lapse(store, [each.key for each in due if each.kind is RecentReferral], NOW + after)


def counts(store: GraphStore) -> list[int]:
    return [stored.value.recent_referrals for stored in store.scan(Provider)]


class TestCounting:
    def test_until_thirty_days_are_over(self, store: GraphStore, ask: Ask) -> None:
        """To the microsecond; each referral by itself, and the change is in the feed."""
        ask()
        ask(after=timedelta(days=1))
        tick(store, RECENT - MOMENT)
        assert counts(store) == [2, 0, 0]
        head = store.head()
        tick(store, RECENT)
        assert counts(store) == [1, 0, 0]
        [change_set] = store.changes_since(head)
        assert (Provider, "p1") in {(each.kind, each.key) for each in change_set.changes}
        tick(store, RECENT + timedelta(days=1))
        assert counts(store) == [0, 0, 0]
        assert store.count(RecentReferral) == 0
        assert store.get(Provider, "p1").value.last_referral_at == NOW + timedelta(days=1)

    def test_from_when_it_is_sent(self, store: GraphStore, desk: Desk, ask: Ask) -> None:
        """A draft asks nobody, and waits as long as it likes."""
        draft = ask(is_draft=True)
        assert counts(store) == [0, 0, 0]
        desk.move(draft, S.REQUESTED, an_act(at=NOW + timedelta(days=20)))
        tick(store, RECENT)
        assert counts(store) == [1, 0, 0]
        tick(store, RECENT + timedelta(days=20))
        assert counts(store) == [0, 0, 0]

    def test_who_is_asked_next(self, store: GraphStore, desk: Desk, ask: Ask) -> None:
        """A referral that is handed on counts for both: both were asked."""
        first = ask()
        desk.move(first, S.REJECTED, an_act(), reason=ReasonCode.DECLINED, hand_on=an_offer("p2"))
        assert counts(store) == [1, 1, 0]
        check_counts(store)

    @pytest.mark.parametrize("status", [S.REJECTED, S.CANCELLED, S.ACCEPTED])
    def test_whatever_comes_of_it(
        self, store: GraphStore, desk: Desk, ask: Ask, status: ReferralStatus
    ) -> None:
        """Who was asked was asked, also if the answer was no or nobody waited for it."""
        desk.move(ask(), status, an_act(), reason=ReasonCode.OTHER)
        tick(store, RECENT - MOMENT)
        assert counts(store) == [1, 0, 0]
        tick(store, RECENT)
        assert counts(store) == [0, 0, 0]

    def test_in_error(self, store: GraphStore, desk: Desk, ask: Ask) -> None:
        """What should never have been counts no longer, others go on; once it has lapsed, nothing changes."""
        wrong, _ = ask(), ask()
        desk.move(wrong, S.ENTERED_IN_ERROR, an_act(at=NOW + timedelta(days=1)))
        assert counts(store) == [1, 0, 0]
        late = ask("p2")
        tick(store, RECENT)
        desk.move(late, S.ENTERED_IN_ERROR, an_act(at=NOW + RECENT))
        assert counts(store) == [0, 0, 0]
        assert store.count(RecentReferral) == 0

    def test_undone(self, store: GraphStore, desk: Desk, ask: Ask) -> None:
        """A mis-click: the provider is to the letter as it was, a number that a load gave it as well."""
        put(store, a_provider("p2", recent_referrals=7, last_referral_at=NOW - timedelta(days=2)))
        before = store.get(Provider, "p2").value
        made = ask("p2")
        assert store.get(Provider, "p2").value.recent_referrals == 8
        desk.move(made, S.CANCELLED, an_act(), reason=ReasonCode.UNDONE)
        assert store.get(Provider, "p2").value == before
        assert store.count(RecentReferral) == 0

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    @pytest.mark.parametrize("hours", [(0, 1, 2), (0, 0, 0), (2, 1, 1)])
    def test_several_undone(
        self, store: GraphStore, desk: Desk, ask: Ask, order: tuple[int, ...], hours: tuple[int, ...]
    ) -> None:
        """In any order, at different times, at one, or under a clock that was set back."""
        made = [ask(after=timedelta(hours=each)) for each in hours]
        left = dict(zip(made, hours, strict=True))
        for which in order:
            desk.move(made[which], S.CANCELLED, an_act(), reason=ReasonCode.UNDONE)
            del left[made[which]]
            held = store.get(Provider, "p1").value
            last = NOW + timedelta(hours=max(left.values())) if left else None
            assert (held.recent_referrals, held.last_referral_at) == (len(left), last)

    def test_undone_and_asked_once_more(self, store: GraphStore, desk: Desk, ask: Ask) -> None:
        """In one step: what was before the first is remembered."""
        made, following = ask(), an_offer(units=1)
        desk.move(made, S.CANCELLED, an_act(), reason=ReasonCode.UNDONE, hand_on=following)
        assert counts(store) == [1, 0, 0]
        desk.move(following.referral_id, S.CANCELLED, an_act(), reason=ReasonCode.UNDONE)
        assert counts(store) == [0, 0, 0]
        assert store.get(Provider, "p1").value.last_referral_at is None

    def test_answered_is_not_undone(self, store: GraphStore, desk: Desk, ask: Ask) -> None:
        """Who has said yes was asked, whatever reason is given later."""
        made = ask()
        desk.move(made, S.ACCEPTED, an_act())
        desk.move(made, S.CANCELLED, an_act(), reason=ReasonCode.UNDONE)
        assert counts(store) == [1, 0, 0]
        assert store.get(Provider, "p1").value.last_referral_at == NOW

    def test_undone_while_it_lapses(self, store: GraphStore, ask: Ask) -> None:
        """What the clock has taken off in this moment is not taken off once more."""
        made, _ = ask(), ask(after=timedelta(days=1))
        meddling = Meddling(store, lambda: tick(store, RECENT))
        Desk(meddling, LoopPolicy()).move(made, S.ENTERED_IN_ERROR, an_act())  # type: ignore[arg-type]
        assert counts(store) == [1, 0, 0]
        check_counts(store)

    @pytest.mark.parametrize("first", [0, 1])
    def test_two_undone_at_once(self, store: GraphStore, desk: Desk, ask: Ask, first: int) -> None:
        """One is decided on records that the other changes: it is decided anew."""
        made = [ask(), ask(after=timedelta(hours=1))]
        meddling = Meddling(
            store, lambda: desk.move(made[1 - first], S.CANCELLED, an_act(), reason=ReasonCode.UNDONE)
        )
        other = Desk(meddling, LoopPolicy())  # type: ignore[arg-type]
        other.move(made[first], S.CANCELLED, an_act(), reason=ReasonCode.UNDONE)
        assert store.get(Provider, "p1").value.last_referral_at is None
        assert counts(store) == [0, 0, 0]
        check_counts(store)

    def test_of_a_resident_who_is_erased(self, store: GraphStore, desk: Desk) -> None:
        """The provider was asked all the same, and for no longer than for anybody else."""
        revision = store.get(Need, "n1").revision
        made = desk.offer("n1", an_offer("p2", 1), an_act(), expected_revision=revision).value.id
        desk.move(made, S.REJECTED, an_act(), reason=ReasonCode.DECLINED)
        erase_resident(store, "r1", an_act())
        check_counts(store)
        assert counts(store) == [0, 1, 0]
        tick(store, RECENT)
        assert counts(store) == [0, 0, 0]


class TestOnce:
    def test_done_again(self, store: GraphStore, ask: Ask) -> None:
        """A second time there is nothing to do, for who did it and for who has just read what is due."""
        ask()
        ask("p2", timedelta(days=1))
        timetable = Timetable(store)
        due = [each.key for each in timetable.due(NOW + RECENT)]
        tick(store, RECENT, timetable)
        head = store.head()
        tick(store, RECENT, timetable)
        tick(store, RECENT)
        lapse(store, due, NOW + RECENT)
        assert (store.head(), counts(store)) == (head, [0, 1, 0])

    def test_two_at_once(self, store: GraphStore, store_url: str, ask: Ask) -> None:
        """Two openings of the store with a timetable each that both take it for their turn."""
        for number in range(6):
            ask("p2", timedelta(hours=number % 3))
        together = Barrier(2)

        def work(_: int) -> None:
            with open_store(store_url, FixedClock()) as other:
                timetable = Timetable(other)
                for hours in range(3):
                    together.wait(60)
                    tick(other, RECENT + timedelta(hours=hours), timetable)

        ask("p2", timedelta(days=2))
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(work, range(2)))
        assert counts(store) == [0, 1, 0]
        check_counts(store)

    def test_two_processes(self, store: GraphStore, store_url: str, ask: Ask) -> None:
        """Nothing is shared but the store; what is not due stays."""
        for provider in ("p1", "p2", "p3"):
            ask(provider)
        ask("p2", timedelta(days=1))
        with Workers(store_url) as workers:
            workers.run([["lapse", "30"] for _ in range(2)])
        assert counts(store) == [0, 1, 0]
        check_counts(store)
        assert verify(store).fault is None

    def test_cut_short(self, store: GraphStore, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        """Between two pages: what is done is done, the rest is done by who comes next."""
        monkeypatch.setattr(recency, "AT_ONCE", 1)
        for provider in ("p1", "p2", "p3"):
            ask(provider)
        for left in (2, 1):
            with pytest.raises(StoreUnavailable):
                tick(Faltering(store, allowed=1), RECENT)  # type: ignore[arg-type]
            assert sum(counts(store)) == left
            check_counts(store)
        tick(store, RECENT)
        assert counts(store) == [0, 0, 0]

    def test_more_than_a_batch(self, store: GraphStore, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        """After a long silence one provider can have more to lapse than is done at once."""
        monkeypatch.setattr(recency, "_RECORDS_AT_ONCE", 2)
        for _ in range(3):
            ask()
        tick(store, RECENT)
        assert counts(store) == [1, 0, 0]
        check_counts(store)
        tick(store, RECENT)
        assert counts(store) == [0, 0, 0]


class TestMeanwhile:
    def test_asked(self, store: GraphStore, ask: Ask) -> None:
        """In the very moment in which an older one lapses: the new one counts."""
        ask("p2")
        tick(Meddling(store, lambda: ask("p2", RECENT)), RECENT)  # type: ignore[arg-type]
        assert counts(store) == [0, 1, 0]
        check_counts(store)

    def test_loaded(self, store: GraphStore, ask: Ask) -> None:
        """A load gave a number that no record backs: with the first that lapses it is counted anew."""
        ask("p2")
        ask("p2", timedelta(days=1))
        held = store.get(Provider, "p2").value
        put(store, a_provider("p2", capacity=held.capacity, recent_referrals=7, last_referral_at=NOW))
        tick(store, RECENT)
        assert counts(store) == [0, 1, 0]

    def test_somebody_is_about_to_write(self, store: GraphStore, desk: Desk, ask: Ask) -> None:
        """Lapsing touches neither referral nor need: whoever is about to write upon them may."""
        made = ask()
        revision = store.get(Need, "n3").revision
        tick(store, RECENT)
        assert store.get(Need, "n3").revision == revision
        desk.move(made, S.ACCEPTED, an_act(), expected_revision=1)
        check_accounts(store)


def test_a_clock_that_jumps(store: GraphStore, ask: Ask) -> None:
    """Forwards and back: what lapsed early has lapsed, and what is asked then counts its own 30 days."""
    ask("p2")
    timetable = Timetable(store)
    tick(store, RECENT + timedelta(hours=1), timetable)
    ask("p2", timedelta(hours=1))
    tick(store, timedelta(hours=2), timetable)
    assert counts(store) == [0, 1, 0]
    tick(store, RECENT + timedelta(hours=1) - MOMENT, timetable)
    assert counts(store) == [0, 1, 0]
    tick(store, RECENT + timedelta(hours=1), timetable)
    assert counts(store) == [0, 0, 0]


def test_holds_and_counts_together(store: GraphStore, ask: Ask) -> None:
    """One referral waits for two things, and each comes at its time."""
    made = ask()
    timetable = Timetable(store)
    hold = LoopPolicy().hold(store.get(Need, "n3").value.urgency)
    assert [each.at for each in timetable.due(NOW + RECENT)] == [NOW + hold, NOW + RECENT]
    Desk(store, LoopPolicy()).expire(made, NOW + hold)
    assert [each.kind for each in timetable.due(NOW + RECENT)] == [RecentReferral]

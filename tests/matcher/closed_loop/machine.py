"""Any sequence of offers, answers, expiries and repetitions, against a model in plain Python."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from graph_models.domain.audit import AuditEvent
from graph_models.domain.errors import CapacityExceeded, Conflict, InvalidValue, LastMeterError
from graph_models.domain.needs import Need
from graph_models.domain.providers import Provider
from graph_models.domain.recency import RECENT, RecentReferral
from graph_models.domain.referrals import ReasonCode, Referral, ReferralStatus
from graph_models.ports import GraphStore
from matcher.closed_loop.acts import Act
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.policy import LoopPolicy
from matcher.closed_loop.recency import lapse
from matcher.closed_loop.referring import Offer
from matcher.closed_loop.timetable import Timetable
from tests.builders import NOW
from tests.matcher.closed_loop.towns import put, town

RESERVING = {"requested", "accepted", "in-progress", "on-hold"}
NEXT = {
    "draft": {"requested"},
    "requested": {"accepted", "rejected", "cancelled"},
    "accepted": {"in-progress", "on-hold", "completed", "failed", "cancelled"},
    "in-progress": {"on-hold", "completed", "failed", "cancelled"},
    "on-hold": {"in-progress", "completed", "failed", "cancelled"},
}
WANTED = {"n1": 3, "n2": 1}
TOTAL = {"p1": (2, 0), "p2": (5, 1), "p3": (1, 0)}
HOLD = timedelta(days=1)
REASONS = [None, ReasonCode.OTHER, ReasonCode.UNDONE]


class Model:
    """What should be true: a list of referrals and nothing else; all that matters is counted from it."""

    def __init__(self) -> None:
        self.referrals: dict[str, dict[str, object]] = {}

    def of(self, **wanted: object) -> list[dict[str, object]]:
        return [
            each
            for each in self.referrals.values()
            if all(each[name] == held for name, held in wanted.items())
        ]

    def reserved(self, **wanted: object) -> int:
        return sum(int(str(each["units"])) for each in self.of(**wanted) if each["status"] in RESERVING)

    def consumed(self, **wanted: object) -> int:
        return sum(int(str(each["units"])) for each in self.of(**wanted) if each["status"] == "completed")

    def open(self, need: str) -> int:
        return max(0, WANTED[need] - self.reserved(need=need) - self.consumed(need=need))

    def recent(self, provider: str) -> int:
        return sum(each["counts_until"] is not None for each in self.of(provider=provider))

    def last_asked(self, provider: str) -> datetime | None:
        asked = [each["asked_at"] for each in self.of(provider=provider)]
        return max((each for each in asked if isinstance(each, datetime)), default=None)

    def has_lapsed(self, provider: str) -> bool:
        return any(each["asked_at"] and not each["counts_until"] for each in self.of(provider=provider))

    def free(self, provider: str) -> int:
        total, before = TOTAL[provider]
        return total - before - self.reserved(provider=provider) - self.consumed(provider=provider)

    def is_asked(self, need: str, provider: str) -> bool:
        return any(each["status"] in RESERVING for each in self.of(need=need, provider=provider))

    def may_ask(self, need: str, provider: str, units: int, *, is_draft: bool = False) -> bool:
        is_open = self.need_status(need) == "active" and units <= self.open(need)
        return is_open and not self.is_asked(need, provider) and (is_draft or units <= self.free(provider))

    def may_move(self, held: dict[str, object], status: str, *, has_reason: bool) -> bool:
        if status == held["status"] or (
            status != "entered-in-error" and status not in NEXT.get(str(held["status"]), ())
        ):
            return False
        if status == "requested":
            return self.may_ask(str(held["need"]), str(held["provider"]), int(str(held["units"])))
        return has_reason or status not in {"rejected", "cancelled", "on-hold", "failed"}

    def need_status(self, need: str) -> str:
        if self.consumed(need=need) >= WANTED[need]:
            return "completed"
        held = [each["status"] for each in self.of(need=need) if each["status"] in RESERVING]
        return "on-hold" if held and not self.open(need) and set(held) == {"on-hold"} else "active"


class LoopMachine(RuleBasedStateMachine):
    """Subclasses set `store`; each run begins with an empty one."""

    store: GraphStore

    @initialize()
    def begin(self) -> None:
        put(self.store, *town())
        self.desk = Desk(self.store, LoopPolicy())
        self.timetable = Timetable(self.store)
        self.model = Model()
        self.now = NOW
        self.steps = 0
        self.last: tuple[Act, str, Offer, int] | None = None

    def act(self) -> Act:
        self.steps += 1
        return Act("w1", "dispatcher", self.now, f"step-{self.steps}", request_digest=f"{self.steps}")

    @rule(
        need=st.sampled_from(sorted(WANTED)),
        provider=st.sampled_from(sorted(TOTAL)),
        units=st.sampled_from([1, 1, 1, 2, 3, 4]),
        is_stale=st.sampled_from([False, False, False, True]),
        is_draft=st.sampled_from([False, False, True]),
    )
    def offer(self, need: str, provider: str, units: int, is_stale: bool, is_draft: bool) -> None:
        act, key = self.act(), f"f{self.steps:03}"
        revision = self.store.get(Need, need).revision - is_stale
        is_possible = not is_stale and self.model.may_ask(need, provider, units, is_draft=is_draft)
        offer = Offer(key, provider, units, is_draft)  # type: ignore[arg-type]
        self._offer(act, need, offer, revision, is_possible)
        if is_possible:
            self._note(key, need, provider, units, "draft" if is_draft else "requested")
            self.last = (act, need, offer, revision)

    def _note(self, key: str, need: str, provider: str, units: int, status: str) -> None:
        self.model.referrals[key] = {
            "need": need,
            "provider": provider,
            "units": units,
            "status": status,
            "due": self.now + HOLD,
            "counts_until": self.now + RECENT if status == "requested" else None,
            "asked_at": self.now if status == "requested" else None,
        }

    def _take(self, held: dict[str, object], status: str, reason: ReasonCode | None) -> None:
        if status == "requested" != held["status"]:
            held |= {"counts_until": self.now + RECENT, "asked_at": self.now}
        is_undone = (held["status"], status, reason) == ("requested", "cancelled", ReasonCode.UNDONE)
        if (is_undone or status == "entered-in-error" != held["status"]) and held["counts_until"]:
            held |= {"counts_until": None, "asked_at": None}
        held |= {"status": status, "due": self.now + HOLD}

    def _offer(self, act: Act, need: str, offer: Offer, revision: int, is_possible: bool) -> None:
        try:
            made = self.desk.offer(need, offer, act, expected_revision=revision)
        except (Conflict, CapacityExceeded, InvalidValue):
            assert not is_possible
        else:
            assert is_possible
            assert (made.value.id, made.value.units) == (offer.referral_id, offer.units)

    @rule()
    def repeat(self) -> None:
        """A retry of what was acknowledged changes nothing, whatever happened since."""
        if self.last is not None:
            head = self.store.head()
            self._offer(*self.last, is_possible=True)
            assert self.store.head() == head

    def _some(self, which: int, way: int) -> tuple[str, str]:
        """A referral that is not over, where there is one, and mostly a state that it may go into."""
        going = [key for key, each in self.model.referrals.items() if each["status"] in NEXT]
        keys = sorted(going if going and which % 4 else self.model.referrals)
        key = keys[which % len(keys)]
        ways = sorted(NEXT.get(str(self.model.referrals[key]["status"]), ())) * 4 + sorted(ReferralStatus)
        return key, str(ways[way % len(ways)])

    @precondition(lambda self: self.model.referrals)
    @rule(which=st.integers(0, 40), way=st.integers(0, 60), reason=st.sampled_from(REASONS))
    def move(self, which: int, way: int, reason: ReasonCode | None) -> None:
        key, wanted = self._some(which, way)
        held, status = self.model.referrals[key], ReferralStatus(wanted)
        is_possible = status == held["status"] or self.model.may_move(
            held, status, has_reason=reason is not None
        )
        try:
            self.desk.move(key, status, self.act(), reason=reason)
        except LastMeterError:
            assert not is_possible
        else:
            assert is_possible
            if status != held["status"]:
                self._take(held, str(status), reason)

    @precondition(lambda self: self.model.referrals)
    @rule(
        which=st.integers(0, 40),
        way=st.integers(0, 60),
        provider=st.sampled_from(sorted(TOTAL)),
        units=st.sampled_from([1, 1, 2, 3]),
        reason=st.sampled_from(REASONS[1:]),
    )
    def hand_on(self, which: int, way: int, provider: str, units: int, reason: ReasonCode) -> None:
        """Another provider is asked for what the step leaves open, or neither happens."""
        key, status = self._some(which, way)
        held, act, following = self.model.referrals[key], self.act(), f"f{self.steps:03}"
        before, need = dict(held), str(held["need"])
        is_possible = self.model.may_move(held, status, has_reason=True)
        self._take(held, status, reason)
        is_possible = is_possible and self.model.may_ask(need, provider, units)
        offer = Offer(following, provider, units)  # type: ignore[arg-type]
        try:
            self.desk.move(key, ReferralStatus(status), act, reason=reason, hand_on=offer)
        except LastMeterError:
            assert not is_possible
            held |= before
        else:
            assert is_possible
            self._note(following, need, provider, units, "requested")

    @rule(hours=st.sampled_from([-1, 1, 12, 25, 24 * 20]))
    def time_passes(self, hours: int) -> None:
        """Also backwards, as clocks do; what has expired by then is given back."""
        self.now += timedelta(hours=hours)
        due = self.timetable.due(self.now)
        assert {each.kind for each in due} <= {Referral, RecentReferral}
        for entry in due:
            if entry.kind is Referral:
                self.desk.expire(entry.key, self.now)
        lapse(self.store, [each.key for each in due if each.kind is RecentReferral], self.now)
        for each in self.model.of(status="requested"):
            if each["due"] <= self.now:  # type: ignore[operator]
                each["status"] = "cancelled"
        for each in self.model.referrals.values():
            if each["counts_until"] is not None and each["counts_until"] <= self.now:  # type: ignore[operator]
                each["counts_until"] = None

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        if not hasattr(self, "model"):
            return
        for key, (total, before) in TOTAL.items():
            capacity = self.store.get(Provider, key).value.capacity
            assert capacity.reserved == self.model.reserved(provider=key)
            assert capacity.consumed == before + self.model.consumed(provider=key)
            assert 0 <= capacity.remaining <= total
            provider = self.store.get(Provider, key).value
            assert provider.recent_referrals == self.model.recent(key)
            # What was asked under a clock that was set back is not remembered once it has lapsed.
            if not self.model.has_lapsed(key):
                assert provider.last_referral_at == self.model.last_asked(key)
        for key in WANTED:
            assert self.store.get(Need, key).value.status == self.model.need_status(key)
        stored = {each.value.id: str(each.value.status) for each in self.store.scan(Referral)}
        assert stored == {key: each["status"] for key, each in self.model.referrals.items()}

    def teardown(self) -> None:
        if hasattr(self, "model"):
            told = [each.value for each in self.store.scan(AuditEvent)]
            assert all(each.actor for each in told)
            last: dict[str, str] = {}
            for each in told:
                if each.object_kind == "Referral":
                    last.setdefault(each.object_id, "")
                    last[each.object_id] = each.action.removeprefix("referral.")
            assert set(last) == set(self.model.referrals)

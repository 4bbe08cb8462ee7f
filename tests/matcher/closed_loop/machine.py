"""Any sequence of offers, answers, expiries and repetitions, against a model in plain Python."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

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

    def free(self, provider: str) -> int:
        total, before = TOTAL[provider]
        return total - before - self.reserved(provider=provider) - self.consumed(provider=provider)

    def is_asked(self, need: str, provider: str) -> bool:
        return any(each["status"] in RESERVING for each in self.of(need=need, provider=provider))

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
        self.last: tuple[Act, str, str, str, int, int] | None = None

    def act(self) -> Act:
        self.steps += 1
        return Act("w1", "dispatcher", self.now, f"step-{self.steps}", request_digest=f"{self.steps}")

    @rule(
        need=st.sampled_from(sorted(WANTED)),
        provider=st.sampled_from(sorted(TOTAL)),
        units=st.integers(1, 4),
        is_stale=st.booleans(),
    )
    def offer(self, need: str, provider: str, units: int, is_stale: bool) -> None:
        act, key = self.act(), f"f{self.steps:03}"
        revision = self.store.get(Need, need).revision - is_stale
        is_possible = (
            not is_stale
            and self.model.need_status(need) == "active"
            and units <= self.model.open(need)
            and units <= self.model.free(provider)
            and not self.model.is_asked(need, provider)
        )
        self._offer(act, key, need, provider, units, revision, is_possible)
        if is_possible:
            self.model.referrals[key] = {
                "need": need,
                "provider": provider,
                "units": units,
                "status": "requested",
                "due": self.now + HOLD,
                "counts_until": self.now + RECENT,
            }
            self.last = (act, key, need, provider, units, revision)

    def _offer(
        self, act: Act, key: str, need: str, provider: str, units: int, revision: int, is_possible: bool
    ) -> None:
        offer = Offer(key, provider, units)  # type: ignore[arg-type]
        try:
            made = self.desk.offer(need, offer, act, expected_revision=revision)
        except (Conflict, CapacityExceeded, InvalidValue):
            assert not is_possible
        else:
            assert is_possible
            assert (made.value.id, made.value.units) == (key, units)

    @rule()
    def repeat(self) -> None:
        """A retry of what was acknowledged changes nothing, whatever happened since."""
        if self.last is not None:
            head = self.store.head()
            self._offer(*self.last, is_possible=True)
            assert self.store.head() == head

    @rule(which=st.integers(0, 20), status=st.sampled_from(list(ReferralStatus)), has_reason=st.booleans())
    def move(self, which: int, status: ReferralStatus, has_reason: bool) -> None:
        if not self.model.referrals:
            return
        key = sorted(self.model.referrals)[which % len(self.model.referrals)]
        held = self.model.referrals[key]
        needs_reason = status in {"rejected", "cancelled", "on-hold", "failed"}
        is_same = status == held["status"]
        is_correction = status == "entered-in-error"
        is_possible = is_same or (
            (is_correction or status in NEXT.get(str(held["status"]), ()))
            and (has_reason or not needs_reason)
        )
        reason = ReasonCode.OTHER if has_reason else None
        try:
            self.desk.move(key, status, self.act(), reason=reason)
        except LastMeterError:
            assert not is_possible
        else:
            assert is_possible
            held["status"] = str(status)
            if is_correction and not is_same and held["counts_until"] is not None:
                held["counts_until"] = self.now

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
            assert self.store.get(Provider, key).value.recent_referrals == self.model.recent(key)
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

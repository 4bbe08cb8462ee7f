"""Order within a need, and nothing lost, whatever fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, count, repeat

from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.webhooks.outcomes import Delivered, Gone, Outcome, Retry
from api.webhooks.plan import carry_out, due_lanes
from api.webhooks.schedule import MAX_ATTEMPTS
from graph_models.domain.identifiers import DeliveryId, EndpointId, NeedId
from graph_models.domain.notifications import Delivery
from tests.builders import NOW, FixedClock

HOUR = timedelta(hours=1)
LATER = NOW + HOUR


def a_delivery(number: int, need: str | None = "n1", thing: str = "f1", due: datetime = NOW) -> Delivery:
    need_id = None if need is None else NeedId(need)
    return Delivery(
        DeliveryId(f"d{number}"), EndpointId("e1"), f"a{number}", number + 1, 0, thing, 0, due, need_id
    )


def ids(lanes: list[list[Delivery]]) -> list[list[str]]:
    return [[each.id for each in lane] for lane in lanes]


def test_one_need_is_one_lane() -> None:
    deliveries = [a_delivery(2), a_delivery(1, "n2"), a_delivery(0)]
    assert ids(due_lanes(deliveries, NOW)) == [["d0", "d2"], ["d1"]]


def test_within_a_change_set_the_place_decides() -> None:
    first, second = a_delivery(1), replace(a_delivery(0), sequence=2, position=1)
    assert ids(due_lanes([second, first], NOW)) == [["d1", "d0"]]


def test_without_need_one_object_is_one_lane() -> None:
    """A need and an object of the same id are not the same."""
    deliveries = [
        a_delivery(0, None, "x"),
        a_delivery(1, "x"),
        a_delivery(2, None, "y"),
        a_delivery(3, None, "x"),
    ]
    assert ids(due_lanes(deliveries, NOW)) == [["d0", "d3"], ["d1"], ["d2"]]


def test_a_message_waits_for_an_earlier_one_that_is_not_due() -> None:
    deliveries = [
        a_delivery(0, due=LATER),
        a_delivery(1),
        a_delivery(2, "n2"),
        a_delivery(3, "n2", due=LATER),
    ]
    assert ids(due_lanes(deliveries, NOW)) == [["d2"]]


def test_who_has_waited_longest_is_first() -> None:
    deliveries = [a_delivery(0, "n1", due=NOW), a_delivery(1, "n2", due=NOW - timedelta(seconds=1))]
    assert ids(due_lanes(deliveries, NOW)) == [["d1"], ["d0"]]


def test_those_behind_a_dead_message_wait_until_it_is_recorded_as_dead() -> None:
    """If the record is lost the dead one is tried again, and must not arrive behind them."""
    last = replace(a_delivery(0), attempts=MAX_ATTEMPTS - 1)
    failing = {"d0": Retry("status 500")}
    result = carry_out(
        [last, a_delivery(1)], lambda: NOW, lambda each: failing.get(each.id, Delivered()), 9, HOUR
    )
    assert result.failed[last.id].is_dead
    assert result.arrived == set()


def test_a_receiver_that_is_away_is_asked_once_a_round() -> None:
    asked: list[str] = []

    def attempt(delivery: Delivery) -> Outcome:
        asked.append(delivery.id)
        return Retry("no answer", concerns_endpoint=True)

    carry_out([a_delivery(each, f"n{each}") for each in range(9)], lambda: NOW, attempt, 9, HOUR)
    assert asked == ["d0"]


def test_a_receiver_that_is_gone_is_asked_nothing_more() -> None:
    result = carry_out([a_delivery(0), a_delivery(1, "n2")], lambda: NOW, lambda _: Gone(), 9, HOUR)
    assert (result.is_gone, result.arrived, result.failed) == (True, set(), {})


def test_a_round_ends_after_its_attempts() -> None:
    result = carry_out([a_delivery(each) for each in range(9)], lambda: NOW, lambda _: Delivered(), 4, HOUR)
    assert result.arrived == {"d0", "d1", "d2", "d3"}


def test_a_round_ends_after_its_time() -> None:
    clock = FixedClock()

    def attempt(_: Delivery) -> Outcome:
        clock.instant += timedelta(seconds=4)
        return Delivered()

    result = carry_out([a_delivery(each) for each in range(9)], clock.now, attempt, 9, timedelta(seconds=8))
    assert result.arrived == {"d0", "d1"}


OUTCOMES = st.sampled_from(
    [Delivered(), Retry("status 500"), Retry("no answer", 30.0, concerns_endpoint=True)]
)


@settings(max_examples=400)  # most failures are boring
@example(  # dead, released, and then the record of both is lost
    needs=["n1", "n1"],
    arrivals=[0] * 6,
    tries=1,
    outcomes=[Retry("status 500")],
    then=Delivered(),
    lost=[True],
    max_attempts=4,
)
@given(
    needs=st.lists(st.sampled_from(["n1", "n2", None]), min_size=1, max_size=6),
    arrivals=st.lists(st.integers(0, 3), min_size=6, max_size=6),
    tries=st.integers(1, 3),
    outcomes=st.lists(OUTCOMES, min_size=12, max_size=12),
    then=OUTCOMES,
    lost=st.lists(st.booleans(), min_size=5, max_size=5),
    max_attempts=st.integers(1, 4),
)
def test_any_failures_leave_order_and_messages_intact(
    needs: list[str | None],
    arrivals: list[int],
    tries: int,
    outcomes: list[Outcome],
    then: Outcome,
    lost: list[bool],
    max_attempts: int,
) -> None:
    """Also where a worker dies between the attempts and the record of them."""
    script = chain(outcomes, repeat(then))
    taken: list[str] = []

    def attempt(delivery: Delivery) -> Outcome:
        outcome = next(script)
        if isinstance(outcome, Delivered):
            taken.append(delivery.id)
        return outcome

    clock = FixedClock()
    coming = [replace(a_delivery(n, need), attempts=MAX_ATTEMPTS - tries) for n, need in enumerate(needs)]
    waits = sorted(arrivals[: len(needs)])
    pending: dict[str, Delivery] = {}
    dead: set[str] = set()
    for number in count():
        while waits and waits[0] <= number:
            new = replace(coming[len(coming) - len(waits)], next_attempt_at=clock.instant)
            pending[new.id] = new
            waits.pop(0)
        result = carry_out(pending.values(), clock.now, attempt, max_attempts, HOUR)
        if not any(lost[number : number + 1]):
            pending = {key: result.failed.get(key, each) for key, each in pending.items()}
            dead |= {key for key, each in pending.items() if each.is_dead}
            pending = {key: each for key, each in pending.items() if key not in dead | result.arrived}
        if not waits and not pending:
            break
        if number % 2:
            continue  # a round in which nothing new is due
        times = {each.next_attempt_at for each in pending.values()}
        clock.instant = min((each for each in times if each > clock.instant), default=clock.instant)

    assert set(taken) | dead == {each.id for each in coming}
    for need in set(needs):
        first_seen = [each for each in dict.fromkeys(taken) if needs[int(each[1:])] == need]
        assert first_seen == sorted(first_seen)

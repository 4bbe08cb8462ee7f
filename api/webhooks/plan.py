"""Which messages go out now, and in which order.

A *lane* holds the messages of one need, or of one object where there is no need, oldest first.
Within a lane a message goes out only when all before it have arrived or are dead; lanes do not wait
for one another. Nothing here knows of a network or a store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.webhooks.outcomes import Delivered, Gone, Outcome, Retry
from api.webhooks.schedule import after_failure
from graph_models.domain.identifiers import DeliveryId
from graph_models.domain.notifications import Delivery

Lane = list[Delivery]


@dataclass(slots=True)
class Round:
    """What one round of attempts to one endpoint came to.

    Parameters
    ----------
    arrived
        Taken by the receiver.
    failed
        As they are after the failure: with a later time, or dead.
    is_gone
        Whether the receiver wants nothing more.
    """

    arrived: set[DeliveryId]
    failed: dict[DeliveryId, Delivery]
    is_gone: bool = False


def carry_out(
    pending: Iterable[Delivery],
    now: Callable[[], datetime],
    attempt: Callable[[Delivery], Outcome],
    max_attempts: int,
    max_duration: timedelta,
) -> Round:
    """Attempt what is due, until it was enough for one round or the endpoint itself fails.

    No attempt begins after `max_duration`; the one that is under way then is not cut short.
    """
    result = Round(set(), {})
    attempts_left, start = max_attempts, now()
    for lane in due_lanes(pending, start):
        for delivery in lane:
            if attempts_left == 0 or now() - start >= max_duration:
                return result
            attempts_left -= 1
            match attempt(delivery):
                case Delivered():
                    result.arrived.add(delivery.id)
                case Gone():
                    result.is_gone = True
                    return result
                case Retry() as failure:
                    result.failed[delivery.id] = after_failure(delivery, failure, now())
                    if failure.concerns_endpoint:
                        return result
                    # Those behind it wait. If it is dead now, until that is on record: should the
                    # record be lost, it is tried again, and must not arrive after them.
                    break
    return result


def due_lanes(pending: Iterable[Delivery], now: datetime) -> list[Lane]:
    """Lanes with something to attempt, those that have waited longest first."""
    lanes: defaultdict[tuple[bool, str], Lane] = defaultdict(list)
    for delivery in sorted(pending, key=lambda each: (each.sequence, each.position)):
        lanes[_lane_of(delivery)].append(delivery)
    due = [list(_until_not_due(lane, now)) for lane in lanes.values()]
    # Otherwise the oldest lanes could fail in every round and keep the others from their turn.
    return sorted(filter(None, due), key=lambda lane: lane[0].next_attempt_at)


def _lane_of(delivery: Delivery) -> tuple[bool, str]:
    if delivery.need_id is not None:
        return True, delivery.need_id
    return False, delivery.object_id


def _until_not_due(lane: Lane, now: datetime) -> Iterator[Delivery]:
    for delivery in lane:
        if delivery.next_attempt_at > now:
            return
        yield delivery

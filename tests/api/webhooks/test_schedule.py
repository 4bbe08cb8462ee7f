"""When a message is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.webhooks.outcomes import Retry
from api.webhooks.schedule import LONGEST_PAUSE_SECONDS, after_failure, retry_after_seconds
from graph_models.domain.identifiers import DeliveryId, EndpointId, NeedId
from graph_models.domain.notifications import Delivery
from tests.builders import NOW

DELIVERY = Delivery(DeliveryId("d1"), EndpointId("e1"), "a1", 1, 0, "f1", 0, NOW, NeedId("n1"))


def pauses(retry_after: float | None = None) -> list[timedelta]:
    delivery, now, found = DELIVERY, NOW, []
    while not delivery.is_dead:
        delivery = after_failure(delivery, Retry("status 500", retry_after), now)
        found.append(delivery.next_attempt_at - now)
        now = delivery.next_attempt_at
    return found


def test_the_schedule_is_that_of_standard_webhooks() -> None:
    hour = timedelta(hours=1)
    expected = [timedelta(seconds=5), timedelta(minutes=5), hour / 2]
    expected += [hour * each for each in (2, 5, 10, 14, 20, 24)]
    assert pauses() == [*expected, timedelta()]


def test_a_receiver_may_ask_for_more_time_within_bounds() -> None:
    assert pauses(60.0)[:3] == [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30)]
    assert pauses(float("inf"))[0] == timedelta(seconds=LONGEST_PAUSE_SECONDS)


def test_the_last_failure_is_kept() -> None:
    failed = after_failure(DELIVERY, Retry("status 503"), NOW)
    assert (failed.attempts, failed.last_problem) == (1, "status 503")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        ("0", 0.0),
        ("9" * 400, float("inf")),
        ("Mon, 02 Mar 2026 01:02:00 GMT", 120.0),
        ("Mon, 02 Mar 2026 01:02:00 -0000", 120.0),
        ("Mon, 02 Mar 2026 00:00:00 GMT", 0.0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("²", None),
        ("Mon, 02 Mar 99999999999999999999 01:02:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, NOW) == seconds


@given(st.text(max_size=60))
@example("1 Jan 1 1:1:1 +99999999")
def test_no_header_breaks_the_worker(header: str) -> None:
    found = retry_after_seconds(header, NOW)
    assert found is None or found >= 0

"""When a message is tried again: the schedule that Standard Webhooks suggests, without jitter."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from api.webhooks.outcomes import Retry
from graph_models.domain.notifications import Delivery, DeliveryStatus

_MINUTE, _HOUR = 60, 3_600
# Before the first attempt, before the second, and so on: the last one is made after 75.6 hours.
DELAYS_SECONDS = (
    *(0, 5, 5 * _MINUTE, 30 * _MINUTE),
    *(hours * _HOUR for hours in (2, 5, 10, 14, 20, 24)),
)
MAX_ATTEMPTS = len(DELAYS_SECONDS)
# A receiver may ask for more time, not for silence.
LONGEST_PAUSE_SECONDS = 24 * _HOUR


def after_failure(delivery: Delivery, failure: Retry, now: datetime) -> Delivery:
    """Count an attempt that failed: to be tried again later, or dead after the last one."""
    attempts = delivery.attempts + 1
    failed = replace(delivery, attempts=attempts, last_problem=failure.reason, next_attempt_at=now)
    if attempts >= MAX_ATTEMPTS:
        return replace(failed, status=DeliveryStatus.DEAD)
    asked_for = min(failure.retry_after_seconds or 0.0, LONGEST_PAUSE_SECONDS)
    pause = timedelta(seconds=max(DELAYS_SECONDS[attempts], asked_for))
    return replace(failed, next_attempt_at=now + pause)


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Read a Retry-After header, a number of seconds or a date; None for what is neither."""
    if header is None:
        return None
    if header.isascii() and header.isdigit():
        # More digits than any time has would overflow.
        return math.inf if len(header) > 9 else float(header)
    try:
        until = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:  # the date says -0000: UTC, by a clock that may be anywhere
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())

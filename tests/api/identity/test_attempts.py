"""The lock against guessing: after 20 failures in 5 minutes, for 5 minutes, in bounded memory."""

from __future__ import annotations

import pytest

from api.identity.attempts import AttemptRules, FailedAttempts
from api.identity.errors import TooManyFailures
from tests.api.identity.provider import Timer

ADDRESS = "192.0.2.7"


def fail(attempts: FailedAttempts, times: int, address: str = ADDRESS) -> None:
    for _ in range(times):
        attempts.check(address)
        attempts.record(address)


def test_twentieth_failure_locks(timer: Timer) -> None:
    """The time that is left is told, and then the address is looked at again."""
    attempts = FailedAttempts(timer=timer)
    fail(attempts, 19)
    attempts.check(ADDRESS)
    fail(attempts, 1)
    with pytest.raises(TooManyFailures) as caught:
        attempts.check(ADDRESS)
    assert caught.value.retry_after_seconds == 300
    timer.seconds += 299.5
    with pytest.raises(TooManyFailures) as caught:
        attempts.check(ADDRESS)
    assert caught.value.retry_after_seconds == 1
    timer.seconds += 0.5
    attempts.check(ADDRESS)


def test_slow_failures_do_not_lock(timer: Timer) -> None:
    """A person who mistypes all day stays below 20 in 5 minutes."""
    attempts = FailedAttempts(timer=timer)
    for _ in range(100):
        timer.seconds += 16
        fail(attempts, 1)


def test_after_a_lock_the_count_starts_anew(timer: Timer) -> None:
    attempts = FailedAttempts(timer=timer)
    fail(attempts, 20)
    timer.seconds += 300
    fail(attempts, 19)
    attempts.check(ADDRESS)


def test_others_are_not_locked(timer: Timer) -> None:
    attempts = FailedAttempts(timer=timer)
    fail(attempts, 20)
    attempts.check("192.0.2.8")


@pytest.mark.parametrize(
    ("first", "second"),
    [("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"), ("192.0.2.7", "::ffff:192.0.2.7"), ("", "")],
)
def test_addresses_of_one_client(timer: Timer, first: str, second: str) -> None:
    """Whoever has one IPv6 address has the 2^64 around it."""
    attempts = FailedAttempts(timer=timer)
    fail(attempts, 10, first)
    fail(attempts, 10, second)
    with pytest.raises(TooManyFailures):
        attempts.check(first)
    attempts.check("2001:db8:1:3::1")


def test_memory_is_bounded(timer: Timer) -> None:
    """The address that failed least recently is forgotten first."""
    attempts = FailedAttempts(AttemptRules(max_addresses=3), timer=timer)
    fail(attempts, 20)
    for last in (1, 2):
        fail(attempts, 1, f"198.51.100.{last}")
    with pytest.raises(TooManyFailures):
        attempts.check(ADDRESS)
    fail(attempts, 1, "198.51.100.3")
    attempts.check(ADDRESS)
    assert len(attempts._failures) == 3


def test_who_goes_on_guessing_is_not_forgotten(timer: Timer) -> None:
    """It counts when an address failed last, not when it failed first."""
    attempts = FailedAttempts(AttemptRules(max_addresses=3), timer=timer)
    fail(attempts, 19)
    fail(attempts, 1, "198.51.100.1")
    fail(attempts, 1)
    for last in (2, 3):
        fail(attempts, 1, f"198.51.100.{last}")
    with pytest.raises(TooManyFailures):
        attempts.check(ADDRESS)

"""Rounds of work: shared by all who wait, never by somebody who came after they began."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock

import pytest

from graph_models.domain.errors import StoreUnavailable
from matcher.rounds import Rounds

PATIENCE_SECONDS = 30.0
ASKERS = 12


class Work:
    """Work that lasts until it is let go; counts how often it began."""

    def __init__(self) -> None:
        self.begun = 0
        self.has_begun, self.may_end = Event(), Event()

    def __call__(self) -> None:
        self.begun += 1
        self.has_begun.set()
        assert self.may_end.wait(PATIENCE_SECONDS)


def until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "what was waited for did not come about"
        time.sleep(0.001)


def waiting_for(future: Future[None] | None) -> int:
    """How many threads wait for a result, as Python's own library has it."""
    return 0 if future is None else len(future._condition._waiters)  # type: ignore[attr-defined]


def test_all_who_come_during_a_round_share_the_next() -> None:
    """One is under way; a dozen who come meanwhile are served by one more, which begins after it."""
    work = Work()
    rounds = Rounds(work)
    with ThreadPoolExecutor(ASKERS + 1) as pool:
        first = pool.submit(rounds.join)
        assert work.has_begun.wait(PATIENCE_SECONDS)
        others = [pool.submit(rounds.join) for _ in range(ASKERS)]
        until(lambda: waiting_for(rounds._next) == ASKERS - 1)  # all but the one that will lead
        assert not first.done()
        assert not any(each.done() for each in others)
        assert work.begun == 1
        work.may_end.set()
        for each in (first, *others):
            each.result(PATIENCE_SECONDS)
    assert work.begun == 2


def test_nobody_is_served_by_a_round_that_began_before() -> None:
    """What was written before somebody asks is seen by that one's round."""
    written, seen = [0], [0]
    lock = Lock()

    def look() -> None:
        seen[0] = written[0]

    rounds = Rounds(look)

    def write_and_ask() -> None:
        with lock:
            written[0] += 1
            mine = written[0]
        rounds.join()
        assert seen[0] >= mine

    with ThreadPoolExecutor(8) as pool:
        for each in [pool.submit(write_and_ask) for _ in range(2_000)]:
            each.result(PATIENCE_SECONDS)


def test_a_failure_is_told_to_all_who_waited_and_to_nobody_after() -> None:
    """The round that failed fails for those who shared it; the next one works."""
    is_away = True

    def look() -> None:
        if is_away:
            raise StoreUnavailable("the store is away")

    rounds = Rounds(look)
    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(rounds.join) for _ in range(20)]:
            with pytest.raises(StoreUnavailable):
                each.result(PATIENCE_SECONDS)
    is_away = False
    rounds.join()

"""Turns of writers: a few at a time, in the order of coming, and nobody waits without end."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import pytest

from graph_models.domain.errors import StoreUnavailable
from graph_models.stores.neo4j.turns import Turns

PATIENCE_SECONDS = 60.0


def until(is_true: Callable[[], bool]) -> None:
    while not is_true():
        time.sleep(0.001)


def test_turns_come_in_order() -> None:
    """With one turn at a time, those who wait get theirs in the order in which they came."""
    turns, order, may_go = Turns(1, PATIENCE_SECONDS), list[int](), Event()

    def hold() -> None:
        with turns.one():
            assert may_go.wait(PATIENCE_SECONDS)

    def take(number: int) -> None:
        with turns.one():
            order.append(number)

    with ThreadPoolExecutor(21) as pool:
        pool.submit(hold)
        until(lambda: not turns._free)
        for number in range(20):
            pool.submit(take, number)
            until(lambda: len(turns._waiting) > number)  # noqa: B023 - called at once
        may_go.set()
    assert order == list(range(20))


def test_never_more_than_so_many() -> None:
    """However many come, no more than two have a turn at one moment."""
    turns, lock, now, most = Turns(2, PATIENCE_SECONDS), Lock(), 0, 0

    def take() -> None:
        nonlocal now, most
        with turns.one():
            with lock:
                now += 1
                most = max(most, now)
            with lock:
                now -= 1

    with ThreadPoolExecutor(16) as pool:
        for each in [pool.submit(take) for _ in range(2_000)]:
            each.result(PATIENCE_SECONDS)
    assert most <= 2
    assert turns._free == 2


def test_who_waits_too_long_gives_up_and_takes_no_turn_along() -> None:
    """Whoever gave up is passed over."""
    turns = Turns(1, 0.05)
    with turns.one(), pytest.raises(StoreUnavailable, match="writers"), turns.one():
        pass
    with turns.one():
        assert not turns._waiting


def test_a_failure_gives_the_turn_back() -> None:
    """Whoever fails in its turn leaves it to the next."""
    turns = Turns(1, 0.05)
    with pytest.raises(ZeroDivisionError), turns.one():
        raise ZeroDivisionError
    with turns.one():
        pass

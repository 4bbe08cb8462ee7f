"""A made-up city that nothing lapses in while tests compare what is said of it."""

from __future__ import annotations

from pathlib import Path

from api.clock import SystemClock
from graph_models.stores.sqlite.store import SqliteStore
from matcher.closed_loop.recency import Sweep

LOOKS = 200  # more than a small city takes


def take_off_what_lapsed(path: Path) -> None:
    """The city is of Monday: a server would take off what lapsed since, in the midst of the first test."""
    clock = SystemClock()
    with SqliteStore(path, clock) as store:
        sweep, now = Sweep(store), clock.now()
        for _ in range(LOOKS):
            if sweep.finds(now):
                sweep.turn(now)

"""Turns of a few at a time, in the order of coming."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock

from graph_models.domain.errors import StoreUnavailable


class Turns:
    """Lets `most` threads through at a time, and none past another that came before.

    The server's own lock knows no order: with many waiting for it somebody waits for very long.

    Parameters
    ----------
    most
        Threads with a turn at one time.
    seconds
        How long anybody waits for a turn.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._free = most
        self._seconds = seconds
        self._door = Lock()
        self._waiting: deque[Event] = deque()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Wait for a turn and have it for the length of the block.

        Raises
        ------
        StoreUnavailable
            If none came in time.
        """
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> None:
        with self._door:
            if self._free:
                self._free -= 1
                return
            mine = Event()
            self._waiting.append(mine)
        if mine.wait(self._seconds):
            return
        with self._door:
            if not mine.is_set():
                self._waiting.remove(mine)
                raise StoreUnavailable("too many writers wait for the Neo4j server")

    def _leave(self) -> None:
        with self._door:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1

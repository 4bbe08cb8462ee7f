"""A gate: so many at work at a time, so many waiting for a while, everybody else sent away at once."""

from __future__ import annotations

import asyncio
from collections import deque


class Gate:
    """Whoever waits gets in, in the order of coming. For one event loop.

    `seconds` is how long anybody waits.
    """

    def __init__(self, most: int, most_waiting: int, seconds: float) -> None:
        self._free = most
        self._most_waiting = most_waiting
        self._seconds = seconds
        self._waiting: deque[asyncio.Future[bool]] = deque()

    @property
    def is_full(self) -> bool:
        """Whether there is no room even for waiting."""
        return self._free == 0 and len(self._waiting) >= self._most_waiting

    async def enter(self) -> bool:
        """Tell whether there was room in time. Whoever enters has to leave."""
        if self._free:
            self._free -= 1
            return True
        if self.is_full:
            return False
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[bool] = loop.create_future()
        self._waiting.append(turn)
        timer = loop.call_later(self._seconds, self._give_up, turn)
        try:
            return await turn
        except asyncio.CancelledError:
            self._give_up(turn)
            if turn.done() and not turn.cancelled() and turn.result():
                self.leave()
            raise
        finally:
            timer.cancel()

    def leave(self) -> None:
        """Make room for the one who has waited longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(True)
                return
        self._free += 1

    def _give_up(self, turn: asyncio.Future[bool]) -> None:
        if turn in self._waiting:
            self._waiting.remove(turn)
        if not turn.done():
            turn.set_result(False)

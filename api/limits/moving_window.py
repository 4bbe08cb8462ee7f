"""How often somebody has done something lately."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left to somebody, and in how many seconds there is more."""

    is_allowed: bool
    remaining: int
    seconds: int


class MovingWindow:
    """At most so many within any stretch of so many seconds, for each key. Safe for threads.

    It keeps an instant for each time within the window and nothing of those who were silent that long:
    the memory is bounded by what a process can answer in a window. A clock that is set changes nothing.
    """

    def __init__(self, most: int, seconds: float, *, timer: Callable[[], float] = monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._timer = timer
        self._lock = Lock()
        self._times: OrderedDict[str, deque[float]] = OrderedDict()  # who came last is last

    def __len__(self) -> int:
        return len(self._times)

    def take(self, key: str) -> Standing:
        """Count one more time, unless it is one too many."""
        with self._lock:
            now = self._timer()
            self._forget(now - self._seconds)
            times = self._times.setdefault(key, deque())
            while times and times[0] <= now - self._seconds:
                times.popleft()
            is_allowed = len(times) < self._most
            if is_allowed:
                times.append(now)
                self._times.move_to_end(key)
            seconds = math.ceil(times[0] + self._seconds - now)
            return Standing(is_allowed, self._most - len(times), seconds)

    def _forget(self, before: float) -> None:
        while self._times:
            key, times = next(iter(self._times.items()))
            if times[-1] > before:
                return
            del self._times[key]

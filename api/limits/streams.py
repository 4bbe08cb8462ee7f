"""How many event streams are open, in all and of each subject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from api.http.problems import Refusal

RETRY_AFTER = {"Retry-After": "10"}


class Streams:
    """Counts the open streams of a process. For one event loop."""

    def __init__(self, most: int, most_each: int, heartbeat_seconds: float) -> None:
        self.heartbeat_seconds = heartbeat_seconds
        self._most = most
        self._most_each = most_each
        self._open: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._open.total()

    @contextmanager
    def place(self, subject: str) -> Iterator[None]:
        """Take the place of one stream of somebody.

        Raises
        ------
        Refusal
            If as many are open as may be.
        """
        if self._open[subject] >= self._most_each or len(self) >= self._most:
            raise Refusal("too-many-requests", "Too many event streams are open.", headers=RETRY_AFTER)
        self._open[subject] += 1
        try:
            yield
        finally:
            self._open[subject] -= 1
            if not self._open[subject]:
                del self._open[subject]

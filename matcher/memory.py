"""What was last read of things, bounded, and whether it still holds."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of a matcher.

    Parameters
    ----------
    cursor
        Sequence number of the last change set that it had taken account of.
    at
        When it last knew that there was no later one.
    """

    cursor: int
    at: datetime


class Memory(Generic[T]):
    """Values as they were last read, by key; those used least recently are forgotten.

    May be shared between threads.

    Parameters
    ----------
    most
        How many are kept.

    Examples
    --------
    >>> from datetime import UTC, timedelta
    >>> nine = datetime(2026, 3, 2, 9, tzinfo=UTC)
    >>> memory = Memory(1_000)
    >>> memory.keep("n1", "read at nine", Mark(7, nine))
    >>> memory.recall("n1", Mark(9, nine + timedelta(hours=1)))[1].hour
    10
    >>> memory.note("n1", 8)
    >>> memory.recall("n1", Mark(9, nine + timedelta(hours=1)))[1].hour
    9
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[T, Mark]] = OrderedDict()
        # Sequence number of the last change of a key; what was dropped from here may have changed then.
        self._changed: OrderedDict[str, int] = OrderedDict()
        self._dropped = 0
        self._distrusted = 0

    def keep(self, key: str, value: T, mark: Mark) -> None:
        """Remember a value that was read after a moment."""
        with self._lock:
            if max(self._changed.get(key, 0), self._distrusted) > mark.cursor:
                return  # it has changed since, or was forgotten for good
            self._kept[key] = value, mark
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def note(self, key: str, sequence: int) -> None:
        """Say that a change set changed a value, or what goes with it."""
        with self._lock:
            self._changed[key] = sequence
            self._changed.move_to_end(key)
            if len(self._changed) > self._most:
                _, self._dropped = self._changed.popitem(last=False)

    def distrust(self, sequence: int) -> None:
        """Say that a change set may have changed any value."""
        with self._lock:
            self._distrusted = max(self._distrusted, sequence)

    def forget(self, key: str, sequence: int) -> None:
        """Drop a value that a change set removed, whoever is reading it at this moment."""
        self.note(key, sequence)
        with self._lock:
            self._kept.pop(key, None)

    def peek(self, key: str) -> T | None:
        """Return a value whether or not it still holds."""
        with self._lock:
            return self._kept[key][0] if key in self._kept else None

    def recall(self, key: str, now: Mark) -> tuple[T, datetime] | None:
        """Return a value and until when it is known to have held, None if it is not remembered."""
        with self._lock:
            if key not in self._kept:
                return None
            value, mark = self._kept[key]
            return value, now.at if self._is_current(key, mark) else mark.at

    def current(self, key: str, now: Mark) -> T | None:
        """Return a value if nothing changed it since it was read; it is then known to hold by now."""
        with self._lock:
            if key not in self._kept or not self._is_current(key, self._kept[key][1]):
                return None
            value, mark = self._kept[key]
            if now.cursor >= mark.cursor:
                self._kept[key] = value, now
            self._kept.move_to_end(key)
            return value

    def _is_current(self, key: str, mark: Mark) -> bool:
        return max(self._changed.get(key, self._dropped), self._distrusted) <= mark.cursor

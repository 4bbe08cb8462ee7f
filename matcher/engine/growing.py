"""Arrays that grow at their end, and values kept once under a number."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from matcher.fixed_point import IntArray

T = TypeVar("T", bound=Hashable)

Int32Array = npt.NDArray[np.int32]

_GROWTH = 1.25


def with_room(array: npt.NDArray[Any], used: int, wanted: int) -> npt.NDArray[Any]:
    """Return the array, or a longer copy if it has no room for `wanted` entries.

    Parameters
    ----------
    array
        Of shape (n,), of which the first `used` entries count.
    """
    if wanted <= len(array):
        return array
    longer = np.empty(max(wanted, int(used * _GROWTH), 16), array.dtype)
    longer[:used] = array[:used]
    return longer


class Interned(Generic[T]):
    """Distinct values, numbered in the order of their first appearance.

    Examples
    --------
    >>> words = Interned[str]()
    >>> words.number("a"), words.number("b"), words.number("a"), words[1], len(words)
    (0, 1, 0, 'b', 2)
    """

    def __init__(self) -> None:
        self._values: list[T] = []
        self._numbers: dict[T, int] = {}

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, number: int) -> T:
        return self._values[number]

    def number(self, value: T) -> int:
        """Return the number of a value, a new one if it has none."""
        number = self._numbers.setdefault(value, len(self._values))
        if number == len(self._values):
            self._values.append(value)
        return number

    def find(self, value: T) -> int:
        """Return the number of a value, -1 if it has none."""
        return self._numbers.get(value, -1)


class Postings:
    """The rows that offer one skill, in ascending order, with their levels in millionths."""

    def __init__(self) -> None:
        self._rows: Int32Array = np.empty(0, np.int32)
        self._levels: Int32Array = np.empty(0, np.int32)
        self._used = 0

    @property
    def rows(self) -> Int32Array:
        """Row numbers, of shape (n,)."""
        return self._rows[: self._used]

    @property
    def levels(self) -> Int32Array:
        """Levels in millionths, of shape (n,)."""
        return self._levels[: self._used]

    def extend(self, rows: Sequence[int] | IntArray, levels: Sequence[int] | Int32Array) -> None:
        """Append rows that are greater than all rows so far."""
        used, wanted = self._used, self._used + len(rows)
        self._rows = with_room(self._rows, used, wanted)
        self._levels = with_room(self._levels, used, wanted)
        self._rows[used:wanted] = rows
        self._levels[used:wanted] = levels
        self._used = wanted

    def level_of(self, row: int) -> int:
        """Return the level at which a row offers the skill, 0 if it does not."""
        place = int(self.rows.searchsorted(np.int32(row)))  # a plain int would convert all rows first
        is_there = place < self._used and self._rows[place] == row
        return int(self._levels[place]) if is_there else 0

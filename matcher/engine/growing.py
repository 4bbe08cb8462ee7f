"""Arrays that grow at their end, and values kept once under a number."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T", bound=Hashable)

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

_GROWTH = 1.25
LARGEST_NUMBER = 2**27 - 1  # of a pattern: it shares 63 bits with the worth of a row, see `standings`


def with_room(array: npt.NDArray[Any], used: int, wanted: int) -> npt.NDArray[Any]:
    """Return the array, or a longer copy if it has no room for `wanted` entries.

    Parameters
    ----------
    array
        Of shape (n, …), of which the first `used` entries count.
    """
    if wanted <= len(array):
        return array
    longer = np.empty((max(wanted, int(used * _GROWTH), 16), *array.shape[1:]), array.dtype)
    longer[:used] = array[:used]
    return longer


def mapped(values: Sequence[T], convert: Callable[[T], Any], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Convert several values, equal ones once, to an array of shape (n,).

    Examples
    --------
    >>> mapped(["a", "bc", "a"], len, np.int32).tolist()
    [1, 2, 1]
    """
    known = {value: convert(value) for value in dict.fromkeys(values)}
    return np.fromiter(map(known.__getitem__, values), dtype, len(values))


class Growing:
    """An array that entries are appended to. What was handed out before stays as it was."""

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self._array: npt.NDArray[Any] = np.empty(0, dtype)
        self._used = 0

    def __len__(self) -> int:
        return self._used

    @property
    def array(self) -> npt.NDArray[Any]:
        """All entries, of shape (n,)."""
        return self._array[: self._used]

    def extend(self, entries: Sequence[Any] | npt.NDArray[Any]) -> None:
        """Append entries."""
        wanted = self._used + len(entries)
        self._array = with_room(self._array, self._used, wanted)
        self._array[self._used : wanted] = entries
        self._used = wanted

    def take_over(self, entries: npt.NDArray[Any]) -> None:
        """Begin with entries that nobody else will write to."""
        self._array, self._used = entries, len(entries)


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

    def __iter__(self) -> Iterator[T]:
        return iter(self._values)

    def number(self, value: T) -> int:
        """Return the number of a value, a new one if it has none."""
        number = self._numbers.get(value)
        if number is None:
            number = self._numbers[value] = len(self._values)
            self._values.append(value)
        return number

    def numbers(self, values: Sequence[T]) -> Int32Array:
        """Return the numbers of several values, new ones for those that have none, of shape (n,)."""
        return mapped(values, self.number, np.int32)

    def find(self, value: T) -> int:
        """Return the number of a value, -1 if it has none."""
        return self._numbers.get(value, -1)

    def find_all(self, values: Iterable[T]) -> Int32Array:
        """Return the numbers of several values, -1 for each that has none, of shape (n,)."""
        return np.array([self.find(each) for each in values], np.int32)


class Patterns(Generic[T]):
    """Distinct values, each spelled out once as a list of integers for compiled functions.

    A list is its length and then its integers, somewhere in a pool that several kinds of values may
    share; where it begins is the number of the value.

    Parameters
    ----------
    pool
        Of 32-bit integers.
    spell
        Turns a value into its integers.
    """

    def __init__(self, pool: Growing, spell: Callable[[T], Sequence[int]]) -> None:
        self._pool = pool
        self._spell = spell
        self._numbers: dict[T, int] = {}
        self._values: dict[int, T] = {}

    def __getitem__(self, number: int) -> T:
        return self._values[number]

    def all_numbers(self) -> Iterator[int]:
        """Return the numbers of all values, ascending."""
        return iter(self._values)

    def number(self, value: T) -> int:
        """Return the number of a value, a new one if it has none."""
        number = self._numbers.get(value)
        if number is None:
            spelled = self._spell(value)
            if (number := len(self._pool)) > LARGEST_NUMBER:
                raise OverflowError(
                    "there are too many distinct hours, terms and service areas for one index"
                )
            self._pool.extend([len(spelled), *spelled])
            self._numbers[value], self._values[number] = number, value
        return number

    def numbers(self, values: Sequence[T]) -> Int32Array:
        """Return the numbers of several values, new ones for those that have none, of shape (n,)."""
        return mapped(values, self.number, np.int32)

    def find(self, value: T) -> int:
        """Return the number of a value, -1 if it has none."""
        return self._numbers.get(value, -1)

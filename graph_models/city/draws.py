"""Random draws that come out the same on every machine: whole-number weights, one stream a part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

IntArray: TypeAlias = NDArray[np.int64]
T = TypeVar("T")


class Part(IntEnum):
    """Parts of the city with a random stream of their own; a number, once given, stays."""

    PLACES = 0
    PEOPLE = 1
    STATIONS = 2
    CHARITIES = 3
    VOLUNTEER_SKILLS = 4
    VOLUNTEERS = 5
    NEEDS = 6
    HISTORY = 7


def stream(seed: int, part: Part, chunk: int = 0) -> np.random.Generator:
    """Return the random stream of one chunk of one part.

    The streams are children of the seed as `numpy.random.SeedSequence.spawn` makes them, so that a
    change in what one part draws shifts no other.
    """
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(part, chunk))))


def apportion(total: int, weights: Sequence[int], *, least: int = 0) -> list[int]:
    """Divide `total` in proportion to whole-number weights, by the method of largest remainders.

    Parameters
    ----------
    total
        Units to divide.
    weights
        At least one positive number.
    least
        Units that each gets before the rest is divided.

    Returns
    -------
    list[int]
        One number a weight; they sum to `total`. Equal remainders go to the earlier position.

    Raises
    ------
    ValueError
        If `total` does not suffice for `least`.

    Examples
    --------
    >>> apportion(10, [1, 1, 1]), apportion(5, [90, 10, 0], least=1)
    ([4, 3, 3], [3, 1, 1])
    """
    rest = total - least * len(weights)
    if rest < 0:
        raise ValueError(f"{total} units do not give {least} to each of {len(weights)}")
    whole = sum(weights)
    shares = [rest * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: (-(rest * weights[at] % whole), at))
    for at in by_remainder[: rest - sum(shares)]:
        shares[at] += 1
    return [least + share for share in shares]


class Lottery:
    """Draws positions of a list in proportion to whole-number weights."""

    def __init__(self, weights: Sequence[int]) -> None:
        self._bounds = np.cumsum(np.asarray(weights, dtype=np.int64))

    def draw(self, rng: np.random.Generator, size: int) -> IntArray:
        """Return `size` positions, of shape (size,)."""
        tickets = rng.integers(self._bounds[-1], size=size)
        return np.searchsorted(self._bounds, tickets, side="right")


def deal(rng: np.random.Generator, weight_of: Mapping[T, int], size: int) -> list[T]:
    """Return `size` of the given options in their exact shares, in random order.

    Examples
    --------
    >>> sorted(deal(stream(1, Part.NEEDS), {"a": 3, "b": 1}, 8))
    ['a', 'a', 'a', 'a', 'a', 'a', 'b', 'b']
    """
    counts = apportion(size, list(weight_of.values()))
    hand = [option for option, count in zip(weight_of, counts, strict=True) for _ in range(count)]
    return [hand[at] for at in rng.permutation(size).tolist()]


def choose(rng: np.random.Generator, weight_of: Mapping[T, int], size: int) -> list[T]:
    """Draw `size` of the given options, in proportion to their weights.

    Examples
    --------
    >>> choose(stream(1, Part.NEEDS), {"a": 1, "b": 0}, 3)
    ['a', 'a', 'a']
    """
    options = list(weight_of)
    drawn = Lottery(list(weight_of.values())).draw(rng, size)
    return [options[at] for at in drawn.tolist()]

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.growing import Growing, Interned, Patterns, with_room


@given(st.lists(st.integers(0, 40), min_size=1))
def test_growing_keeps_what_is_there(sizes: list[int]) -> None:
    """An array that is given more room keeps its entries, and grows by a share at a time."""
    growing, used = Growing(np.int64), 0
    for size in sizes:
        before = growing.array
        growing.extend(np.arange(used, used + size))
        assert before.tolist() == list(range(used)), "what was handed out stays"
        used += size
    assert growing.array.tolist() == list(range(used))
    assert len(growing) == used


def test_room_that_is_there_is_used() -> None:
    """An array with enough room is not copied."""
    array = np.empty(16, np.int64)
    assert with_room(array, 5, 16) is array
    assert len(with_room(array, 16, 17)) == 20


def test_equal_values_share_a_number() -> None:
    """A value that is not known has no number until it is entered."""
    values = Interned[tuple[str, ...] | None]()
    assert values.find(()) == -1
    assert [values.number(each) for each in (None, (), ("a",), (), None)] == [0, 1, 2, 1, 0]
    assert (values.find(()), values[2]) == (1, ("a",))
    assert values.find_all([("a",), ("b",)]).tolist() == [2, -1]


def test_patterns_are_spelled_out_once() -> None:
    """The number of a value is where its list begins, length first; several kinds share a pool."""
    pool = Growing(np.int32)
    words = Patterns[str](pool, lambda word: [ord(letter) for letter in word])
    pairs = Patterns[tuple[int, int]](pool, list)
    numbers = [words.number("ab"), pairs.number((7, 8)), words.number("ab"), words.number("")]
    assert numbers == [0, 3, 0, 6]
    assert pool.array.tolist() == [2, 97, 98, 2, 7, 8, 0]
    assert (words[0], pairs[3], words.find(""), words.find("x")) == ("ab", (7, 8), 6, -1)

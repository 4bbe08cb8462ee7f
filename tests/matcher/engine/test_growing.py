from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.growing import Interned, Postings, with_room


@given(st.lists(st.integers(0, 40), min_size=1))
def test_growing_keeps_what_is_there(sizes: list[int]) -> None:
    """An array that is given more room keeps its entries, and grows by a share at a time."""
    array, used = np.empty(0, np.int64), 0
    for size in sizes:
        array = with_room(array, used, used + size)
        array[used : used + size] = np.arange(used, used + size)
        used += size
    assert array[:used].tolist() == list(range(used))
    assert len(array) <= max(16, used * 1.25)


def test_room_that_is_there_is_used() -> None:
    """An array with enough room is not copied."""
    array = np.empty(16, np.int64)
    assert with_room(array, 5, 16) is array


def test_postings_find_levels_by_row() -> None:
    """A row has the level it was entered with, any other row none."""
    postings = Postings()
    postings.extend([3, 7], [500_000, 800_000])
    postings.extend([9], [1])
    assert [postings.level_of(row) for row in (2, 3, 7, 8, 9, 10)] == [0, 500_000, 800_000, 0, 1, 0]
    assert Postings().level_of(0) == 0


def test_equal_values_share_a_number() -> None:
    """A value that is not known has no number until it is entered."""
    values = Interned[tuple[str, ...] | None]()
    assert values.find(()) == -1
    assert [values.number(each) for each in (None, (), ("a",), (), None)] == [0, 1, 2, 1, 0]
    assert (values.find(()), values[2]) == (1, ("a",))

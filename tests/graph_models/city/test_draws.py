"""Draws with whole-number weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.city.draws import Lottery, Part, apportion, choose, stream

WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any)


@given(total=st.integers(0, 10**7), weights=WEIGHTS)
def test_apportion_divides_everything_within_one_of_the_exact_share(total: int, weights: list[int]):
    """Largest remainders: shares sum to the total and no share is off by a whole unit."""
    shares = apportion(total, weights)
    assert sum(shares) == total
    whole = sum(weights)
    assert all(
        abs(share * whole - total * weight) < whole for share, weight in zip(shares, weights, strict=True)
    )


def test_apportion_refuses_a_total_below_the_least():
    """Eleven districts cannot have one station each out of ten."""
    with pytest.raises(ValueError, match="10 units do not give 1 to each of 11"):
        apportion(10, [1] * 11, least=1)


def test_lottery_draws_in_proportion_and_never_without_weight():
    """Frequencies follow the weights; an option of weight 0 is never drawn, at either end."""
    drawn = Lottery([0, 1, 0, 3, 0]).draw(stream(1, Part.NEEDS), 40_000)
    counts = np.bincount(drawn, minlength=5)
    assert counts[[0, 2, 4]].tolist() == [0, 0, 0]
    assert 0.24 < counts[1] / 40_000 < 0.26


def test_streams_of_parts_and_chunks_are_the_spawned_children():
    """Each part and chunk has its own stream: that of the child that `spawn` would make."""
    spawned = np.random.SeedSequence(7).spawn(Part.NEEDS + 1)[Part.NEEDS].spawn(3)[2]
    expected = np.random.Generator(np.random.PCG64(spawned)).integers(2**62, size=5)
    assert stream(7, Part.NEEDS, 2).integers(2**62, size=5).tolist() == expected.tolist()
    firsts = {int(stream(7, part, chunk).integers(2**62)) for part in Part for chunk in range(3)}
    assert len(firsts) == 3 * len(Part)


def test_choose_returns_the_options_themselves():
    """Options may be anything hashable, None among them."""
    assert set(choose(stream(1, Part.NEEDS), {None: 1, ("a",): 1}, 100)) == {None, ("a",)}

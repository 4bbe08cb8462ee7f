"""What a covering problem may leave out: no smallest cover needs it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matcher.coverage import place_stations
from matcher.coverage.siting.reduction import reduce
from matcher.coverage.siting.result import BoolArray

# Three sites, each of which reaches the first place and two of the others: no site is within another,
# and every place is reached by all that reach some other place, or by fewer.
RING = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]], np.bool_)


def smallest(reach: BoolArray) -> list[tuple[int, ...]]:
    """All smallest sets of sites that reach every place."""
    for size in range(reach.shape[1] + 1):
        found = [
            each
            for each in combinations(range(reach.shape[1]), size)
            if reach[:, list(each)].any(axis=1).all()
        ]
        if found:
            return found
    raise AssertionError("some place is reached by nobody")


def test_the_place_that_is_easier_to_reach_goes() -> None:
    """Whoever reaches one of the others reaches the first as well, not the other way round."""
    places, sites = reduce(RING)
    assert (places.tolist(), sites.tolist()) == ([1, 2, 3], [0, 1, 2])
    cost = np.where(RING, 1.0, 9.0)
    assert place_stations(np.ones(4), cost, "lscp", limit=1).objective == 2


def test_the_site_that_reaches_less_goes() -> None:
    reach = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 0]], np.bool_)[:2]
    places, sites = reduce(reach)
    assert (places.tolist(), sites.tolist()) == ([0], [1])


def test_of_equals_the_first_stays() -> None:
    places, sites = reduce(np.ones((3, 4), np.bool_))
    assert (places.tolist(), sites.tolist()) == ([0], [0])


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (2, 0)])
def test_nothing_to_leave_out(shape: tuple[int, int]) -> None:
    places, sites = reduce(np.zeros(shape, np.bool_))
    assert len(sites) == 0
    assert len(places) == min(shape[0], 1)


@st.composite
def reaches(draw: st.DrawFn) -> BoolArray:
    """Up to seven places and sites, every place within reach of one."""
    reach = draw(arrays(np.bool_, st.tuples(st.integers(1, 7), st.integers(1, 7))))
    for row in reach:
        row[draw(st.integers(0, len(row) - 1))] = True
    return reach


@settings(max_examples=60, derandomize=True, deadline=None)
@given(reach=reaches())
def test_a_smallest_cover_of_the_rest_is_one_of_all(reach: BoolArray) -> None:
    """Each of them reaches every place, with no more sites than are needed; nothing more could go."""
    places, sites = reduce(reach)
    rest = reach[np.ix_(places, sites)]
    fewest = len(smallest(reach)[0])
    for cover in smallest(rest):
        assert len(cover) == fewest
        assert reach[:, sites[list(cover)]].any(axis=1).all()
    for one, other in combinations(range(len(sites)), 2):
        assert (rest[:, one] & ~rest[:, other]).any()
        assert (rest[:, other] & ~rest[:, one]).any()
    for one, other in combinations(range(len(places)), 2):
        assert (rest[one] & ~rest[other]).any()
        assert (rest[other] & ~rest[one]).any()

"""What the bound closes for good: no better choice has it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.coverage.siting.interchange import total
from matcher.coverage.siting.lagrange import Search, ascend
from matcher.coverage.siting.result import FloatArray
from matcher.coverage.siting.solver import Clock

_ROUNDING = 1e-9


def searched(loss: FloatArray, count: int, start: list[int], fixed: list[int], grain: float) -> Search:
    """The state after the bound was raised from some choice of sites, good or bad."""
    sites = np.array(start, np.int64)
    least = loss[:, sites].min(axis=1)
    search = Search(
        loss,
        count,
        grain,
        np.arange(loss.shape[1]),
        np.array(fixed, np.int64),
        sites,
        float(least.sum()),
        least,
    )
    ascend(search, loss.max(axis=1) + 1, Clock(60))
    return search


def check(search: Search, fixed: list[int]) -> None:
    """Every choice that is better than the best one known is still there, above the bound."""
    loss, n_sites = search.loss, search.loss.shape[1]
    assert search.upper == pytest.approx(total(loss, search.sites))
    assert set(fixed) <= set(search.sites.tolist())
    alive, must = set(search.alive.tolist()), set(search.must.tolist())
    assert set(fixed) <= must <= alive
    for each in combinations(range(n_sites), search.count):
        if not set(fixed) <= set(each):
            continue
        value = total(loss, np.array(each))
        if value <= search.target:
            assert must <= set(each) <= alive
            assert search.lower <= value * (1 + _ROUNDING)
            assert not search.is_over


def a_loss(seed: int, n_places: int, n_sites: int, *, is_plane: bool) -> FloatArray:
    random = np.random.default_rng(seed)
    if not is_plane:
        return random.integers(0, 30, (n_places, n_sites)).astype(float)
    places, sites = random.random((n_places, 2)), random.random((n_sites, 2))
    away = np.hypot(*(places[:, None] - sites[None]).transpose(2, 0, 1))
    weighted: FloatArray = np.rint(away * random.integers(1, 90, n_places)[:, None])
    return weighted


@settings(max_examples=80, derandomize=True, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n_sites=st.integers(2, 8),
    n_places=st.integers(1, 12),
    is_plane=st.booleans(),
    drawn=st.data(),
)
def test_nothing_better_is_closed(
    seed: int, n_sites: int, n_places: int, is_plane: bool, drawn: st.DataObject
) -> None:
    """From any choice to begin with, whole losses or not."""
    loss = a_loss(seed, n_places, n_sites, is_plane=is_plane)
    grain = drawn.draw(st.sampled_from((1.0, 0.0)))
    loss = loss if grain else loss / 7
    order = drawn.draw(st.permutations(range(n_sites)))
    count = drawn.draw(st.integers(1, n_sites))
    start = sorted(order[:count])
    fixed = sorted(order[: drawn.draw(st.integers(0, min(2, count)))])
    check(searched(loss, count, start, fixed, grain), fixed)


@pytest.mark.parametrize("seed", range(12))
def test_sites_are_closed_one_by_one(seed: int) -> None:
    """At a gap that does not close, so that what goes has to be right."""
    loss = a_loss(seed, 14, 12, is_plane=False)
    best = min(combinations(range(12), 4), key=lambda each: total(loss, np.array(each)))
    search = searched(loss, 4, list(best), [], 1.0)
    assert search.upper == total(loss, np.array(best))
    check(search, [])
    check(searched(loss, 4, [0, 1, 2, 3], [], 1.0), [])


def test_most_sites_of_a_plane_are_closed() -> None:
    """Of thirty few are left, or it is proven that nothing is better."""
    loss = a_loss(5, 60, 30, is_plane=True)
    search = searched(loss, 3, [0, 1, 2], [], 1.0)
    assert search.is_over or len(search.alive) < 15
    check(search, [])

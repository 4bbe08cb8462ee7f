"""`assign`, the door for numbers."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array, csc_array, csr_array, csr_matrix

from graph_models.domain.errors import InvalidValue
from matcher.planning import assign


def sparse(entries: dict[tuple[int, int], float], shape: tuple[int, int]) -> csr_array:
    ends = np.array(sorted(entries), np.int64).reshape(-1, 2).T
    return csr_array(([float(entries[each]) for each in sorted(entries)], tuple(ends)), shape=shape)


@st.composite
def instances(draw: st.DrawFn) -> tuple[dict[tuple[int, int], float], list[int], list[int], list[int]]:
    n_needs, n_providers = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    values = st.one_of(
        st.just(0.0), st.integers(-3, 9).map(float), st.integers(0, 1000).map(lambda n: n / 1000)
    )
    cells = [pair for pair in product(range(n_needs), range(n_providers)) if draw(st.booleans())]
    return (
        {pair: draw(values) for pair in cells},
        [draw(st.integers(0, 3)) for _ in range(n_providers)],
        [draw(st.integers(1, 3)) for _ in range(n_needs)],
        [draw(st.integers(1, 3)) for _ in range(n_needs)],
    )


@settings(max_examples=200, derandomize=True, deadline=None)
@given(instance=instances())
def test_nobody_who_tries_everything_finds_better(instance: tuple[Any, ...]) -> None:
    """Most urgency first, then most value; a need takes all of its units from one provider."""
    entries, capacity, urgency, units = instance
    values = sparse(entries, (len(urgency), len(capacity)))
    result = assign(values, capacity, urgency, units)
    choices = [[-1, *(j for i, j in entries if i == need)] for need in range(len(urgency))]
    best = max(
        (served, value)
        for chosen in product(*choices)
        for served, value, is_possible in [tell(chosen, *instance)]
        if is_possible
    )
    served, value, is_possible = tell(tuple(result.provider_of_need.tolist()), *instance)
    assert is_possible
    assert (served, pytest.approx(value, abs=1e-9)) == best
    assert result.is_proven


def tell(
    chosen: tuple[int, ...],
    entries: dict[tuple[int, int], float],
    capacity: list[int],
    urgency: list[int],
    units: list[int],
) -> tuple[int, float, bool]:
    pairs = [(need, provider) for need, provider in enumerate(chosen) if provider >= 0]
    load = [sum(units[i] for i, j in pairs if j == provider) for provider in range(len(capacity))]
    return (
        sum(urgency[need] for need, _ in pairs),
        sum(entries[each] for each in pairs),
        all(a <= b for a, b in zip(load, capacity, strict=True)),
    )


def test_dense_markets_agree_with_scipy() -> None:
    """Everybody with everybody, one unit each: the Hungarian method's optimum."""
    random = np.random.default_rng(3)
    for shape in ((30, 30), (20, 45), (45, 20)):
        dense = random.random(shape)
        result = assign(csr_array(dense), np.ones(shape[1], int))
        rows, columns = linear_sum_assignment(dense, maximize=True)
        served = np.flatnonzero(result.provider_of_need >= 0)
        total = dense[served, result.provider_of_need[served]].sum()
        assert len(served) == min(shape)
        assert total == pytest.approx(dense[rows, columns].sum(), abs=1e-9)
        assert result.proof.gap < 1e-9


def test_an_explicit_zero_is_an_eligible_pair() -> None:
    """It is worth nothing, and still serves a need; what is not stored is no pair."""
    values = csr_array((np.array([0.0, 5.0]), (np.array([0, 1]), np.array([0, 0]))), shape=(2, 2))
    assert assign(values, [2, 9]).provider_of_need.tolist() == [0, 0]
    assert assign(values, [1, 9]).provider_of_need.tolist() == [-1, 0]


@pytest.mark.parametrize("size", [1e-300, 1e-20, 1.0, 1e300])
def test_values_of_any_size_are_told_apart(size: float) -> None:
    """What counts is how they compare, not how large they are."""
    values = sparse({(0, 0): 3 * size, (0, 1): 7 * size}, (1, 2))
    assert assign(values, [1, 1]).provider_of_need.tolist() == [1]


def test_urgency_comes_before_any_value() -> None:
    """An urgent need worth little is served before a need worth much."""
    values = sparse({(0, 0): 1_000_000, (1, 0): 0.001}, (2, 1))
    assert assign(values, [1], urgency=[1, 1.5]).provider_of_need.tolist() == [-1, 0]


def test_three_needs_of_weight_one_come_before_one_of_two() -> None:
    """Weights add up."""
    values = sparse({(0, 0): 9, (1, 0): 1, (2, 0): 1, (3, 0): 1}, (4, 1))
    chosen = assign(values, [3], urgency=[2, 1, 1, 1], units=[3, 1, 1, 1]).provider_of_need
    assert chosen.tolist() == [-1, 0, 0, 0]


def test_divisible_needs_are_bundled() -> None:
    """Three units come from two providers, and a part counts as that part of the need."""
    values = sparse({(0, 0): 0.9, (0, 1): 0.6}, (1, 2))
    whole = assign(values, [2, 2], units=[3])
    split = assign(values, [2, 2], units=[3], is_divisible=[True])
    assert whole.provider_of_need.tolist() == [-1]
    assert split.provider_of_need.tolist() == [0]
    assert split.units.toarray().tolist() == [[2, 1]]
    short = assign(values, [1, 1], units=[3], is_divisible=[True])
    assert short.units.toarray().tolist() == [[1, 1]]


@pytest.mark.parametrize("form", [csr_array, csc_array, coo_array, csr_matrix])
def test_every_sparse_form_is_read(form: Any) -> None:
    """Also the older matrices."""
    assert assign(form(np.array([[1.0, 2.0]])), [1, 1]).provider_of_need.tolist() == [1]


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (2, 2)])
def test_nothing_to_assign(shape: tuple[int, int]) -> None:
    """No needs, no providers or no pairs: nobody is served, and that is proven."""
    result = assign(csr_array(shape), [1] * shape[1])
    assert result.provider_of_need.tolist() == [-1] * shape[0]
    assert result.proof.gap == 0


def test_what_is_given_stays_as_it_was() -> None:
    """Unsorted columns and doubled entries are put in order in a copy."""
    values = csr_array((np.array([1.0, 2.0]), np.array([1, 0]), np.array([0, 2])), shape=(1, 2))
    assign(values, [1, 1])
    assert values.indices.tolist() == [1, 0]


GOOD: dict[str, Any] = {"values": csr_array(np.ones((2, 2))), "capacity": [1, 1]}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"values": np.ones((2, 2))}, r"values must be a sparse array .*, got ndarray$"),
        ({"values": coo_array(np.ones(2))}, r"values must be a sparse array .*, got coo_array$"),
        ({"values": csr_array(np.array([[np.nan, 1], [1, 1]]))}, "values must be finite"),
        ({"values": csr_array(np.array([[1j, 1], [1, 1]]))}, "values must be real"),
        ({"capacity": [1]}, r"capacity must have the shape \(2,\)"),
        ({"capacity": [1, -1]}, "capacity must be whole numbers of at least 0"),
        ({"capacity": [1, 0.5]}, "capacity must be whole numbers"),
        ({"capacity": [1, np.inf]}, "capacity must be finite"),
        ({"capacity": "ab"}, "capacity must be numbers"),
        ({"units": [0, 1]}, "units must be whole numbers of at least 1"),
        ({"urgency": [1]}, "urgency must have the shape"),
        ({"urgency": [0, 1]}, "urgency must be above 0"),
        ({"urgency": [-1, 1]}, "urgency must be above 0"),
        ({"urgency": [1e-9, 1]}, "urgency must be above 0"),
        ({"is_divisible": [1, 0]}, "is_divisible must be truth values"),
    ],
)
def test_bad_numbers_are_refused(changed: dict[str, Any], message: str) -> None:
    """The error names the argument and the rule."""
    with pytest.raises(InvalidValue, match=message):
        assign(**{**GOOD, **changed})

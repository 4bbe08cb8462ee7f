from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher import fixed_point
from matcher.fixed_point import MILLION, divide_each_half_even, divide_half_even, halve_each, halving

numerators = st.integers(0, 10**15)
denominators = st.integers(1, 2**31 - 1)


@given(numerators, denominators)
def test_division_rounds_half_to_even(numerator: int, denominator: int) -> None:
    """The quotient is that of exact rational arithmetic."""
    assert divide_half_even(numerator, denominator) == round(Fraction(numerator, denominator))


@given(st.lists(st.tuples(numerators, denominators), min_size=1))
def test_division_of_arrays_is_that_of_numbers(pairs: list[tuple[int, int]]) -> None:
    """The array form gives what the scalar form gives."""
    tops, bottoms = np.array(pairs, np.int64).T
    assert divide_each_half_even(tops, bottoms).tolist() == [divide_half_even(*pair) for pair in pairs]


@pytest.mark.parametrize(
    ("amount", "half", "expected"),
    [
        (0, 3, MILLION),
        (3, 3, MILLION // 2),
        (7, 1, 7812),  # 7812.5 exactly: half to even
        (14_000, 2_000, 7812),
        (2**31 - 1, 1, 0),
        (1, 2**31 - 1, MILLION),
    ],
)
def test_halving_is_exact(amount: int, half: int, expected: int) -> None:
    """Known values, the exact half among them, in both forms."""
    assert halving(amount, half) == expected
    assert halve_each(np.array([amount], np.int64), half).tolist() == [expected]


@given(st.lists(st.tuples(st.integers(0, 2**31 - 1), st.integers(1, 20_000_000)), min_size=1))
def test_halving_of_arrays_is_that_of_numbers(pairs: list[tuple[int, int]]) -> None:
    """The array form gives what exact decimal arithmetic gives."""
    amounts, halves = np.array(pairs, np.int64).T
    assert halve_each(amounts, halves).tolist() == [halving(*pair) for pair in pairs]


def test_halving_of_every_metre_is_exact() -> None:
    """All distances of a search radius agree, not only those that a generator thinks of."""
    metres = np.arange(30_001)
    assert halve_each(metres, 3_000).tolist() == [halving(each, 3_000) for each in metres.tolist()]


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10**5))
def test_halving_never_rises(one: int, two: int, half: int) -> None:
    """More of it is never worth more."""
    assert halving(max(one, two), half) <= halving(min(one, two), half)


@given(st.integers(0, 10**7), st.integers(1, 10**6))
def test_binary_powers_are_closer_than_the_doubt(amount: int, half: int) -> None:
    """exp2 differs from the exact value by far less than the distance from a half at which it is asked."""
    exact = Decimal(2) ** (Decimal(-amount) / Decimal(half)) * MILLION
    binary = Decimal(float(np.exp2(-(amount / half)) * MILLION))
    assert abs(binary - exact) < Decimal(fixed_point._DOUBT) / 100


def test_in_doubt_the_exact_value_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """With everything in doubt, all values come from exact arithmetic, for one half or one each."""
    monkeypatch.setattr(fixed_point, "_DOUBT", 1.0)
    monkeypatch.setattr(fixed_point, "halving", lambda amount, half: amount * half)
    amounts = np.array([1, 2, 3], np.int64)
    assert halve_each(amounts, 5).tolist() == [5, 10, 15]
    assert halve_each(amounts, np.array([7, 8, 9], np.int64)).tolist() == [7, 16, 27]

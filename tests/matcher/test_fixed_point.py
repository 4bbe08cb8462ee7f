from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.fixed_point import MILLION, divide_half_even, halving

numerators = st.integers(0, 10**15)
denominators = st.integers(1, 2**31 - 1)


@given(numerators, denominators)
def test_division_rounds_half_to_even(numerator: int, denominator: int) -> None:
    """The quotient is that of exact rational arithmetic."""
    assert divide_half_even(numerator, denominator) == round(Fraction(numerator, denominator))


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
    """Known values, the exact half among them."""
    assert halving(amount, half) == expected


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10**5))
def test_halving_never_rises(one: int, two: int, half: int) -> None:
    """More of it is never worth more."""
    assert halving(max(one, two), half) <= halving(min(one, two), half)

"""Fixed-point arithmetic: scores are integers, so that they are the same on every machine.

A share between 0 and 1 (a skill level, a weight, the value of a factor) is a whole number of
millionths, rounded half to even.
"""

from __future__ import annotations

from decimal import Context, Decimal
from functools import lru_cache

import numpy as np
import numpy.typing as npt

MILLION = 1_000_000

IntArray = npt.NDArray[np.int64]

_EXACT = Context(prec=28)
# exp2 in float64 is within a few units in the last place, 1e-9 millionths: anything farther than
# this from a half rounds as the exact value does.
_DOUBT = 1e-6


def to_millionths(share: float) -> int:
    """Nearest whole number of millionths.

    >>> to_millionths(0.8), to_millionths(1)
    (800000, 1000000)
    """
    return round(share * MILLION)


def divide_half_even(numerator: int, denominator: int) -> int:
    """Quotient of two integers of at least 0 and at least 1, rounded half to even.

    >>> divide_half_even(5, 2), divide_half_even(7, 2), divide_half_even(2, 3)
    (2, 4, 1)
    """
    quotient, remainder = divmod(numerator, denominator)
    is_up = 2 * remainder > denominator or (2 * remainder == denominator and quotient % 2 == 1)
    return quotient + is_up


def divide_each_half_even(numerators: IntArray, denominators: IntArray | int) -> IntArray:
    """`divide_half_even` element by element.

    Parameters
    ----------
    numerators
        At least 0, of shape (n,).
    denominators
        At least 1, of shape (n,) or one for all.
    """
    quotients = numerators // denominators
    doubled = 2 * (numerators - quotients * denominators)
    is_up = (doubled > denominators) | ((doubled == denominators) & (quotients % 2 == 1))
    rounded: IntArray = quotients + is_up
    return rounded


@lru_cache(maxsize=65_536)
def halving(amount: int, half: int) -> int:
    """2^(−amount / half) in millionths, from exact decimal arithmetic.

    Parameters
    ----------
    amount
        At least 0, in any unit (metres, referrals).
    half
        The amount that is worth one half, at least 1, in the same unit.

    Examples
    --------
    >>> halving(0, 3000), halving(3000, 3000), halving(1000, 3000)
    (1000000, 500000, 793701)
    """
    exponent = _EXACT.divide(Decimal(-amount), Decimal(half))
    return round(_EXACT.multiply(_EXACT.power(Decimal(2), exponent), Decimal(MILLION)))


def halve_each(amounts: IntArray, halves: IntArray | int) -> IntArray:
    """`halving` element by element, equal to it in every case.

    Parameters
    ----------
    amounts
        At least 0, of shape (n,).
    halves
        At least 1, of shape (n,) or one for all.
    """
    scaled = np.exp2(-(amounts / halves)) * MILLION
    values: IntArray = np.rint(scaled).astype(np.int64)
    doubtful = np.flatnonzero(np.abs(scaled - np.floor(scaled) - 0.5) < _DOUBT)
    if doubtful.size:
        of_each = np.broadcast_to(halves, amounts.shape)[doubtful].tolist()
        exact = map(halving, amounts[doubtful].tolist(), of_each)
        values[doubtful] = np.fromiter(exact, np.int64, doubtful.size)
    return values

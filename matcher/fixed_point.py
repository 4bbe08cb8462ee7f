"""Fixed-point arithmetic: scores are integers, so that they are the same on every machine.

A share between 0 and 1 (a skill level, a weight, the value of a factor) is a whole number of
millionths, rounded half to even.
"""

from __future__ import annotations

from decimal import Context, Decimal
from functools import lru_cache

MILLION = 1_000_000

_EXACT = Context(prec=28)


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

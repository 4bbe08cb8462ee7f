"""Checks of what callers hand over as numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graph_models.domain.errors import InvalidValue
from matcher.coverage.arrays import numbers
from matcher.problem import Int64Array

_TOO_LARGE = 2**31


def counts_of(field: str, given: npt.ArrayLike, n_rows: int) -> Int64Array:
    """Return counts of shape (n_rows, n_columns), or refuse what cannot be counts.

    Examples
    --------
    >>> counts_of("counts", [[3, 0.0]], 1)
    array([[3, 0]])
    """
    array = numbers(field, given, (-1, -1))
    if array.shape[0] != n_rows or not array.size:
        raise InvalidValue(field, f"have {n_rows} rows, one for each area, and columns", array.shape)
    wrong = ~((array >= 0) & (array < _TOO_LARGE) & (array == np.floor(array)))
    if wrong.any():
        raise InvalidValue(field, "be whole numbers from 0, below 2^31", array[wrong][0].item())
    return array.astype(np.int64)

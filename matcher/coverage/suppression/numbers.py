"""Checks of what callers hand over as numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graph_models.domain.errors import InvalidValue
from matcher.problem import Int64Array

_TOO_LARGE = 2**31


def numbers(field: str, given: npt.ArrayLike, shape: tuple[int, ...] | None) -> npt.NDArray[np.float64]:
    """Return real numbers, NaN among them, or refuse: truth values, texts, another shape."""
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise InvalidValue(field, "be numbers in rows of one length", given) from error
    if array.dtype.kind not in "iuf":
        raise InvalidValue(field, "be real numbers", array.dtype)
    if shape is not None and array.shape != shape:
        raise InvalidValue(field, f"have the shape {shape}", array.shape)
    return array.astype(np.float64)


def counts_of(field: str, given: npt.ArrayLike, n_rows: int) -> Int64Array:
    """Return counts of shape (n_rows, n_columns), or refuse what cannot be counts.

    Examples
    --------
    >>> counts_of("counts", [[3, 0.0]], 1)
    array([[3, 0]])
    """
    array = numbers(field, given, None)
    if array.ndim != 2 or array.shape[0] != n_rows or not array.size:
        raise InvalidValue(field, f"have {n_rows} rows, one for each area, and columns", array.shape)
    wrong = ~((array >= 0) & (array < _TOO_LARGE) & (array == np.floor(array)))
    if wrong.any():
        raise InvalidValue(field, "be whole numbers from 0, below 2^31", array[wrong][0].item())
    return array.astype(np.int64)

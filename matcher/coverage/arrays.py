"""Checks of the numbers that coverage studies take; each names the argument and the rule it breaks."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from graph_models.domain.errors import InvalidValue

FloatArray = npt.NDArray[np.float64]

# Products and quotients of three numbers in between are neither lost nor infinite.
_LEAST = 1e-50
_MOST = 1e50


def numbers(name: str, given: npt.ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    """Return real numbers of a shape, which may be NaN or infinite; −1 in `shape` is any length.

    Truth values and texts are refused.
    """
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise InvalidValue(name, "be numbers in rows of equal length", given) from error
    if array.dtype.kind not in "iuf" and array.size:
        raise InvalidValue(name, "be real numbers", given)
    is_fitting = len(array.shape) == len(shape) and all(
        wanted in (-1, length) for length, wanted in zip(array.shape, shape, strict=True)
    )
    if not is_fitting:
        wanted = ", ".join("any" if length < 0 else str(length) for length in shape)
        raise InvalidValue(name, f"have the shape ({wanted})", array.shape)
    return array.astype(np.float64, copy=False)


def number(name: str, given: object, *, least: float, most: float = _MOST) -> float:
    """Return one finite number within [`least`, `most`]; numpy's own scalars are welcome."""
    is_number = isinstance(given, int | float | np.integer | np.floating) and not isinstance(given, bool)
    if not is_number or not math.isfinite(value := float(given)):  # type: ignore[arg-type]
        raise InvalidValue(name, "be a finite number", given)
    if not least <= value <= most:
        raise InvalidValue(name, f"be from {least:g} to {most:g}", value)
    return value


def amounts(name: str, given: npt.ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    """Return numbers that are 0 or from 1e-50 to 1e50: people, units, weights."""
    array = numbers(name, given, shape)
    is_amount = (array == 0) | ((array >= _LEAST) & (array <= _MOST))
    if not is_amount.all():
        rule = f"be 0, or from {_LEAST:g} to {_MOST:g}"
        raise InvalidValue(name, rule, array[~is_amount][0].item())
    return array


def refuse_infinite(name: str, array: FloatArray) -> FloatArray:
    """Return an array as it is, unless a number in it is infinite; NaN may be."""
    if (wrong := np.isinf(array)).any():
        raise InvalidValue(name, "be finite, or NaN where there is no value", array[wrong][0].item())
    return array

"""Assign needs to providers given as numbers: the optimum, with its proof."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor, log10
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, issparse

from graph_models.domain.errors import InvalidValue
from matcher.certificate import Certificate, Proof, verify
from matcher.planning.limits import tighten
from matcher.planning.objective import parts_of
from matcher.planning.solving import price
from matcher.planning.whole import finish
from matcher.problem import NO_LIMIT, BoolArray, Int64Array, Problem

_MILLION = 1_000_000  # parts to which weights of urgency are told apart, unless they are whole
_FINEST = 300  # decimals that a value is told to at most: a power of ten beyond it is no number
_FINE = 10**12  # units that the largest value comes to at most, unless all are whole


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who serves whom.

    Parameters
    ----------
    provider_of_need
        Index of the provider that serves each need, −1 if none does; of a need that is split, the one
        that serves most of it: shape (n_needs,).
    units
        Units that each provider serves of each need: shape (n_needs, n_providers).
    certificate
        Prices that bound what any assignment can be worth.
    proof
        What they say of this one.
    is_proven
        Whether it is known that no assignment is better.
    """

    provider_of_need: npt.NDArray[np.int64]
    units: csr_array
    certificate: Certificate
    proof: Proof
    is_proven: bool


def assign(
    values: Any,
    capacity: npt.ArrayLike,
    urgency: npt.ArrayLike | None = None,
    units: npt.ArrayLike | None = None,
    *,
    is_divisible: npt.ArrayLike | None = None,
) -> Assignment:
    """Serve as much weight as possible, and then as valuably as possible.

    Parameters
    ----------
    values
        Sparse, of shape (n_needs, n_providers). Stored entries are the eligible pairs and what it is
        worth to serve the need with all of its units; an explicit zero is an eligible pair worth nothing.
    capacity
        Units that each provider can take: whole numbers, shape (n_providers,).
    urgency
        Weight of each need, above 0, told apart to six decimals: shape (n_needs,). 1 by default.
    units
        Units that each need takes of its provider: whole numbers, shape (n_needs,). 1 by default.
    is_divisible
        Needs that may be split over several providers or served in part, which then counts as that part
        of the need: shape (n_needs,). None by default.

    Returns
    -------
    Assignment
        The best one; `is_proven` is False only if whole needs of several units made the problem too
        hard (it is NP-hard then), and `proof.gap` bounds what is missing.

    Raises
    ------
    InvalidValue
        Naming the argument and the rule that it breaks.

    Examples
    --------
    First come, first served would give the first need its favourite and leave the second without help.

    >>> from scipy.sparse import csr_array
    >>> values = csr_array(([0.9, 0.6, 0.8], ([0, 0, 1], [0, 1, 0])), shape=(2, 2))
    >>> assign(values, capacity=[1, 1]).provider_of_need
    array([1, 0])
    """
    problem = _problem(values, capacity, urgency, units, is_divisible)
    solution = finish(problem, tighten(problem, price(problem)))
    best = np.full(len(problem.units), -1, np.int64)
    used = np.flatnonzero(solution.given)
    order = used[np.argsort(solution.given[used], kind="stable")]  # the largest share is written last
    best[problem.need[order]] = problem.provider[order]
    shape = (len(problem.units), len(problem.capacity))
    ends = (problem.need[used], problem.provider[used])
    return Assignment(
        best,
        csr_array((solution.given[used], ends), shape=shape),
        solution.certificate,
        verify(solution.certificate, problem, solution.given),
        solution.is_proven,
    )


def _problem(
    values: Any,
    capacity: npt.ArrayLike,
    urgency: npt.ArrayLike | None,
    units: npt.ArrayLike | None,
    is_divisible: npt.ArrayLike | None,
) -> Problem:
    if not issparse(values) or values.ndim != 2:
        raise InvalidValue("values", "be a sparse array of shape (n_needs, n_providers)", values)
    pairs = csr_array(values, copy=True)
    pairs.sum_duplicates()  # sorts, too
    n_needs, n_providers = pairs.shape
    need = np.repeat(np.arange(n_needs, dtype=np.int32), np.diff(pairs.indptr))
    problem = Problem(
        weight=_weights(np.ones(n_needs) if urgency is None else urgency, n_needs),
        units=_whole("units", np.ones(n_needs) if units is None else units, n_needs, 1),
        is_whole=_whole_needs(is_divisible, n_needs),
        capacity=_whole("capacity", capacity, n_providers, 0),
        referrals=np.full(n_providers, NO_LIMIT, np.int64),
        need=need,
        provider=pairs.indices.astype(np.int32),
        score=_scores(pairs.data),
    )
    # A unit's share of a score is then a whole number as well, where that is possible.
    return replace(problem, score=problem.score * parts_of(problem.units))


def _numbers(name: str, given: npt.ArrayLike, count: int) -> npt.NDArray[np.float64]:
    try:
        numbers = np.asarray(given, np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidValue(name, "be numbers", given) from error
    if numbers.shape != (count,):
        raise InvalidValue(name, f"have the shape ({count},)", numbers.shape)
    if not np.isfinite(numbers).all():
        raise InvalidValue(name, "be finite", numbers[~np.isfinite(numbers)][0].item())
    return numbers


def _whole(name: str, given: npt.ArrayLike, count: int, least: int) -> Int64Array:
    numbers = _numbers(name, given, count)
    wrong = (numbers != np.floor(numbers)) | (numbers < least) | (numbers >= NO_LIMIT)
    if wrong.any():
        raise InvalidValue(
            name, f"be whole numbers of at least {least}, below 2^31 − 1", numbers[wrong][0].item()
        )
    return numbers.astype(np.int64)


def _whole_needs(is_divisible: npt.ArrayLike | None, count: int) -> BoolArray:
    if is_divisible is None:
        return np.ones(count, np.bool_)
    flags = np.asarray(is_divisible)
    if flags.shape != (count,) or flags.dtype != np.bool_:
        raise InvalidValue("is_divisible", f"be truth values of shape ({count},)", flags.shape)
    return ~flags


def _weights(given: npt.ArrayLike, count: int) -> Int64Array:
    weights = _numbers("urgency", given, count)
    parts = 1 if (weights == np.floor(weights)).all() else _MILLION
    whole = np.rint(weights * parts)
    wrong = (whole < 1) | (whole >= NO_LIMIT)
    if wrong.any():
        raise InvalidValue(
            "urgency", "be above 0 (told apart to six decimals) and below 2^31", weights[wrong][0].item()
        )
    return np.asarray(whole // np.gcd.reduce(whole.astype(np.int64)) if count else whole, np.int64)


def _scores(data: npt.NDArray[Any]) -> Int64Array:
    if not (np.issubdtype(data.dtype, np.number) or data.dtype == np.bool_) or np.iscomplexobj(data):
        raise InvalidValue("values", "be real numbers", data.dtype)
    values = data.astype(np.float64)
    if not np.isfinite(values).all():
        raise InvalidValue("values", "be finite", values[~np.isfinite(values)][0].item())
    largest = float(np.abs(values).max(initial=0))
    if largest <= _FINE and (values == np.floor(values)).all():
        return values.astype(np.int64)
    finest = min(floor(log10(_FINE) - log10(largest)), _FINEST)
    return np.rint(values * 10.0**finest).astype(np.int64)

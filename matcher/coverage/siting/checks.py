"""What `place_stations` refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from graph_models.domain.checks import check_integer, check_number
from graph_models.domain.errors import InvalidValue
from matcher.coverage.arrays import numbers
from matcher.coverage.siting.case import Case
from matcher.coverage.siting.result import FloatArray, IndexArray, Method

_MOST = 1e15  # whole numbers up to here are exact, and so are sums of a few
_LIMITED = (Method.LSCP, Method.MCLP)


def read_method(given: object) -> Method:
    """Return the method of this name."""
    if not isinstance(given, str) or given not in set(Method):
        raise InvalidValue("method", f"be one of {', '.join(Method)}", given)
    return Method(given)


def read_case(
    demand: npt.ArrayLike, cost: npt.ArrayLike, method: Method, count: Any, limit: Any, fixed: Any
) -> Case:
    """Check one question, except whether it can be answered."""
    people = amounts("demand", demand, 1)
    costs = amounts("cost", cost, 2, may_be_nan=True)
    if costs.shape[0] != len(people):
        raise InvalidValue("cost", f"have one row for each of the {len(people)} places", costs.shape)
    sites = _fixed(fixed, costs.shape[1])
    if method in _LIMITED:
        check_number("limit", _plain(limit), least=0, most=_MOST)
    elif limit is not None:
        raise InvalidValue("limit", f"not be given for {method}, which has none", limit)
    is_reached = ~np.isnan(costs) if limit is None else costs <= limit
    return Case(people, costs, is_reached, sites, _count(count, method, len(sites), costs.shape[1]))


def amounts(name: str, given: npt.ArrayLike, n_axes: int, *, may_be_nan: bool = False) -> FloatArray:
    """Read real numbers of at least 0, of which sums are exact where they are whole."""
    array = numbers(name, given, (-1,) * n_axes)
    is_wrong = ~(array <= _MOST) | (array < 0)
    if may_be_nan:
        is_wrong &= ~np.isnan(array)
    if is_wrong.any():
        rule = "be from 0 to 1e15" + (", or NaN where there is no route" if may_be_nan else "")
        raise InvalidValue(name, rule, array[is_wrong][0].item())
    return array


def read_capacity(given: npt.ArrayLike, method: Method, n_sites: int) -> FloatArray:
    """Check capacities."""
    if method not in _LIMITED:
        raise InvalidValue("capacity", "be given for lscp or mclp only", given)
    capacity = amounts("capacity", given, 1)
    if len(capacity) != n_sites:
        raise InvalidValue("capacity", f"have the shape ({n_sites},)", capacity.shape)
    return capacity


def check_reach(case: Case, method: Method, limit: Any) -> None:
    """Refuse peopled places that no site can serve, where all must be served."""
    if method is Method.MCLP:
        return
    lost = case.is_peopled & ~case.is_reached.any(axis=1)
    if lost.any():
        told = f"{lost.sum()} places with {case.demand[lost].sum():g} people are"
        if method is Method.LSCP:
            raise InvalidValue(
                "limit", f"let every place reach a site: {told} beyond it of every site", _plain(limit)
            )
        raise InvalidValue(
            "cost", f"give every place a route to some site: {told} without one", case.cost.shape
        )


def _plain(given: Any) -> Any:
    """Return a NumPy scalar as the Python number it stands for."""
    return given.item() if isinstance(given, np.generic) else given


def _count(given: Any, method: Method, n_fixed: int, n_sites: int) -> int:
    if method is Method.LSCP:
        if given is not None:
            raise InvalidValue("count", "not be given for lscp, which finds it", given)
        return 0
    count = _plain(given)
    check_integer("count", count, least=1)
    if count > n_sites:
        raise InvalidValue("count", f"be at most the number of sites, {n_sites}", count)
    if count < n_fixed:
        raise InvalidValue("count", f"be at least the number of fixed sites, {n_fixed}", count)
    return int(count)


def _fixed(given: Any, n_sites: int) -> IndexArray:
    if given is None:
        return np.zeros(0, np.int64)
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise InvalidValue("fixed", "be indices or truth values", given) from error
    if array.dtype == np.bool_:
        if array.shape != (n_sites,):
            raise InvalidValue("fixed", f"be truth values of shape ({n_sites},), or indices", array.shape)
        return np.flatnonzero(array).astype(np.int64)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise InvalidValue("fixed", "be indices or truth values", given)
    sites = np.unique(array.astype(np.int64))
    if len(sites) != len(array):
        raise InvalidValue("fixed", "name each site once", given)
    if len(sites) and not 0 <= sites[0] <= sites[-1] < n_sites:
        raise InvalidValue("fixed", f"be indices from 0 to {n_sites - 1}", given)
    return sites

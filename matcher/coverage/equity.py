"""Equity: how unequally people are served, and how far apart groups are.

All measures are over people: a place counts as many times as people live there (`weights`). None of them
guesses what NaN means: a place that reaches nobody has no access, and whether that counts as 0 or is left
out changes the answer most of all, so the caller decides.

References
----------
C. Gini: Variabilità e mutabilità. Bologna, 1912.

J. G. Palma: Homogeneous middles vs. heterogeneous tails, and the end of the "inverted-U". Development and
Change 42(1), 2011, 87-153. doi:10.1111/j.1467-7660.2011.01694.x
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graph_models.domain.errors import InvalidValue
from matcher.coverage.arrays import FloatArray, amounts, numbers

_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class GroupGap:
    """How far apart the means of groups are.

    Parameters
    ----------
    mean_of_group
        Weighted mean of each group, by its name in order; NaN for a group of nobody.
    difference
        Largest mean less the smallest, in the unit of the values.
    ratio
        Largest mean over the smallest: 1 is equal, infinite if the smallest is 0, NaN if all are 0.
    """

    mean_of_group: dict[str, float]
    difference: float
    ratio: float


def gini(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Return the Gini coefficient: 0 if all have the same, towards 1 if one has everything.

    G = Σ_i Σ_j w_i·w_j·|x_i − x_j| / (2·W·Σ_i w_i·x_i), with W = Σ_i w_i.

    Parameters
    ----------
    values
        x_i, what each has, 0 or more: shape (n,). NaN is refused.
    weights
        w_i, people who have it, 0 or more: shape (n,). 1 by default.

    Returns
    -------
    float
        From 0 to below 1; NaN if there is nobody or nothing.

    Raises
    ------
    InvalidValue
        Naming the argument and the rule that it breaks.

    Examples
    --------
    >>> gini([0, 0, 0, 1]), gini([0, 1], weights=[3, 1]), gini([2, 2])
    (0.75, 0.75, 0.0)
    """
    people, had = _lorenz(values, weights)
    if np.isnan(had[-1]):
        return _NAN
    area = float((np.diff(people) * (had[1:] + had[:-1])).sum())
    return max(0.0, 1 - area)  # rounding may take equality a little below 0


def palma(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Return the Palma ratio: what the best-off tenth has over what the worst-off four tenths have.

    A person on the border between two parts counts for each with the share that lies in it.

    Parameters
    ----------
    values, weights
        As in `gini`.

    Returns
    -------
    float
        0.25 if all have the same; infinite if the worst-off have nothing; NaN if there is nobody or
        nothing.

    Raises
    ------
    InvalidValue
        Naming the argument and the rule that it breaks.

    Examples
    --------
    >>> round(palma([1, 1, 1, 1, 2, 2, 2, 2, 2, 6]), 6)
    1.5
    """
    people, had = _lorenz(values, weights)
    if np.isnan(had[-1]):
        return _NAN
    top = 1 - float(np.interp(0.9, people, had))
    bottom = float(np.interp(0.4, people, had))
    return top / bottom if bottom > 0 else float("inf")


def group_gap(values: npt.ArrayLike, groups: Sequence[str], weights: npt.ArrayLike | None = None) -> GroupGap:
    """Compare the weighted means of groups, such as districts or kinds of hardship.

    Parameters
    ----------
    values, weights
        As in `gini`.
    groups
        Name of the group of each value: shape (n,).

    Returns
    -------
    GroupGap
        Over the groups with people in them; NaN without any.

    Raises
    ------
    InvalidValue
        Naming the argument and the rule that it breaks.

    Examples
    --------
    >>> group_gap([0.9, 0.5, 0.2], ["north", "south", "south"], weights=[10, 20, 10])
    GroupGap(mean_of_group={'north': 0.9, 'south': 0.4}, difference=0.5, ratio=2.25)
    """
    had, people = _checked(values, weights)
    if len(groups) != len(had) or not all(isinstance(each, str) for each in groups):
        raise InvalidValue("groups", f"be texts of shape ({len(had)},)", (len(groups),))
    names, group = np.unique(np.array(groups, np.str_), return_inverse=True)
    totals = np.bincount(group, people * had, len(names))
    sizes = np.bincount(group, people, len(names)).astype(np.float64)
    means = np.divide(totals, sizes, out=np.full(len(names), _NAN), where=sizes > 0)
    of_somebody = means[sizes > 0]
    largest = float(of_somebody.max()) if of_somebody.size else _NAN
    smallest = float(of_somebody.min()) if of_somebody.size else _NAN
    ratio = largest / smallest if smallest else (float("inf") if largest else _NAN)
    by_name = dict(zip(names.tolist(), means.tolist(), strict=True))
    return GroupGap(by_name, largest - smallest, ratio)


def _lorenz(values: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    """Return the Lorenz curve: shares of people, worst-off first, and of what they have, from 0 to 1."""
    had, people = _checked(values, weights)
    order = np.argsort(had, kind="stable")
    shares = np.concatenate([[0.0], np.cumsum(people[order])])
    amounts_had = np.concatenate([[0.0], np.cumsum((people * had)[order])])
    if not amounts_had[-1] > 0:
        return shares, np.full(len(shares), _NAN)
    return shares / shares[-1], amounts_had / amounts_had[-1]


def _checked(values: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    if np.isnan(numbers("values", values, (-1,))).any():
        raise InvalidValue("values", "have no NaN: count the unreached as 0 or leave them out", _NAN)
    had = amounts("values", values, (-1,))
    return had, np.ones(len(had)) if weights is None else amounts("weights", weights, had.shape)

"""Rows that are looked at for one need, with what is worked out about them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from matcher.context import NeedContext, Requirement
from matcher.engine.growing import Int32Array, Interned, T
from matcher.engine.index import ProviderIndex
from matcher.fixed_point import MILLION, IntArray, divide_each_half_even
from matcher.travel import UNKNOWN_M, distances_m

BoolArray = npt.NDArray[np.bool_]


class Candidates:
    """Some rows of the index, seen from one need.

    Parameters
    ----------
    index, context
        The providers, and the need.
    rows
        Row numbers, ascending, of shape (n,).
    best
        Best similarity · level per required skill in millionths, of shape (n_required, n).
    """

    def __init__(self, index: ProviderIndex, context: NeedContext, rows: IntArray, best: Int32Array) -> None:
        self.index = index
        self.context = context
        self.rows = rows
        self.best = best

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return one column of the index at these rows, of shape (n,)."""
        return self.index.column(name)[self.rows]

    @cached_property
    def distance(self) -> IntArray:
        """Metres from the need, `UNKNOWN_M` where a point is not known, of shape (n,)."""
        if self.context.location is None:
            return np.full(len(self), UNKNOWN_M, np.int64)
        return distances_m(self.context.location, self.column("latitude"), self.column("longitude"))

    def only(self, which: BoolArray | IntArray) -> Candidates:
        """Return some of the candidates, by mask or by position."""
        chosen = Candidates(self.index, self.context, self.rows[which], self.best[:, which])
        if "distance" in self.__dict__:
            chosen.__dict__["distance"] = self.distance[which]
        return chosen

    def holding(self, name: str, values: Interned[T], holds: Callable[[T], bool]) -> BoolArray:
        """Tell for which candidates a shared attribute fulfils a condition, of shape (n,).

        The condition is asked once for each distinct value that occurs.
        """
        numbers = self.column(name)
        answers = np.zeros(len(values), np.bool_)
        for number in np.flatnonzero(np.bincount(numbers, minlength=len(values))).tolist():
            answers[number] = holds(values[number])
        held: BoolArray = answers[numbers]
        return held

    def naming(self, provider_ids: frozenset[Any]) -> BoolArray:
        """Tell which candidates are among the providers named, of shape (n,)."""
        rows = [row for each in provider_ids if (row := self.index.row_of.get(each)) is not None]
        named: BoolArray = np.isin(self.rows, rows)
        return named


def skilled(index: ProviderIndex, context: NeedContext) -> Candidates:
    """Return all providers that offer every required skill well enough."""
    best = _best_values(index, context)
    is_skilled = index.column("is_alive").copy()
    for requirement, values in zip(context.requirements, best, strict=True):
        is_skilled &= values >= max(requirement.min_level, 1)
    return _at(index, context, is_skilled, best)


def considered(index: ProviderIndex, context: NeedContext) -> Candidates:
    """Return the providers that are counted: who offers a required skill, or is near."""
    best = _best_values(index, context)
    everyone = _at(index, context, index.column("is_alive"), best)
    if not context.requirements and context.category.is_remote:
        return everyone
    return everyone.only((everyone.distance <= context.search_radius_m) | (everyone.best > 0).any(axis=0))


def _at(index: ProviderIndex, context: NeedContext, mask: BoolArray, best: Int32Array) -> Candidates:
    rows = np.flatnonzero(mask)
    return Candidates(index, context, rows, best[:, rows])


def _best_values(index: ProviderIndex, context: NeedContext) -> Int32Array:
    best = np.zeros((len(context.requirements), index.size), np.int32)
    for requirement, values in zip(context.requirements, best, strict=True):
        _fill_best(index, requirement, values)
    return best


def _fill_best(index: ProviderIndex, requirement: Requirement, values: Int32Array) -> None:
    """Enter the best similarity · level of every row that offers something similar."""
    for skill_id, similarity in requirement.similar.items():
        if (postings := index.postings.get(skill_id)) is None:
            continue
        rows, levels = postings.rows, postings.levels
        if similarity != MILLION:
            levels = divide_each_half_even(levels.astype(np.int64) * similarity, MILLION).astype(np.int32)
        # Within one skill a row occurs once, so the indexed assignment loses nothing.
        values[rows] = np.maximum(values[rows], levels)

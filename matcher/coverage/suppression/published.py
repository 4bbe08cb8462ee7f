"""A table as analysts get it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from graph_models.domain.checks import check_integer
from graph_models.domain.errors import InvalidValue
from matcher.coverage.arrays import numbers
from matcher.problem import BoolArray, Int64Array

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """Counts by area and column with all totals, hidden cells as NaN.

    All hidden cells look the same: why one is hidden is not told. Filter this table, never the counts:
    a filter applied before hides other cells, and two tables together may tell both.

    Parameters
    ----------
    areas
        Names, the whole first, then by depth and name: n_areas of them.
    parent
        Index of the area that each is part of, −1 if it is not in this table: shape (n_areas,).
    depth
        Steps from the whole, 0 for itself: shape (n_areas,).
    values
        Counts, the last column being the total: shape (n_areas, n_columns + 1).
    parts
        By name the measures that add up to `values`, of the same shape; hidden in the same cells.
    k
        Least count that is shown besides 0.
    shows_zeros
        Whether all zeros are shown, so that a hidden cell is known to be at least 1.
    """

    areas: tuple[str, ...]
    parent: Int64Array
    depth: Int64Array
    values: FloatArray
    parts: Mapping[str, FloatArray]
    k: int
    shows_zeros: bool

    @property
    def is_hidden(self) -> BoolArray:
        """Which cells are hidden: shape (n_areas, n_columns + 1)."""
        return np.isnan(self.values)

    def under(self, area: str) -> PublishedTable:
        """Return an area and all that is part of it, as published in the whole table.

        Raises
        ------
        InvalidValue
            If the table has no such area.
        """
        if area not in self.areas:
            raise InvalidValue("area", "be in the table", area)
        is_under = np.zeros(len(self.areas), np.bool_)
        is_under[self.areas.index(area)] = True
        for index, parent in enumerate(self.parent.tolist()):  # what an area is part of stands before it
            is_under[index] |= parent >= 0 and is_under[parent]
        return self._rows(is_under)

    def at_depth(self, depth: int) -> PublishedTable:
        """Return all areas so many steps below the whole, as published in the whole table."""
        return self._rows(self.depth == depth)

    def _rows(self, is_wanted: BoolArray) -> PublishedTable:
        place = np.append(np.where(is_wanted, np.cumsum(is_wanted) - 1, -1), -1)
        return replace(
            self,
            areas=tuple(np.array(self.areas, object)[is_wanted].tolist()),
            parent=place[self.parent[is_wanted]],
            depth=self.depth[is_wanted],
            values=self.values[is_wanted],
            parts={name: part[is_wanted] for name, part in self.parts.items()},
        )

    def derived(
        self,
        figures: npt.ArrayLike,
        base: npt.ArrayLike | None = None,
        least_base: int | None = None,
    ) -> FloatArray:
        """Hide rates, scores and means of the people in the cells wherever their count is.

        Parameters
        ----------
        figures
            Of shape (n_areas, n_columns + 1), in the order of this table; NaN where there is none.
        base
            How many people or needs each figure is about, of the same shape; by default `values`. Give the
            residents here for rates per resident, which are public.
        least_base
            Least base of a figure that is shown, by default and at least `k`. 1,000 is customary for
            rates per resident.

        Returns
        -------
        FloatArray
            Of the same shape, NaN where the cell is hidden or the base is too small.

        Raises
        ------
        InvalidValue
            For another shape, or a floor below `k`.
        """
        floor = self.k if least_base is None else least_base
        check_integer("least_base", floor, least=self.k)
        given = numbers("figures", figures, self.values.shape)
        counts = self.values if base is None else numbers("base", base, self.values.shape)
        return np.where(self.is_hidden | ~(counts >= floor), np.nan, given)

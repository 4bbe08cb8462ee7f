"""The tree of areas that a table is published for, coarse ones first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graph_models.domain.checks import check_text
from graph_models.domain.errors import InvalidValue
from matcher.problem import Int64Array

WHOLE = "total"  # the area that all others are part of


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Areas in the order of their depth and name, whatever order they were given in.

    Parameters
    ----------
    areas
        Names of all areas, `WHOLE` first: n_areas of them.
    parent
        Index of the area that each is part of, −1 for the whole: shape (n_areas,).
    depth
        Steps from the whole: shape (n_areas,).
    leaf
        Index of the area of each row of the counts: shape (n_rows,).
    """

    areas: tuple[str, ...]
    parent: Int64Array
    depth: Int64Array
    leaf: Int64Array

    def with_totals(self, counts: Int64Array) -> Int64Array:
        """Add inner areas and a last column of totals to the counts of the rows.

        Parameters
        ----------
        counts
            Of shape (n_rows, n_columns).

        Returns
        -------
        Int64Array
            Of shape (n_areas, n_columns + 1).
        """
        sums = np.zeros((len(self.areas), counts.shape[1] + 1), np.int64)
        sums[self.leaf, :-1] = counts
        for area in range(len(self.areas) - 1, 0, -1):  # parts stand behind what they are part of
            sums[self.parent[area]] += sums[area]
        sums[:, -1] = sums.sum(axis=1)
        return sums


def make_hierarchy(areas: Sequence[str], groups: Sequence[Sequence[str]] | None) -> Hierarchy:
    """Order the areas, and what they are part of, into a tree.

    Parameters
    ----------
    areas
        Name of each row, each once.
    groups
        For each row the areas that it is part of, the coarsest first. None: the whole only.

    Raises
    ------
    InvalidValue
        If a name is no text, is not unique among all levels, or has two places in the tree.

    Examples
    --------
    >>> make_hierarchy(["b1", "a1", "a2"], [["b"], ["a"], ["a"]]).areas
    ('total', 'a', 'b', 'a1', 'a2', 'b1')
    """
    _check_names("areas", areas)
    if groups is not None and len(groups) != len(areas):
        raise InvalidValue("groups", f"have one entry for each of the {len(areas)} areas", len(groups))
    above = [()] * len(areas) if groups is None else [tuple(each) for each in groups]
    for each in above:
        _check_names("groups", each)
    parent = _parents([(*above[row], name) for row, name in enumerate(areas)])
    repeated = [name for name, count in Counter(areas).items() if count > 1]
    inner = {name for each in above for name in each}
    if repeated or not inner.isdisjoint(areas):
        raise InvalidValue("areas", "name each area once, on one level", len(areas))
    depth = {name: _depth(name, parent) for name in parent}
    order = [WHOLE, *sorted(parent, key=lambda name: (depth[name], name))]
    place = {name: index for index, name in enumerate(order)}
    return Hierarchy(
        tuple(order),
        np.array([-1, *(place[parent[name]] for name in order[1:])], np.int64),
        np.array([0, *(depth[name] for name in order[1:])], np.int64),
        np.array([place[name] for name in areas], np.int64),
    )


def _check_names(field: str, names: Sequence[str]) -> None:
    for name in names:
        check_text(field, name)
        if name == WHOLE:
            raise InvalidValue(field, f"not be named {WHOLE!r}", name)


def _parents(paths: list[tuple[str, ...]]) -> dict[str, str]:
    parent: dict[str, str] = {}
    for path in paths:
        for upper, name in zip((WHOLE, *path), path, strict=False):
            if parent.setdefault(name, upper) != upper:
                raise InvalidValue("groups", "put each area into one other", name)
    return parent


def _depth(name: str, parent: dict[str, str]) -> int:
    depth = 0
    while name != WHOLE:
        name, depth = parent[name], depth + 1
    return depth

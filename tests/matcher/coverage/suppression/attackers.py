"""Attackers who know a published table, its k, and the method. They share no code with it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import block_diag, csr_array

from matcher.coverage.suppression import PublishedTable

Floats = npt.NDArray[np.float64]
_MOST = 10_000  # an attacker's guess at the largest count that there could be


def sums(parent: npt.NDArray[np.int64], n_columns: int) -> Floats:
    """Return one row for each sum in a table, over all of its cells: it comes to 0."""
    n_areas, width = len(parent), n_columns + 1
    rows = []
    for area in range(n_areas):
        across = np.zeros((n_areas, width))
        across[area, :-1], across[area, -1] = 1, -1
        rows.append(across.ravel())
        parts = np.flatnonzero(parent == area)
        for column in range(width) if parts.size else ():
            down = np.zeros((n_areas, width))
            down[parts, column], down[area, column] = 1, -1
            rows.append(down.ravel())
    return np.array(rows)


def by_differences(values: Floats, parent: npt.NDArray[np.int64]) -> Floats:
    """Fill in what one sum after the other tells: a total minus all parts but one."""
    known = values.ravel().copy()
    rows = sums(parent, values.shape[1] - 1)
    while True:
        missing = (rows != 0) & np.isnan(known)
        single = np.flatnonzero(missing.sum(axis=1) == 1)
        if not single.size:
            return known.reshape(values.shape)
        row, cell = rows[single[0]], np.flatnonzero(missing[single[0]])[0]
        known[cell] = -(row * np.nan_to_num(np.where(missing[single[0]], 0, known))).sum() / row[cell]


def bounds_of(values: Floats, parent: npt.NDArray[np.int64], least: int) -> tuple[Floats, Floats]:
    """Return the lowest and the highest value that each cell can have, by linear programs."""
    hidden = np.flatnonzero(np.isnan(values.ravel()))
    if not hidden.size:
        return values, values
    rows = sums(parent, values.shape[1] - 1)
    known = np.nan_to_num(values.ravel())
    span = [(least, _MOST)] * len(hidden)
    lows, highs = _extremes(rows[:, hidden], -rows @ known, span, np.eye(len(hidden)))
    low, high = values.ravel().copy(), values.ravel().copy()
    low[hidden], high[hidden] = lows, highs
    return low.reshape(values.shape), high.reshape(values.shape)


def bounds_of_parts(table: PublishedTable) -> Mapping[str, tuple[Floats, Floats]]:
    """Return such bounds for each part, from all parts and the base count together."""
    hidden = np.flatnonzero(table.is_hidden.ravel())
    rows = sums(table.parent, table.values.shape[1] - 1)
    names, n_hidden = list(table.parts), len(hidden)
    equal = block_diag([rows[:, hidden]] * len(names)).toarray()
    right = np.concatenate([-rows @ np.nan_to_num(table.parts[name].ravel()) for name in names])
    # A hidden base count is at least 1 where zeros are shown.
    floor = (-np.tile(np.eye(n_hidden), len(names)), -np.full(n_hidden, float(table.shows_zeros)))
    span = [(0, _MOST)] * equal.shape[1]
    lows, highs = _extremes(equal, right, span, np.eye(equal.shape[1]), floor)
    bounds = {}
    for place, name in enumerate(names):
        low, high = (table.parts[name].ravel().copy() for _ in range(2))
        own = slice(place * n_hidden, (place + 1) * n_hidden)
        low[hidden], high[hidden] = lows[own], highs[own]
        bounds[name] = (low.reshape(table.values.shape), high.reshape(table.values.shape))
    return bounds


def _extremes(
    equal: Floats,
    right: Floats,
    span: list[tuple[int, int]],
    goals: Floats,
    floor: tuple[Floats, Floats] | None = None,
) -> tuple[Floats, Floats]:
    """Minimise and maximise each goal: all programs side by side, as one."""
    n_programs = 2 * len(goals)
    solved = linprog(
        np.concatenate((goals.ravel(), -goals.ravel())),
        A_eq=csr_array(block_diag([csr_array(equal)] * n_programs)),
        b_eq=np.tile(right, n_programs),
        A_ub=None if floor is None else csr_array(block_diag([csr_array(floor[0])] * n_programs)),
        b_ub=None if floor is None else np.tile(floor[1], n_programs),
        bounds=span * n_programs,
        method="highs",
    )
    assert solved.status == 0, solved.message
    found = (solved.x.reshape(2, *goals.shape) * goals).sum(axis=2)
    return np.round(found[0], 6), np.round(found[1], 6)  # the solver is exact to 1e-7

"""Points counted in the cells of a grid, for a map that shows more of them than can be drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import floor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matcher.travel import FloatArray


class Box(NamedTuple):
    """A part of the world in degrees, its edges included."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: the mean of the points in it, how many they are, and sums over them by name."""

    longitude: float
    latitude: float
    count: int
    sums: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Point:
    """One point, where there are few."""

    key: str
    longitude: float
    latitude: float
    values: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CellCounts:
    """Cells from south-west to north-east, without empty ones.

    Parameters
    ----------
    cell_degrees
        Width and height of a cell.
    total
        How many points lie in the box.
    cells
        The cells.
    points
        The points themselves, None if there are too many or nobody says what they are called.
    """

    cell_degrees: float
    total: int
    cells: tuple[Cell, ...]
    points: tuple[Point, ...] | None


def count_in_cells(
    longitude: FloatArray,
    latitude: FloatArray,
    box: Box,
    cell_degrees: float,
    parts: Mapping[str, npt.NDArray[np.generic]],
    name: Callable[[npt.NDArray[np.int64]], Sequence[str]] | None = None,
    most_points: int = 0,
) -> CellCounts:
    """Count the points that lie in a box by the cells of a grid that does not move with the box.

    Parameters
    ----------
    longitude, latitude
        Degrees, NaN for what lies nowhere: shape (n,).
    box
        What is looked at.
    cell_degrees
        Width and height of a cell: the box should hold thousands of cells, not millions.
    parts
        What else to add up in each cell, by name: shape (n,) each.
    name
        Says what the points at some places in the columns are called; None for cells alone.
    most_points
        Up to how many points are returned one by one.

    Examples
    --------
    >>> there = np.array([113.25, 113.26, 114.5]), np.array([23.1, 23.1, 23.1])
    >>> units, name = {"units": np.array([1, 2, 4])}, lambda places: [f"p{each}" for each in places]
    >>> found = count_in_cells(*there, Box(113, 23, 114, 24), 0.5, units, name, most_points=2)
    >>> found.total, [(each.count, dict(each.sums)) for each in found.cells]
    (2, [(2, {'units': 3})])
    >>> [each.key for each in found.points]
    ['p0', 'p1']
    """
    is_inside = (longitude >= box.west) & (longitude <= box.east)
    is_inside &= (latitude >= box.south) & (latitude <= box.north)
    places = np.flatnonzero(is_inside)
    x, y = longitude[places], latitude[places]
    held = {name: values[places].astype(np.int64) for name, values in parts.items()}
    cell, count = _numbered(x, y, box, cell_degrees)
    means = [np.bincount(cell, each, len(count)) / count for each in (x, y)]
    sums = [np.bincount(cell, each, len(count)).astype(np.int64).tolist() for each in held.values()]
    rows = zip(means[0].tolist(), means[1].tolist(), count.tolist(), strict=True)
    cells = tuple(
        Cell(*where, {part: sums[number][place] for number, part in enumerate(held)})
        for place, where in enumerate(rows)
    )
    points = None
    if name is not None and len(places) <= most_points:
        listed = zip(name(places), x.tolist(), y.tolist(), strict=True)
        points = tuple(
            Point(*which, {part: int(values[place]) for part, values in held.items()})
            for place, which in enumerate(listed)
        )
    return CellCounts(cell_degrees, len(places), cells, points)


def _numbered(
    x: FloatArray, y: FloatArray, box: Box, cell_degrees: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the number of the cell of each point, and how many points each of these cells holds.

    There are no more cells in a box than can be drawn, so they are counted rather than sorted.
    """
    first_row, last_row = floor(box.south / cell_degrees), floor(box.north / cell_degrees)
    first_column, last_column = floor(box.west / cell_degrees), floor(box.east / cell_degrees)
    width = last_column - first_column + 1
    places = (np.floor(y / cell_degrees).astype(np.int64) - first_row) * width
    places += np.floor(x / cell_degrees).astype(np.int64) - first_column
    counts = np.bincount(places, minlength=width * (last_row - first_row + 1))
    is_there = counts > 0
    return (np.cumsum(is_there) - 1)[places], counts[is_there]

"""A table with totals as a network, in which whatever leaves the published sums true is a circulation.

Each column, the totals included, is one copy of the tree of areas. All copies meet at the top, in the
whole, and at the bottom, in the areas that have no parts. A cell is an arc: counts of a column flow
from an area to what it is part of, and totals flow back down. At each node what flows in flows out,
which says that parts add up to their total, along both ways. So the bounds of a cell are maximum
flows, and they are whole numbers (Fischetti and Salazar 2001 for tables of this kind).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.problem import BoolArray, Int64Array


@dataclass(frozen=True, slots=True)
class Network:
    """Arcs, one for each cell, area by area.

    Parameters
    ----------
    tail, head
        Nodes that each arc leads from and to: shape (n_cells,).
    first, arcs
        The arcs at node n that may change are ``arcs[first[n]:first[n + 1]]``: shapes (n_nodes + 1,) and
        (2 · n_changing,).
    """

    tail: Int64Array
    head: Int64Array
    first: Int64Array
    arcs: Int64Array


def make_network(parent: Int64Array, may_change: BoolArray) -> Network:
    """Lay out the network of a table.

    Parameters
    ----------
    parent
        Index of the area that each is part of, −1 for the whole, which comes first: shape (n_areas,).
    may_change
        The cells that everybody does not know for certain: shape (n_areas, n_columns + 1), totals last.

    Examples
    --------
    One area in a whole, one column: node 0 is the whole's column, 1 its totals, 2 the area, 3 the top.

    >>> net = make_network(np.array([-1, 0]), np.ones((2, 2), np.bool_))
    >>> net.tail.tolist(), net.head.tolist()
    ([0, 3, 2, 1], [3, 1, 0, 2])
    """
    n_areas, width = may_change.shape
    is_inner = np.zeros(n_areas, np.bool_)
    is_inner[parent[1:]] = True
    rank = np.where(is_inner, np.cumsum(is_inner) - 1, np.cumsum(~is_inner) - 1)
    n_inner = int(is_inner.sum())
    column = np.arange(width)
    copies = rank[:, None] * width + column
    lower = np.where(is_inner[:, None], copies, n_inner * width + rank[:, None])
    top = n_inner * width + n_areas - n_inner
    upper = np.where(parent[:, None] >= 0, copies[parent], top)
    is_total = column == width - 1
    tail = np.where(is_total, upper, lower).ravel()
    head = np.where(is_total, lower, upper).ravel()
    changing = np.flatnonzero(may_change)
    ends = np.concatenate((tail[changing], head[changing]))
    first = np.zeros(top + 2, np.int64)
    np.cumsum(np.bincount(ends, minlength=top + 1), out=first[1:])
    return Network(tail, head, first, np.tile(changing, 2)[np.argsort(ends, kind="stable")])

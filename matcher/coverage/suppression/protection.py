"""How far an attacker can narrow a hidden cell down, and what to hide so that it stays wide enough.

A hidden cell can be larger by as much as can flow from its head back to its tail through other hidden
cells, and smaller by as much as can flow from its tail to its head. Where that is not enough, the
cheapest path that may also lead through cells shown so far says which of these to hide as well (Castro
2007, "A shortest-paths heuristic for statistical data protection in positive tables").
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np

from matcher.coverage.suppression.network import Network
from matcher.engine.compiling import compiled_aside
from matcher.problem import BoolArray, Int64Array

KNOWN, SHOWN, HIDDEN = 0, 1, 2  # a cell that is never hidden, that is not hidden yet, and a hidden one
_FAR = 2**62


class Table(NamedTuple):
    """One measure, cell by cell, and what is known of how far it can move: all of shape (n_cells,).

    Parameters
    ----------
    status
        `KNOWN`, `SHOWN` or `HIDDEN`; the measures of one table share it.
    price
        Of hiding a cell, above 1.
    value
        Counts.
    least
        What everybody knows a hidden cell to come to at least.
    up, down
        How much larger and smaller the cell is in some table that an attacker cannot rule out.
    moved
        Difference from the counts, 0 between two searches.
    """

    status: Int64Array
    price: Int64Array
    value: Int64Array
    least: Int64Array
    up: Int64Array
    down: Int64Array
    moved: Int64Array


class Search(NamedTuple):
    """What a search for a path writes to, from the start and from the goal: shape (2, n_nodes).

    Parameters
    ----------
    distance
        To the start or the goal; `_FAR` between two searches.
    came
        By which arc.
    reached
        Nodes, in the order in which they were.
    """

    distance: Int64Array
    came: Int64Array
    reached: Int64Array


def make_search(network: Network) -> Search:
    """Return room for the searches in a network."""
    far, came, reached = np.zeros((3, 2, len(network.first) - 1), np.int64)
    return Search(far + _FAR, came, reached)


class Arcs(NamedTuple):
    """A `Network` as compiled code takes it."""

    tail: Int64Array
    head: Int64Array
    first: Int64Array
    arcs: Int64Array


@compiled_aside
def _has_free_path(net: Arcs, table: Table, search: Search, start: int, goal: int, cell: int) -> bool:
    """Find a short path around a cell, through hidden ones only, on which at least 1 can flow.

    From both ends at once, step by step: often few cells lead on from one of them.
    """
    distance, came, reached = search.distance, search.came, search.reached
    distance[0, start], distance[1, goal] = 0, 0
    reached[0, 0], reached[1, 0] = start, goal
    ends, at, meeting, side = [1, 1], [0, 0], -1, 0
    while meeting < 0 and at[0] < ends[0] and at[1] < ends[1]:
        node = reached[side, at[side]]
        at[side] += 1
        for place in range(net.first[node], net.first[node + 1]):
            arc = net.arcs[place]
            if arc == cell or table.status[arc] != HIDDEN:
                continue
            is_at_head = net.head[arc] == node
            if is_at_head != (side == 1) and table.value[arc] + table.moved[arc] <= table.least[arc]:
                continue  # the path would make it smaller, which it cannot be
            after = net.tail[arc] if is_at_head else net.head[arc]
            if distance[side, after] == _FAR:
                distance[side, after], came[side, after] = distance[side, node] + 1, arc
                reached[side, ends[side]] = after
                ends[side] += 1
                if distance[1 - side, after] != _FAR:
                    meeting = after
                    break
        side = 1 - side
    is_found = meeting >= 0
    while is_found and meeting != goal:  # write the second half as if it were found from the start
        arc = came[1, meeting]
        meeting = net.tail[arc] if net.head[arc] == meeting else net.head[arc]
        came[0, meeting] = arc
    for side in range(2):
        distance[side, reached[side, : ends[side]]] = _FAR
    return is_found


@compiled_aside
def _has_dear_path(net: Arcs, table: Table, search: Search, start: int, goal: int, cell: int) -> bool:
    """Find the cheapest path around a cell, through cells to hide as well; of equals always the same."""
    distance, came = search.distance[0], search.came[0]
    n_nodes = len(distance)
    distance[start] = 0
    heap, seen, is_found = [start], [start], False
    while heap and not is_found:
        far, node = divmod(heapq.heappop(heap), n_nodes)
        is_found = node == goal
        if far > distance[node]:
            continue
        for place in range(net.first[node], net.first[node + 1]):
            arc = net.arcs[place]
            if arc == cell:
                continue
            after = net.head[arc]
            if after == node:
                if table.value[arc] + table.moved[arc] <= table.least[arc]:
                    continue
                after = net.tail[arc]
            total = far + (1 if table.status[arc] == HIDDEN else table.price[arc])
            if total < distance[after]:
                if distance[after] == _FAR:
                    seen.append(after)
                distance[after], came[after] = total, arc
                heapq.heappush(heap, total * n_nodes + after)
    for node in seen:
        distance[node] = _FAR
    return is_found


@compiled_aside
def _augment(
    net: Arcs, table: Table, search: Search, start: int, goal: int, most: int, touched: list[int]
) -> int:
    """Send as much as the path found last can take, hide what it leads through, and say how much."""
    node, amount = goal, most
    while node != start:
        arc = search.came[0, node]
        if net.head[arc] == node:
            node = net.tail[arc]
        else:
            amount = min(amount, table.value[arc] + table.moved[arc] - table.least[arc])
            node = net.head[arc]
    node = goal
    while node != start:
        arc = search.came[0, node]
        table.status[arc] = HIDDEN
        touched.append(arc)
        if net.head[arc] == node:
            table.moved[arc] += amount
            node = net.tail[arc]
        else:
            table.moved[arc] -= amount
            node = net.head[arc]
    return amount


@compiled_aside
def _push(
    net: Arcs,
    table: Table,
    search: Search,
    cell: int,
    is_up: bool,
    most: int,
    may_hide: bool,
) -> int:
    """Move a cell up or down by at most so much, and note how far this moves others."""
    start, goal = (net.head[cell], net.tail[cell]) if is_up else (net.tail[cell], net.head[cell])
    touched = [cell]
    moved = 0
    while moved < most and _has_free_path(net, table, search, start, goal, cell):
        moved += _augment(net, table, search, start, goal, most - moved, touched)
    while may_hide and moved < most and _has_dear_path(net, table, search, start, goal, cell):
        moved += _augment(net, table, search, start, goal, most - moved, touched)
    table.moved[cell] = moved if is_up else -moved
    for arc in touched:
        table.up[arc] = max(table.up[arc], table.moved[arc])
        table.down[arc] = max(table.down[arc], -table.moved[arc])
        table.moved[arc] = 0
    return moved


@compiled_aside
def widen(
    net: Arcs, table: Table, search: Search, cells: Int64Array, width: int, may_hide: bool
) -> BoolArray:
    """Make the highest and the lowest value that each cell can have differ by `width`, if possible.

    Parameters
    ----------
    net, table, search
        Of one measure; `status`, `up` and `down` are written to.
    cells
        Hidden ones, in the order to look at them: shape (n,).
    width
        At least 1.
    may_hide
        Whether to hide further cells for it.

    Returns
    -------
    BoolArray
        Whether each cell is that wide: shape (n,).
    """
    is_wide = np.zeros(len(cells), np.bool_)
    for place, cell in enumerate(cells):
        room = min(width, table.value[cell] - table.least[cell])
        if table.up[cell] + table.down[cell] < width:
            _push(net, table, search, cell, False, room, False)
        if table.up[cell] + table.down[cell] < width:
            _push(net, table, search, cell, True, width - table.down[cell], may_hide)
        if may_hide and table.up[cell] + table.down[cell] < width:
            _push(net, table, search, cell, False, room, True)
        is_wide[place] = table.up[cell] + table.down[cell] >= width
    return is_wide

"""The tree over the rows: what the best row below each node could be at most.

Rows lie in the order of their places, so a stretch of rows is a part of the city. Node k of the
lowest level covers rows 32·k to 32·k + 31, node k of any higher level nodes 16·k to 16·k + 15 of
the level below: the tree is its numbering, there are no pointers. A row that is written widens the
nodes above it; they are narrowed only when all rows are laid out anew.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from matcher.engine.compiling import compiled, compiled_aside
from matcher.engine.glimpses import GLIMPSE, HOURS, ROW_BITS, Glimpses, Marks, blank_marks, take_glimpse
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.rows import MASK_BITS, NOT_KNOWN, RowLists, Table, worth_of

FAN_BITS = 4  # 16 nodes to a node of the next
TOP = 16  # no further level above so few nodes

EVERYWHERE = 1 << MASK_BITS  # in a mask of areas: somebody serves every area
QUARTERS = 4  # parts of a day in a mask of hours
ANY_HOUR = 1 << (HOURS - 1)  # in a mask of hours: somebody's hours are not known

# The corners of boxes are kept in single precision, with 2e-7 (a metre) to spare outward.
_SPARE = 2e-7

NODE = np.dtype(
    [
        ("low_x", np.float32),
        ("low_y", np.float32),
        ("low_z", np.float32),
        ("high_x", np.float32),
        ("high_y", np.float32),
        ("high_z", np.float32),
        ("areas", np.int64),  # bits of areas served, EVERYWHERE
        ("communities", np.int64),  # bits of communities that somebody is based in
        ("hours", np.int32),  # quarters of the week in which somebody is there, ANY_HOUR
        ("remaining", np.int32),  # most units free
        ("capacity", np.int32),  # highest value of the factor, in millionths
        ("max_travel", np.int32),  # farthest limit, metres
        ("recent", np.int32),  # fewest referrals
        ("worth", np.int64),  # most that a row is worth by the usual weights, see `worth_of`
    ],
    align=True,
)


Node = Any  # one entry of `Nodes.boxes`


class Nodes(NamedTuple):
    """All nodes, level by level from the lowest.

    Parameters
    ----------
    boxes
        Of `NODE`, shape (n_nodes,).
    skills
        Bits of the skills offered below, shape (n_nodes, n_words).
    firsts
        Where each level begins, and the end: shape (n_levels + 1,).
    glimpses
        Of `GLIMPSE`, of each row: shape (n_rows,).
    marks
        Which rows of each node of the lowest level offer what, see `rows_offering`.
    """

    boxes: npt.NDArray[Any]
    skills: Int64Array
    firsts: Int64Array
    glimpses: Glimpses
    marks: Marks


def blank_nodes(rows: int, words: int) -> Nodes:
    """Return nodes with nothing below them.

    Parameters
    ----------
    rows
        For how many rows.
    words
        Words of 62 bits that the skills take.
    """
    counts = [(max(rows, 1) + (1 << ROW_BITS) - 1) >> ROW_BITS]
    while counts[-1] > TOP:
        counts.append((counts[-1] + (1 << FAN_BITS) - 1) >> FAN_BITS)
    firsts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    boxes = np.zeros(int(firsts[-1]), NODE)
    for axis in "xyz":
        boxes[f"low_{axis}"], boxes[f"high_{axis}"] = np.inf, -np.inf
    boxes["remaining"], boxes["capacity"], boxes["max_travel"] = -1, -1, -1
    boxes["recent"] = np.iinfo(np.int32).max
    skills = np.zeros((len(boxes), words), np.int64)
    glimpses = np.zeros(counts[0] << ROW_BITS, GLIMPSE)
    return Nodes(boxes, skills, firsts, glimpses, blank_marks(counts[0]))


def enlarged(nodes: Nodes, rows: int, words: int) -> Nodes:
    """Return the same nodes with room for more rows or skills."""
    more = blank_nodes(rows, words)
    more.glimpses[: len(nodes.glimpses)] = nodes.glimpses
    more.marks[: len(nodes.marks)] = nodes.marks
    for level in range(len(nodes.firsts) - 1):
        first, last = nodes.firsts[level], nodes.firsts[level + 1]
        start = more.firsts[level]
        more.boxes[start : start + last - first] = nodes.boxes[first:last]
        more.skills[start : start + last - first, : nodes.skills.shape[1]] = nodes.skills[first:last]
    # A level that was not there before covers the one that was the highest.
    for level in range(len(nodes.firsts) - 1, len(more.firsts) - 1):
        _cover(more, level)
    return more


@compiled
def _cover(nodes: Nodes, level: int) -> None:
    """Fill in a level from the one below."""
    below, here = nodes.firsts[level - 1], nodes.firsts[level]
    for child in range(here - below):
        _merge(nodes, here + (child >> FAN_BITS), below + child)


@compiled
def _merge(nodes: Nodes, into: int, node: int) -> None:
    box, other = nodes.boxes[into], nodes.boxes[node]
    box.low_x, box.high_x = min(box.low_x, other.low_x), max(box.high_x, other.high_x)
    box.low_y, box.high_y = min(box.low_y, other.low_y), max(box.high_y, other.high_y)
    box.low_z, box.high_z = min(box.low_z, other.low_z), max(box.high_z, other.high_z)
    box.areas |= other.areas
    box.communities |= other.communities
    box.hours |= other.hours
    box.remaining = max(box.remaining, other.remaining)
    box.capacity = max(box.capacity, other.capacity)
    box.max_travel = max(box.max_travel, other.max_travel)
    box.recent = min(box.recent, other.recent)
    box.worth = max(box.worth, other.worth)
    nodes.skills[into] |= nodes.skills[node]


@compiled
def area_mask(pool: Int32Array, serves: int) -> int:
    """Return the bits of areas served; none served by name means everywhere."""
    mask = 0 if pool[serves] else EVERYWHERE
    for place in range(serves + 1, serves + 1 + pool[serves]):
        mask |= 1 << (pool[place] % MASK_BITS)
    return mask


@compiled
def hours_mask(pool: Int32Array, hours: int) -> int:
    """Return the bits of the quarters of a week that slots touch."""
    if pool[hours] and pool[hours + 1] == NOT_KNOWN:
        return ANY_HOUR
    mask = 0
    for place in range(hours + 1, hours + 1 + pool[hours], 3):
        mask |= quarters(pool[place], pool[place + 1], pool[place + 2])
    return mask


@compiled
def quarters(weekday: int, start_minute: int, end_minute: int) -> int:
    """Return the bits of the quarters of a day between two minutes of it, the end exclusive."""
    mask = 0
    for quarter in range(start_minute // 360, (end_minute - 1) // 360 + 1):
        mask |= 1 << (weekday * QUARTERS + quarter)
    return mask


@compiled
def widen(nodes: Nodes, table: Table, lists: RowLists, at: int) -> None:
    """Make room for a row in all nodes above it."""
    row = table[at]
    areas = area_mask(lists.pool, row.serves)
    hours = hours_mask(lists.pool, row.hours)
    community = 1 << (row.community % MASK_BITS)
    left = max(row.remaining - 1, 0) * 1_000_000
    capacity = -(-left // max(row.total, 1))
    worth = worth_of(table, lists, at)
    take_glimpse(nodes.glimpses, nodes.marks, table, lists, at, hours)
    node = at >> ROW_BITS
    for level in range(len(nodes.firsts) - 1):
        place = nodes.firsts[level] + node
        box = nodes.boxes[place]
        if not np.isnan(row.x):
            box.low_x, box.high_x = min(box.low_x, row.x - _SPARE), max(box.high_x, row.x + _SPARE)
            box.low_y, box.high_y = min(box.low_y, row.y - _SPARE), max(box.high_y, row.y + _SPARE)
            box.low_z, box.high_z = min(box.low_z, row.z - _SPARE), max(box.high_z, row.z + _SPARE)
        box.areas |= areas
        box.communities |= community
        box.hours |= hours
        box.remaining = max(box.remaining, row.remaining)
        box.capacity = max(box.capacity, capacity)
        box.max_travel = max(box.max_travel, row.max_travel)
        box.recent = min(box.recent, row.recent)
        box.worth = max(box.worth, worth)
        for number in lists.skills[row.offers_at : row.offers_at + row.offers]:
            nodes.skills[place, number // MASK_BITS] |= 1 << (number % MASK_BITS)
        node >>= FAN_BITS


@compiled_aside
def cover_rows(nodes: Nodes, table: Table, lists: RowLists, rows: int) -> None:
    """Make room for the first rows of a table in blank nodes."""
    for at in range(rows):
        widen(nodes, table, lists, at)

"""What a search sees of rows before it reads them: it rules most of them out.

Each row that is read costs two cache lines of its own. Which rows of a node offer a skill is told by one
word, and the glimpses of its rows lie together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from matcher.engine.compiling import compiled, inlined, int64
from matcher.engine.growing import Int32Array
from matcher.engine.rows import MASK_BITS, NEVER, NO_CAP, RowLists, Table

ROW_BITS = 5  # 32 rows to a node of the lowest level
MARKS = 64  # words of a node: one for each bit of skills, and then
ABLE = 62  # one for the rows that can serve anybody now
HOUR = 3_600_000_000  # microseconds
WORTH_BITS = 10  # of a worth, cut off after rounding up
# A point in single precision and a distance in whole metres are together off by less than this.
SPARE_M = 2.0
_DE_BRUIJN = 0x077CB531  # its rotations begin with different 5 bits (Leiserson, Prokop, Randall 1998)
_BIT_OF = np.empty(32, np.int64)
_BIT_OF[[(_DE_BRUIJN << place & 0xFFFFFFFF) >> 27 for place in range(32)]] = np.arange(32)
_NEVER_HOURS = np.iinfo(np.int32).min

GLIMPSE = np.dtype(
    [
        ("x", np.float32),  # the point on the unit sphere, NaN if not known
        ("y", np.float32),
        ("z", np.float32),
        ("reach", np.float32),  # metres that it travels at most
        ("verified", np.int32),  # hours since 1970, rounded up
        ("worth", np.int32),  # most that it is worth, see `worth_of`, rounded up
    ],
    align=True,
)

Glimpse = Any  # one entry of an array of `GLIMPSE`
Glimpses = npt.NDArray[Any]
Marks = npt.NDArray[np.uint32]  # of shape (n_nodes, MARKS): in each word a bit of each row of a node


def blank_marks(nodes: int) -> Marks:
    """Return marks of nodes without rows."""
    return np.zeros((nodes, MARKS), np.uint32)


@compiled
def take_glimpse(glimpses: Glimpses, marks: Marks, table: Table, lists: RowLists, at: int, worth: int) -> None:
    """Take in what has become of a row; its skills never become others."""
    row, glimpse = table[at], glimpses[at]
    glimpse.x, glimpse.y, glimpse.z = row.x, row.y, row.z
    glimpse.reach = row.max_travel
    glimpse.verified = _NEVER_HOURS if row.verified_at == NEVER else -(-row.verified_at // HOUR)
    glimpse.worth = (worth >> WORTH_BITS) + 1
    node, bit = at >> ROW_BITS, np.uint32(1 << (at & ((1 << ROW_BITS) - 1)))
    for number in lists.skills[row.offers_at : row.offers_at + row.offers]:
        marks[node, number % MASK_BITS] |= bit
    marks[node, ABLE] |= bit
    if not row.is_active or row.remaining < 1 or (row.cap != NO_CAP and row.recent >= row.cap):
        marks[node, ABLE] ^= bit


@compiled
def take_away(marks: Marks, at: int) -> None:
    """Note that a row has died."""
    marks[at >> ROW_BITS, ABLE] &= ~np.uint32(1 << (at & ((1 << ROW_BITS) - 1)))


@inlined
def rows_offering(marks: Marks, node: int, wanted: Int32Array, ends: Int32Array) -> int:
    """Return bits of the rows of a node that can serve somebody and may offer all required skills.

    Parameters
    ----------
    wanted, ends
        As in `SkillsAsked`.
    """
    rows, first = int64(marks[node, ABLE]), 0
    for number in range(len(ends)):
        some = int64(0)
        for place in range(first, ends[number]):
            some |= int64(marks[node, wanted[place]])
        rows &= some
        first = ends[number]
    return rows


@inlined
def first_bit(rows: int) -> int:
    """Return the place of the lowest of up to 32 bits, of which one is set at least."""
    return _BIT_OF[((rows & -rows) * _DE_BRUIJN & 0xFFFFFFFF) >> 27]

"""What a search sees of rows before it reads them: it rules most of them out.

Each row that is read costs two cache lines of its own. Which rows of a node offer a skill is told by one
word, as is which are there in a quarter of a day, and the glimpses of its rows lie together.
"""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from matcher.engine.compiling import compiled, inlined, int64
from matcher.engine.growing import Int32Array
from matcher.engine.rows import MASK_BITS, NEVER, NO_CAP, Row, RowLists, Table
from matcher.fixed_point import MILLION

ROW_BITS = 5  # 32 rows to a node of the lowest level
MARKS = 64  # of skills, those included that stand for none and for any
ABLE = 62  # the word of a node for the rows that can serve anybody now, after those for its skills
HOURS = 29  # bits of a mask of hours
FIRST_HOUR = 63  # the first word of a node for the rows that are there in a quarter of a day
_WORDS = 96  # of a node: six cache lines
OFFERS = 4  # of a row that a glimpse has room for, each with a mark and a level
NO_OFFER, MORE_OFFERS = 62, 63  # marks that stand for no skill, and for any
LEVEL_BITS = 10
LEVELS = (1 << LEVEL_BITS) - 1  # parts of a level of 1
SHARES = (1 << 16) - 1  # parts of a factor of 1
HOUR = 3_600_000_000  # microseconds
# A point in single precision and a distance in whole metres are together off by less than this.
SPARE_M = 2.0
_OFFER_BITS = 16
_DE_BRUIJN = 0x077CB531  # its rotations begin with different 5 bits (Leiserson, Prokop, Randall 1998)
_BIT_OF = np.empty(32, np.int64)
_BIT_OF[[(_DE_BRUIJN << place & 0xFFFFFFFF) >> 27 for place in range(32)]] = np.arange(32)
_NEVER_HOURS = np.iinfo(np.int32).min

# All that tells how well a row serves is rounded up.
GLIMPSE = np.dtype(
    [
        ("offers", np.int64),  # marks of its skills with levels, see `skill_seen`
        ("x", np.float32),  # the point on the unit sphere, NaN if not known
        ("y", np.float32),
        ("z", np.float32),
        ("reach", np.float32),  # metres that it travels at most
        ("verified", np.int32),  # hours since 1970
        ("capacity", np.uint16),  # the factor for a need of one unit
        ("fairness", np.uint16),  # the factor, by the parameters of the index
    ],
    align=True,
)

Glimpse = Any  # one entry of an array of `GLIMPSE`
Glimpses = npt.NDArray[Any]
Marks = npt.NDArray[np.uint32]  # of shape (n_nodes, _WORDS): in each word a bit of each row of a node


def blank_marks(nodes: int) -> Marks:
    """Return marks of nodes without rows."""
    return np.zeros((nodes, _WORDS), np.uint32)


@compiled
def take_glimpse(
    glimpses: Glimpses, marks: Marks, table: Table, lists: RowLists, at: int, hours: int
) -> None:
    """Take in what has become of a row, with its mask of hours; its skills never become others."""
    row, glimpse = table[at], glimpses[at]
    glimpse.offers = _offers_seen(lists, row)
    glimpse.x, glimpse.y, glimpse.z = row.x, row.y, row.z
    glimpse.reach = row.max_travel
    glimpse.verified = _NEVER_HOURS if row.verified_at == NEVER else -(-row.verified_at // HOUR)
    glimpse.capacity = ceil(max(row.remaining - 1, 0) / max(row.total, 1) * SHARES)
    glimpse.fairness = ceil(np.exp2(-(row.recent / lists.halves[row.kind])) * SHARES)
    node, bit = at >> ROW_BITS, np.uint32(1 << (at & ((1 << ROW_BITS) - 1)))
    for number in lists.skills[row.offers_at : row.offers_at + row.offers]:
        marks[node, number % MASK_BITS] |= bit
    marks[node, ABLE] |= bit
    if not row.is_active or row.remaining < 1 or (row.cap != NO_CAP and row.recent >= row.cap):
        marks[node, ABLE] ^= bit
    for number in range(HOURS):
        if hours >> number & 1:
            marks[node, FIRST_HOUR + number] |= bit
        else:
            marks[node, FIRST_HOUR + number] &= ~bit


@compiled
def take_away(marks: Marks, at: int) -> None:
    """Note that a row has died."""
    marks[at >> ROW_BITS, ABLE] &= ~np.uint32(1 << (at & ((1 << ROW_BITS) - 1)))


@compiled
def _offers_seen(lists: RowLists, row: Row) -> int:
    seen = int64(0)
    for place in range(OFFERS):
        mark, level = NO_OFFER, int64(0)
        if place < row.offers:
            mark, level = (
                lists.skills[row.offers_at + place] % MASK_BITS,
                int64(lists.levels[row.offers_at + place]),
            )
        if place == OFFERS - 1 and row.offers > OFFERS:
            mark = MORE_OFFERS
            for other in range(OFFERS, row.offers):
                level = max(level, int64(lists.levels[row.offers_at + other]))
        seen |= int64(mark << LEVEL_BITS | -(-level * LEVELS // MILLION)) << (_OFFER_BITS * place)
    return seen


@inlined
def skill_seen(offers: int, similar: Int32Array, least: Int32Array) -> float:
    """Return the most that the factor of skill can be, in millionths; -1 if a skill cannot suffice.

    Parameters
    ----------
    offers
        Of a glimpse.
    similar, least
        As `similar_marks` and `least` in `SkillsAsked`.
    """
    total, required = 0.0, len(similar)
    for number in range(required):
        best = int64(0)
        for place in range(OFFERS):
            offer = offers >> (_OFFER_BITS * place) & ((1 << _OFFER_BITS) - 1)
            best = max(best, int64(similar[number, offer >> LEVEL_BITS]) * (offer & LEVELS))
        worth = best / LEVELS + 1.0
        if not best or worth < least[number]:
            total = -1.0
            break
        total += worth
    return total if total < 0 else (total / required + 1.0 if required else np.float64(MILLION))


@inlined
def rows_offering(marks: Marks, node: int, wanted: Int32Array, ends: Int32Array, hours: Int32Array) -> int:
    """Return bits of the rows of a node that can serve somebody, may offer all skills, and may be there.

    Parameters
    ----------
    wanted, ends
        As in `SkillsAsked`.
    hours
        From `words_of_hours`.
    """
    rows, first = int64(marks[node, ABLE]), 0
    for number in range(len(ends)):
        some = int64(0)
        for place in range(first, ends[number]):
            some |= int64(marks[node, wanted[place]])
        rows &= some
        first = ends[number]
    if len(hours):
        some = int64(0)
        for place in range(len(hours)):
            some |= int64(marks[node, hours[place]])
        rows &= some
    return rows


@compiled
def words_of_hours(mask: int) -> Int32Array:
    """Return the words for the quarters in a mask of hours, none if any time will do."""
    words, count = np.empty(HOURS, np.int32), 0
    for number in range(HOURS):
        if mask >> number & 1:
            words[count] = FIRST_HOUR + number
            count += 1
    return words[:count]


@inlined
def first_bit(rows: int) -> int:
    """Return the place of the lowest of up to 32 bits, of which one is set at least."""
    return _BIT_OF[((rows & -rows) * _DE_BRUIJN & 0xFFFFFFFF) >> 27]

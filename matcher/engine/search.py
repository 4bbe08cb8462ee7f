"""The k best rows for a need, without looking at the others.

Nodes are opened in the order of what the best row below them could be worth at most. When no node
is left that could hold a row worth listing, the list is complete: see `docs/matching.md` for the
proof of the bound.
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import NamedTuple

import numpy as np

from matcher.engine.compiling import compiled, compiled_aside, fetch, inlined, int64
from matcher.engine.glimpses import (
    HOUR,
    ROW_BITS,
    SHARES,
    SPARE_M,
    Glimpse,
    first_bit,
    rows_offering,
    skill_seen,
    words_of_hours,
)
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.judging import (
    DOUBTFUL,
    NO_DOUBT,
    RADIUS_M,
    fill_values,
    is_among,
    is_skilled,
    is_there,
    metres,
    other_bits,
    plain_bits,
    total_of,
)
from matcher.engine.nodes import FAN_BITS, Node
from matcher.engine.question import Aim, Question
from matcher.engine.ranking import Ranking, Terms, blank_ranking, enter, least_score
from matcher.engine.rows import Row
from matcher.engine.snapshot import STALE, Snapshot, is_stale
from matcher.fixed_point import MILLION
from matcher.travel import FloatArray

_NOBODY = -1.0
_LN_2 = log(2.0)
_SHARE = MILLION / SHARES
_DESCRIBED = 8


class Found(NamedTuple):
    """The answer of a search.

    Parameters
    ----------
    doubt
        A row that must be told exactly before there is an answer, `STALE`, or `NO_DOUBT`.
    rows
        Best first: shape (n,).
    described
        Of each its five factors, its distance in metres, its remaining units and its kind: shape (n, 8).
    """

    doubt: int
    rows: Int32Array
    described: Int64Array


@compiled
def nothing_found(doubt: int) -> Found:
    """Return why there is no answer."""
    return Found(int64(doubt), np.empty(0, np.int32), np.empty((0, _DESCRIBED), np.int64))


@compiled
def nearest_first(question: Question, snapshot: Snapshot, limit: int, terms: Terms) -> Found:
    """Rank the eligible rows for a need that is served on the spot."""
    if is_stale(snapshot):
        return nothing_found(STALE)
    ranking, values = blank_ranking(limit, terms), np.empty(5, np.int64)
    for at in question.served:
        # What served the resident is worth more than its node tells.
        if at >= 0 and not consider(question, snapshot, at, ranking, values):
            return nothing_found(at)
    # Taken out of their tuples once: counting references to arrays would take most of the time.
    aim, table, boxes, skills = question.aim, snapshot.table, snapshot.nodes.boxes, snapshot.nodes.skills
    firsts, glimpses, marks = snapshot.nodes.firsts, snapshot.nodes.glimpses, snapshot.nodes.marks
    similar, usable_marks, ends = (
        question.skills.similar_marks,
        question.skills.usable_marks,
        question.skills.ends,
    )
    usable_bits, same_bits, second = (
        question.skills.usable_bits,
        question.skills.same_bits,
        question.skills.second,
    )
    least_values, serving, days = question.skills.least, question.serving, question.days
    pool, hours = snapshot.lists.pool, words_of_hours(aim.hour_bits)
    chosen = np.empty(1 << ROW_BITS, np.int32)
    mosts = np.empty(1 << ROW_BITS, np.float64)
    bounds, places = np.empty(1_024, np.float64), np.empty(1_024, np.int64)
    table_at, glimpses_at, marks_at = table.ctypes.data, glimpses.ctypes.data, marks.ctypes.data
    glimpses_bytes, marks_bytes = glimpses.itemsize << ROW_BITS, marks.shape[1] * marks.itemsize
    size, level, least = 0, len(firsts) - 2, least_score(ranking)
    for node in range(firsts[level], firsts[level + 1]):
        bound = node_bound(aim, boxes[node], skills, node, usable_bits, same_bits, second)
        size = _push(bounds, places, size, bound, node)
    while size and bounds[0] >= least:
        node = places[0]
        size = _pop(bounds, places, size)
        if places[0] < firsts[1]:  # most likely the next one
            fetch(marks_at + places[0] * marks_bytes, marks_bytes)
            fetch(glimpses_at + places[0] * glimpses_bytes, glimpses_bytes)
        level = 0
        while firsts[level + 1] <= node:
            level += 1
        if level:
            if size + (1 << FAN_BITS) > len(bounds):
                bounds, places = np.concatenate((bounds, bounds)), np.concatenate((places, places))
            first = firsts[level - 1] + ((node - firsts[level]) << FAN_BITS)
            for child in range(first, min(first + (1 << FAN_BITS), firsts[level])):
                bound = node_bound(aim, boxes[child], skills, child, usable_bits, same_bits, second)
                if bound >= least:
                    size = _push(bounds, places, size, bound, child)
            continue
        count = 0
        rest = aim.continuity * _continuity(aim, boxes[node]) + 1.0
        offering = rows_offering(marks, node, usable_marks, ends, hours)
        while offering:
            at = (node << ROW_BITS) + first_bit(offering)
            offering &= offering - 1
            most = _most_seen(aim, glimpses[at], similar, least_values)
            if most < 0 or most + rest < least:
                continue
            fetch(table_at + at * table.itemsize, table.itemsize)
            chosen[count], mosts[count] = at, most
            count += 1
        seen, count = count, 0
        for place in range(seen):
            at, most = chosen[place], mosts[place]
            row = table[at]
            if plain_bits(aim, row, 0) or not is_among(serving, row.serves):
                continue
            if aim.units > 1 and most - _capacity_lost(aim, row) + rest < least:
                continue
            if aim.needed and not is_there(days, aim.needed, pool, row.hours):
                continue
            chosen[count] = at
            count += 1
        for place in range(count):
            if not consider(question, snapshot, chosen[place], ranking, values):
                return nothing_found(chosen[place])
        if count:
            least = least_score(ranking)
    return describe(question, snapshot, ranking)


@compiled_aside
def nearest_first_aside(question: Question, snapshot: Snapshot, limit: int, terms: Terms) -> Found:
    """Rank as `nearest_first` does, while other threads go on: for whoever keeps writers out."""
    return nearest_first(question, snapshot, limit, terms)


@inlined
def _most_seen(aim: Aim, glimpse: Glimpse, similar: Int32Array, least_values: Int32Array) -> float:
    """Return the most that a row can be worth but for continuity, `_NOBODY` if it cannot be eligible."""
    most = _NOBODY
    if int64(glimpse.verified) * HOUR >= aim.verified_since:
        away = _straight_metres(aim, glimpse)
        if away <= min(np.float64(glimpse.reach), np.float64(aim.radius)) + SPARE_M:
            skill = skill_seen(glimpse.offers, similar, least_values)
            if skill >= 0:
                most = (
                    _proximity_bound(aim, away - SPARE_M)
                    + aim.skill * skill
                    + aim.capacity * (glimpse.capacity * _SHARE + 1.0)
                    + aim.fairness * ((glimpse.fairness * _SHARE if aim.is_known else MILLION) + 1.0)
                )
    return most


@inlined
def _capacity_lost(aim: Aim, row: Row) -> float:
    """Return how much less than for one unit a row is worth for all units of the need, at least."""
    lost = min(aim.units, max(row.remaining, 1)) - 1
    return aim.capacity * (lost / max(row.total, 1) * MILLION)


@inlined
def _proximity_bound(aim: Aim, away: float) -> float:
    """Return the most that proximity can add to the score of what is at least so far away, in metres."""
    return aim.proximity * (exp(-_LN_2 * max(away, 0.0) / aim.half) * MILLION + 1.0)


@inlined
def _fairness(recent: int, half: int) -> float:
    """Return the factor from 0 to 1; most often nobody was asked, and powers take time."""
    return exp(-_LN_2 * recent / half) if recent else 1.0


@inlined
def _straight_metres(aim: Aim, row: Row | Glimpse) -> float:
    """Return the distance of a row through the Earth, which is no longer than the one over it."""
    east, north, up = row.x - aim.x, row.y - aim.y, row.z - aim.z
    return RADIUS_M * sqrt(east * east + north * north + up * up)


@inlined
def _continuity(aim: Aim, box: Node) -> float:
    """Return the most continuity of a row below a node, of those that did not serve the resident."""
    most = 0.0
    if box.communities & aim.community_bits:
        most += aim.based_here
    if box.areas & aim.assigned_bits:
        most += aim.assigned
    return most


@inlined
def node_bound(
    aim: Aim,
    box: Node,
    skills: Int64Array,
    node: int,
    usable_bits: Int64Array,
    same_bits: Int64Array,
    second: Int32Array,
) -> float:
    """Return the most that a row below a node can be worth, `_NOBODY` if none can be eligible."""
    if box.remaining < aim.wanted or not box.areas & aim.area_bits:
        return _NOBODY
    if aim.hour_bits and not box.hours & aim.hour_bits:
        return _NOBODY
    skill, required = 0.0, len(second)
    for number in range(required):
        usable, same = int64(0), int64(0)
        for word in range(skills.shape[1]):
            usable |= skills[node, word] & usable_bits[number, word]
            same |= skills[node, word] & same_bits[number, word]
        if not usable:
            return _NOBODY
        skill += MILLION if same else second[number]
    near = RADIUS_M * least_chord(aim, box) - 1.0
    if near > min(box.max_travel, aim.radius):
        return _NOBODY
    static = (
        aim.skill * (skill / required + 1.0 if required else np.float64(MILLION))
        + aim.capacity * np.float64(box.capacity)
        + aim.fairness * (_fairness(box.recent, aim.slowest) * MILLION + 1.0)
    )
    if aim.is_usual:
        static = min(static, np.float64(box.worth))
    return _proximity_bound(aim, near) + static + aim.continuity * _continuity(aim, box) + 1.0


@inlined
def least_chord(aim: Aim, box: Node) -> float:
    """Return the least straight distance from the need to a node's box, on a sphere of radius 1."""
    x = max(box.low_x - aim.x, aim.x - box.high_x, 0.0)
    y = max(box.low_y - aim.y, aim.y - box.high_y, 0.0)
    z = max(box.low_z - aim.z, aim.z - box.high_z, 0.0)
    return sqrt(x * x + y * y + z * z)


@compiled
def consider(question: Question, snapshot: Snapshot, at: int, ranking: Ranking, values: Int64Array) -> bool:
    """Enter a living row in the ranking if it is eligible; False if it is in doubt."""
    if not snapshot.table[at].is_alive:
        return True
    distance = metres(question, snapshot, at)
    if distance == DOUBTFUL:
        return False
    row = snapshot.table[at]
    if plain_bits(question.aim, row, distance) or not is_skilled(question, snapshot, row):
        return True
    if other_bits(question, snapshot.lists.pool, row, at):
        return True
    if not fill_values(question, snapshot, at, distance, values):
        return False
    enter(ranking, snapshot.table, snapshot.texts, at, total_of(question.aim, values))
    return True


@compiled
def describe(question: Question, snapshot: Snapshot, ranking: Ranking) -> Found:
    """Return the ranked rows with all that is told of them."""
    size = ranking.size[0]
    described = np.empty((size, _DESCRIBED), np.int64)
    for place in range(size):
        at = ranking.rows[place]
        distance = metres(question, snapshot, at)
        fill_values(question, snapshot, at, distance, described[place, :5])
        row = snapshot.table[at]
        described[place, 5], described[place, 6], described[place, 7] = distance, row.remaining, row.kind
    return Found(int64(NO_DOUBT), ranking.rows[:size].copy(), described)


@inlined
def _push(bounds: FloatArray, places: Int64Array, size: int, bound: float, node: int) -> int:
    """Add a node to the heap of nodes to be opened, unless nobody below it is eligible."""
    if bound >= 0:
        place = size
        while place and bounds[(place - 1) >> 1] < bound:
            above = (place - 1) >> 1
            bounds[place], places[place] = bounds[above], places[above]
            place = above
        bounds[place], places[place] = bound, node
        size += 1
    return size


@inlined
def _pop(bounds: FloatArray, places: Int64Array, size: int) -> int:
    """Take the node with the highest bound out of the heap."""
    size -= 1
    bound, node = bounds[size], places[size]
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        if below + 1 < size and bounds[below + 1] > bounds[below]:
            below += 1
        if bounds[below] <= bound:
            break
        bounds[place], places[place] = bounds[below], places[below]
        place = below
    bounds[place], places[place] = bound, node
    return size

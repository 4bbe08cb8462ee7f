"""The k best rows for a need, without looking at the others.

Nodes are opened in the order of what the best row below them could be worth at most. When no node
is left that could hold a row worth listing, the list is complete: see `docs/matching.md` for the
proof of the bound.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np

from matcher.engine.compiling import compiled, inlined, int64
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.judging import (
    DOUBTFUL,
    NO_DOUBT,
    RADIUS_M,
    fill_values,
    is_among,
    is_skilled,
    metres,
    other_bits,
    plain_bits,
    total_of,
)
from matcher.engine.nodes import FAN_BITS, ROW_BITS, Node
from matcher.engine.question import Aim, Question
from matcher.engine.ranking import Ranking, blank_ranking, enter, least_score
from matcher.engine.rows import Table
from matcher.engine.snapshot import STALE, Snapshot, is_stale
from matcher.fixed_point import MILLION

_NOBODY = -1.0
_DESCRIBED = 7


class Found(NamedTuple):
    """The answer of a search.

    Parameters
    ----------
    doubt
        A row that must be told exactly before there is an answer, `STALE`, or `NO_DOUBT`.
    rows
        Best first: shape (n,).
    described
        Of each its five factors, its distance in metres and its remaining units: shape (n, 7).
    """

    doubt: int
    rows: Int32Array
    described: Int64Array


@compiled
def nothing_found(doubt: int) -> Found:
    """Return why there is no answer."""
    return Found(int64(doubt), np.empty(0, np.int32), np.empty((0, _DESCRIBED), np.int64))


@compiled
def nearest_first(question: Question, snapshot: Snapshot, limit: int) -> Found:
    """Rank the eligible rows for a need that is served on the spot."""
    if is_stale(snapshot):
        return nothing_found(STALE)
    ranking, values = blank_ranking(limit), np.empty(5, np.int64)
    for at in question.served:
        # What served the resident is worth more than its node tells.
        if at >= 0 and not consider(question, snapshot, at, ranking, values):
            return nothing_found(at)
    # Taken out of their tuples once: counting references to arrays would take most of the time.
    aim, table, offers, usable = question.aim, snapshot.table, snapshot.lists.skills, question.skills.usable
    boxes, skills, firsts = snapshot.nodes.boxes, snapshot.nodes.skills, snapshot.nodes.firsts
    usable_bits, same_bits = question.skills.usable_bits, question.skills.same_bits
    second, serving, used = question.skills.second, question.serving, snapshot.used
    chosen = np.empty(1 << ROW_BITS, np.int32)
    bounds, places = np.empty(256, np.float64), np.empty(256, np.int64)
    size, level = 0, len(firsts) - 2
    for node in range(firsts[level], firsts[level + 1]):
        bound = _bound(aim, boxes[node], skills[node], usable_bits, same_bits, second)
        bounds, places, size = _push(bounds, places, size, bound, node)
    while size and bounds[0] >= least_score(ranking):
        node = places[0]
        size = _pop(bounds, places, size)
        level = 0
        while firsts[level + 1] <= node:
            level += 1
        if level:
            first = firsts[level - 1] + ((node - firsts[level]) << FAN_BITS)
            for child in range(first, min(first + (1 << FAN_BITS), firsts[level])):
                bound = _bound(aim, boxes[child], skills[child], usable_bits, same_bits, second)
                if bound >= least_score(ranking):
                    bounds, places, size = _push(bounds, places, size, bound, child)
            continue
        end = min((node + 1) << ROW_BITS, used)
        ties = _continuity(aim, boxes[node])
        least = least_score(ranking)
        count = _glance(aim, table, node << ROW_BITS, end, offers, usable, serving, ties, least, chosen)
        for at in chosen[:count]:
            if not consider(question, snapshot, at, ranking, values):
                return nothing_found(at)
    return describe(question, snapshot, ranking)


@inlined
def _glance(
    aim: Aim,
    table: Table,
    first: int,
    end: int,
    offers: Int32Array,
    usable: Int32Array,
    serving: Int32Array,
    ties: float,
    least: int,
    chosen: Int32Array,
) -> int:
    """Choose the rows from `first` to `end` that may be worth listing.

    What is dropped fails a rule or cannot reach `least`; what is chosen has to be looked at closely.
    """
    count, required = 0, len(usable)
    rest = aim.continuity * ties + aim.fairness * MILLION + 1.0
    for at in range(first, end):
        row = table[at]
        if not row.is_alive or not row.is_active or row.remaining < aim.wanted or row.ready_at > aim.now:
            continue
        east, north, up = row.x - aim.x, row.y - aim.y, row.z - aim.z
        away = RADIUS_M * sqrt(east * east + north * north + up * up)
        if not away <= min(row.max_travel, aim.radius) + 1.0 or not is_among(serving, row.serves):
            continue
        total = 0
        for number in range(required):
            best = 0
            for place in range(row.offers_at, row.offers_at + row.offers):
                best = max(best, usable[number, offers[place]])
            total += best
            if not best:
                total = -1
                break
        if total < 0:
            continue
        skill = total / required + 1.0 if required else np.float64(MILLION)
        bound = rest + aim.skill * skill
        bound += aim.capacity * (max(row.remaining - aim.units, 0) / max(row.total, 1) * MILLION + 1.0)
        if bound + aim.proximity * MILLION < least:
            continue
        bound += aim.proximity * (np.exp2(-max(away - 1.0, 0.0) / aim.half) * MILLION + 1.0)
        if bound >= least:
            chosen[count] = at
            count += 1
    return count


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
def _bound(
    aim: Aim,
    box: Node,
    offered: Int64Array,
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
        for word in range(len(offered)):
            usable |= offered[word] & usable_bits[number, word]
            same |= offered[word] & same_bits[number, word]
        if not usable:
            return _NOBODY
        skill += MILLION if same else second[number]
    near = RADIUS_M * least_chord(aim, box) - 1.0
    if near > min(box.max_travel, aim.radius):
        return _NOBODY
    return (
        aim.proximity * (np.exp2(-max(near, 0.0) / aim.half) * MILLION + 1.0)
        + aim.skill * (skill / required + 1.0 if required else np.float64(MILLION))
        + aim.capacity * np.float64(box.capacity)
        + aim.continuity * _continuity(aim, box)
        + aim.fairness * (np.exp2(-(box.recent / aim.slowest)) * MILLION + 1.0)
        + 1.0
    )


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
    enter(ranking, snapshot, at, total_of(question.aim, values))
    return True


@compiled
def describe(question: Question, snapshot: Snapshot, ranking: Ranking) -> Found:
    """Return the ranked rows with factors, metres and remaining units."""
    size = ranking.size[0]
    described = np.empty((size, _DESCRIBED), np.int64)
    for place in range(size):
        at = ranking.rows[place]
        distance = metres(question, snapshot, at)
        fill_values(question, snapshot, at, distance, described[place, :5])
        described[place, 5], described[place, 6] = distance, snapshot.table[at].remaining
    return Found(int64(NO_DOUBT), ranking.rows[:size].copy(), described)


@compiled
def _push(
    bounds: np.ndarray, places: np.ndarray, size: int, bound: float, node: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """Add a node to the heap of nodes to be opened, unless nobody below it is eligible."""
    if bound < 0:
        return bounds, places, size
    if size == len(bounds):
        bounds, places = np.concatenate((bounds, bounds)), np.concatenate((places, places))
    place = size
    while place and bounds[(place - 1) >> 1] < bound:
        above = (place - 1) >> 1
        bounds[place], places[place] = bounds[above], places[above]
        place = above
    bounds[place], places[place] = bound, node
    return bounds, places, size + 1


@compiled
def _pop(bounds: np.ndarray, places: np.ndarray, size: int) -> int:
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

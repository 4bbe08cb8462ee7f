"""Which places the providers of a city reach, and how far their units go there."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from math import asin, sqrt
from typing import NamedTuple

import numpy as np

from graph_models.domain.identifiers import AreaCode
from matcher.engine.compiling import compiled_aside, int64
from matcher.engine.glimpses import ROW_BITS
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.judging import NO_CAPACITY, RADIUS_M, is_skilled, meets, plain_bits
from matcher.engine.nodes import Node
from matcher.engine.question import Question
from matcher.engine.rows import Table, Vocabulary
from matcher.engine.snapshot import Snapshot
from matcher.travel import FloatArray

NOBODY = -1  # in place of a row
_THREADS = 2


class Places(NamedTuple):
    """Where help may be wanted.

    Parameters
    ----------
    points
        On the unit sphere, NaN if not known: shape (n, 3).
    areas
        Numbers of the areas around each, -1 for one that no provider names: shape (n, n_levels).
    demand
        People or units at each, not negative: shape (n,).
    """

    points: FloatArray
    areas: Int32Array
    demand: FloatArray


class Reach(NamedTuple):
    """What the providers of one category mean for each place.

    Parameters
    ----------
    access
        Units for each one of the demand, by two-step floating catchments; NaN where nobody reaches:
        shape (n,).
    providers, units
        How many reach each place, and the units they have: shape (n,).
    only
        The row of the one provider that reaches a place, `NOBODY` unless there is just one: shape (n,).
    least_demand
        Least demand that a provider which reaches the place reaches in all, infinite if nobody does: what
        can be told from `access` is about so much demand at least. Shape (n,).
    reached_units
        Units of the providers that reach a place with demand: what all demand times its access adds up to.
    able, able_units
        Providers that could serve the category somewhere, and their units.
    """

    access: FloatArray
    providers: Int64Array
    units: Int64Array
    only: Int32Array
    least_demand: FloatArray
    reached_units: int
    able: int
    able_units: int


def area_numbers(vocabulary: Vocabulary, codes: Sequence[Sequence[AreaCode]]) -> Int32Array:
    """Put the areas around some places in the numbers of an index, for `Places`."""
    width = max(map(len, codes), default=0)
    areas = np.full((len(codes), width), -1, np.int32)
    for row, each in zip(areas, codes, strict=True):
        row[: len(each)] = vocabulary.areas.find_all(each)
    return areas


def reach_of(
    question: Question, snapshot: Snapshot, places: Places, weights: FloatArray, counts_total: bool
) -> Reach:
    """Tell which places the providers of a category reach, as `Engine.reach` does."""
    rows = able_rows(question, snapshot, counts_total)
    if question.aim.is_remote:
        parts = [spread_by_phone(snapshot, rows, places, counts_total)]
    else:
        # Always two halves: sums must not depend on how many processors there are.
        halves = np.array_split(rows, _THREADS)
        with ThreadPoolExecutor(_THREADS) as threads:
            parts = list(
                threads.map(lambda half: spread(snapshot, half, places, weights, counts_total), halves)
            )
    access, providers, units, only, least, reached = zip(*parts, strict=True)
    counts = np.sum(providers, axis=0)
    return Reach(
        access=np.where(counts > 0, np.sum(access, axis=0), np.nan),
        providers=counts,
        units=np.sum(units, axis=0),
        only=np.where(counts == 1, np.max(only, axis=0), NOBODY),
        least_demand=np.min(least, axis=0),
        reached_units=sum(reached),
        able=len(rows),
        able_units=int(_supply(snapshot.table[rows], counts_total).sum()),
    )


def _supply(table: Table, counts_total: bool) -> Int64Array:
    return table["total" if counts_total else "remaining"].astype(np.int64)


@compiled_aside
def able_rows(question: Question, snapshot: Snapshot, counts_total: bool) -> Int32Array:
    """Return the rows that could serve a category at some place, ascending.

    Parameters
    ----------
    counts_total
        Whether a provider whose units are all taken counts nevertheless.
    """
    rows, count = np.empty(snapshot.used, np.int32), 0
    offered, usable = snapshot.nodes.skills, question.skills.usable_bits
    for node in range(snapshot.nodes.firsts[1]):
        if not _may_be_skilled(offered[node], usable):
            continue
        for at in range(node << ROW_BITS, min((node + 1) << ROW_BITS, snapshot.used)):
            row = snapshot.table[at]
            units = row.total if counts_total else row.remaining
            if not row.is_alive or units < 1:
                continue
            bits = plain_bits(question.aim, row, 0)
            if not bits & ~NO_CAPACITY and is_skilled(question, snapshot, row):
                rows[count] = at
                count += 1
    return rows[:count].copy()


@compiled_aside
def spread(
    snapshot: Snapshot,
    rows: Int32Array,
    places: Places,
    weights: FloatArray,
    counts_total: bool,
) -> tuple[FloatArray, Int64Array, Int64Array, Int32Array, FloatArray, int]:
    """Spread the units of some rows over the places that they reach.

    Parameters
    ----------
    rows
        Ascending.
    weights
        Of a pair, by its distance in metres, up to the search radius: shape (radius + 1,).
    counts_total
        Whether units count that are taken.

    Returns
    -------
    tuple
        Units for each one of the demand, providers, units, the last provider and the least demand by
        place, and the units of the rows that reach a place with demand.
    """
    n_places = len(places.demand)
    access, only = np.zeros(n_places, np.float64), np.full(n_places, NOBODY, np.int32)
    providers, units = np.zeros(n_places, np.int64), np.zeros(n_places, np.int64)
    least = np.full(n_places, np.inf)
    near, count, node = np.empty(n_places, np.int32), 0, -1
    met, weight = np.empty(n_places, np.int32), np.empty(n_places, np.float64)
    pool, radius, reached = snapshot.lists.pool, len(weights) - 1, int64(0)
    for at in rows:
        row = snapshot.table[at]
        if at >> ROW_BITS != node:
            node = at >> ROW_BITS
            count = _near(places.points, snapshot.nodes.boxes[node], radius, near)
        limit, serves = min(row.max_travel, radius), row.serves
        first, end, found = serves + 1, serves + 1 + pool[serves], 0
        wanted = people = 0.0
        for each in near[:count]:
            distance = _metres(places.points[each], row.x, row.y, row.z)
            # Not "distance > limit": where the place of a provider is not known, the distance is NaN.
            if not distance <= limit or weights[int64(distance)] <= 0.0:
                continue
            if first == end or meets(pool, first, end, places.areas[each]):
                met[found], weight[found] = each, weights[int64(distance)]
                wanted += weight[found] * places.demand[each]
                people += places.demand[each]
                found += 1
        supply = int64(row.total if counts_total else row.remaining)
        for number in range(found):
            each = met[number]
            providers[each] += 1
            units[each] += supply
            only[each] = at
            least[each] = min(least[each], people)
            if wanted > 0.0:
                access[each] += supply * weight[number] / wanted
        reached += supply if wanted > 0.0 else 0
    return access, providers, units, only, least, reached


def spread_by_phone(
    snapshot: Snapshot, rows: Int32Array, places: Places, counts_total: bool
) -> tuple[FloatArray, Int64Array, Int64Array, Int32Array, FloatArray, int]:
    """Do as `spread` does, for a category in which only areas served limit who reaches whom."""
    table, n_places = snapshot.table[rows], len(places.demand)
    access, only = np.zeros(n_places, np.float64), np.full(n_places, NOBODY, np.int32)
    providers, units, reached = np.zeros(n_places, np.int64), np.zeros(n_places, np.int64), 0
    least = np.full(n_places, np.inf)
    supply = _supply(table, counts_total)
    patterns, pattern = np.unique(table["serves"], return_inverse=True)
    some = np.zeros(len(patterns), np.int32)
    some[pattern] = rows
    sums = np.bincount(pattern, supply, len(patterns)).astype(np.int64)
    counts = np.bincount(pattern, minlength=len(patterns))
    pool = snapshot.lists.pool
    for place, start in enumerate(patterns.tolist()):
        served = pool[start + 1 : start + 1 + pool[start]]
        met = np.isin(places.areas, served).any(axis=1) if len(served) else np.ones(n_places, np.bool_)
        providers[met] += counts[place]
        units[met] += sums[place]
        only[met] = some[place]
        wanted = float(places.demand[met].sum())
        least[met] = np.minimum(least[met], wanted)
        if wanted > 0:
            access[met] += sums[place] / wanted
            reached += int(sums[place])
    return access, providers, units, only, least, reached


@compiled_aside
def _may_be_skilled(offered: Int64Array, usable: Int64Array) -> bool:
    for required in range(len(usable)):
        found = int64(0)
        for word in range(usable.shape[1]):
            found |= offered[word] & usable[required, word]
        if found == 0:
            return False
    return True


@compiled_aside
def _metres(point: FloatArray, x: float, y: float, z: float) -> float:
    """Great-circle distance, rounded to the metre: NaN if one of the points is not known."""
    across = (point[0] - x) ** 2 + (point[1] - y) ** 2 + (point[2] - z) ** 2
    return np.rint(2.0 * RADIUS_M * asin(min(1.0, 0.5 * sqrt(across))))


@compiled_aside
def _near(points: FloatArray, box: Node, radius: int, near: Int32Array) -> int:
    """List the places that a row in the box of a node may reach, and return how many there are."""
    # A chord is never longer than its arc; half a metre is added for rounding.
    most, count = ((min(box.max_travel, radius) + 0.5) / RADIUS_M) ** 2, 0
    for place in range(len(points)):
        x, y, z = points[place]
        across = max(box.low_x - x, 0.0, x - box.high_x) ** 2
        across += max(box.low_y - y, 0.0, y - box.high_y) ** 2
        across += max(box.low_z - z, 0.0, z - box.high_z) ** 2
        if across <= most:
            near[count] = place
            count += 1
    return count

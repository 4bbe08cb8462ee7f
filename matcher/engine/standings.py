"""Standings: all rows that are skilled for a kind of need, in the order of what they are worth to it.

A need that is served by phone has no place to search around. What providers are worth to it is the
same for every need with the same skills and weights, but for continuity and units: so they are ranked
once, for one unit, and the ranking is kept and mended as rows change.
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from threading import Lock
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matcher.engine.compiling import compiled, compiled_aside, fetch, int64
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.judging import NO_DOUBT, fill_values, is_skilled, meets, plain_bits, total_of
from matcher.engine.question import Question
from matcher.engine.ranking import Ranking, Terms, blank_ranking, least_score
from matcher.engine.saving import Arrays
from matcher.engine.search import Found, consider, describe, nothing_found
from matcher.engine.snapshot import STALE, Snapshot, is_stale
from matcher.travel import UNKNOWN_M

MOST_KEPT = 16
MOST_CHANGES = 4_096
_NOBODY = -1
_AHEAD = 4  # rows, of which one is fetched while one is looked at
# The worth of a row, up to 10^12, goes into a key with its last bits cut off, below its group.
_FINE_BITS, _WORTH_BITS = 4, 36
_MOST_WORTH = 10**12 >> _FINE_BITS


class Order(NamedTuple):
    """Rows by group, within a group highest worth first.

    Parameters
    ----------
    keys
        Group and worth in one number, ascending: shape (n,).
    rows
        Of shape (n,).
    """

    keys: Int64Array
    rows: Int32Array


class Standing(NamedTuple):
    """Skilled rows in the order of their worth without continuity, and what changed since.

    Parameters
    ----------
    by_serves, by_community
        Grouped by the areas that they serve, and by the community that they are based in.
    is_changed
        Whether a row must be looked at anew, of shape (n_rows,).
    changed
        Those rows, of shape (n_changed,).
    seen
        Length of the log of changes up to which `changed` goes.
    """

    by_serves: Order
    by_community: Order
    is_changed: npt.NDArray[np.bool_]
    changed: Int32Array
    seen: int


_Key = tuple[int, str]  # the generation of rows, and a name for the kind of need
_PREFIX = "standing"
_NO_ORDER = Order(np.empty(0, np.int64), np.empty(0, np.int32))


class Standings:
    """The standings that were asked for last, mended when they are asked for again."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, Standing] = OrderedDict()
        self._lock = Lock()

    def current(self, question: Question, snapshot: Snapshot) -> Standing | int:
        """Return the standing for a need.

        Returns
        -------
        Standing | int
            Or a row in doubt, or `STALE`.
        """
        key = _key(question, snapshot)
        with self._lock:
            standing = self._kept.get(key)
            if standing is None or standing.seen != len(snapshot.log):
                mended = _mended(standing, question, snapshot)
                if isinstance(mended, int):
                    return mended
                if not snapshot.is_current:
                    return STALE
                standing = self._kept[key] = mended
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return standing

    def arrays(self, snapshot: Snapshot) -> Arrays:
        """Return the standings of a snapshot; whatever changed since they were ranked is told with them."""
        with self._lock:
            return {
                f"{_PREFIX} {name} {part}": array
                for (generation, name), standing in self._kept.items()
                if generation == snapshot.generation
                for part, array in _arrays_of(standing, snapshot.log).items()
            }

    def take_over(self, arrays: Arrays, snapshot: Snapshot) -> None:
        """Begin with the standings that were saved with the rows of a snapshot whose log is empty."""
        parts: dict[str, Arrays] = {}
        for key, array in arrays.items():
            if key.startswith(_PREFIX):
                _, name, part = key.split(" ")
                parts.setdefault(name, {})[part] = array
        for name, each in parts.items():
            by_serves = Order(each["serves_keys"], each["serves_rows"])
            by_community = Order(each["community_keys"], each["community_rows"])
            is_changed = np.zeros(snapshot.used, np.bool_)
            is_changed[each["changed"]] = True
            standing = Standing(by_serves, by_community, is_changed, each["changed"], 0)
            self._kept[snapshot.generation, name] = standing


def _arrays_of(standing: Standing, log: Int32Array) -> Arrays:
    return {
        "serves_keys": standing.by_serves.keys,
        "serves_rows": standing.by_serves.rows,
        "community_keys": standing.by_community.keys,
        "community_rows": standing.by_community.rows,
        "changed": np.unique(np.concatenate((standing.changed, log[standing.seen :]))),
    }


def _key(question: Question, snapshot: Snapshot) -> _Key:
    aim, skills = question.aim, question.skills
    arrays = (skills.similar, skills.least, question.halves)
    weights = (aim.proximity, aim.skill, aim.capacity, aim.continuity, aim.fairness)
    facts = repr((*weights, *(each.tobytes() for each in arrays)))
    return snapshot.generation, blake2b(facts.encode(), digest_size=16).hexdigest()


def _mended(standing: Standing | None, question: Question, snapshot: Snapshot) -> Standing | int:
    """Bring a standing up to the end of the log, or make it."""
    if standing is None:
        changed, before = np.arange(snapshot.used, dtype=np.int32), (_NO_ORDER, _NO_ORDER)
    else:
        changed = np.unique(np.concatenate((standing.changed, snapshot.log[standing.seen :])))
        before = (standing.by_serves, standing.by_community)
    is_changed = np.zeros(snapshot.used, np.bool_)
    is_changed[changed] = True
    seen = len(snapshot.log)
    if standing is not None and len(changed) <= MOST_CHANGES:
        return Standing(*before, is_changed, changed, seen)
    # Capacity falls with the units of a need: what a row is worth for one unit bounds it for more.
    question = question._replace(aim=question.aim._replace(units=1))
    doubt, scores = _worth(question, snapshot, changed)
    if doubt != NO_DOUBT:
        return doubt
    rows, scores = changed[scores != _NOBODY], scores[scores != _NOBODY]
    by_serves, by_community = (
        _merged(order, is_changed, rows, snapshot.table[name][rows], scores)
        for order, name in zip(before, ("serves", "community"), strict=True)
    )
    nothing = np.empty(0, np.int32)
    return Standing(by_serves, by_community, np.zeros(snapshot.used, np.bool_), nothing, seen)


def _merged(
    before: Order, is_changed: npt.NDArray[np.bool_], rows: Int32Array, groups: Int32Array, scores: Int64Array
) -> Order:
    """Replace the rows that changed."""
    keys = groups.astype(np.int64) << _WORTH_BITS | (_MOST_WORTH - (scores >> _FINE_BITS))
    order = np.argsort(keys, kind="stable")
    stays = ~is_changed[before.rows]
    kept = before.keys[stays]
    places = np.searchsorted(kept, keys[order])
    return Order(np.insert(kept, places, keys[order]), np.insert(before.rows[stays], places, rows[order]))


@compiled
def _worth(question: Question, snapshot: Snapshot, which: Int32Array) -> tuple[int, Int64Array]:
    """Return what each row is worth, -1 if it is not skilled, after a row in doubt or `NO_DOUBT`."""
    scores, values = np.empty(len(which), np.int64), np.empty(5, np.int64)
    if is_stale(snapshot):
        return STALE, scores
    for place in range(len(which)):
        at = which[place]
        if not snapshot.table[at].is_alive or not is_skilled(question, snapshot, snapshot.table[at]):
            scores[place] = _NOBODY
            continue
        if not fill_values(question, snapshot, at, UNKNOWN_M, values):
            return at, scores
        values[3] = 0
        scores[place] = total_of(question.aim, values)
    return NO_DOUBT, scores


@compiled
def best_standing(
    question: Question, snapshot: Snapshot, standing: Standing, limit: int, terms: Terms
) -> Found:
    """Rank the eligible rows for a need that is served by phone, see `nearest_first`.

    Rows that are worth more than their standing, for continuity, are looked at first. Of the others only
    those are that serve the need's areas, and only as long as they can be worth listing.
    """
    if is_stale(snapshot):
        return nothing_found(STALE)
    ranking, values, aim = blank_ranking(limit, terms), np.empty(5, np.int64), question.aim
    for some in (standing.changed, question.served):
        for at in some:
            if at >= 0 and not consider(question, snapshot, at, ranking, values):
                return nothing_found(at)
    if aim.community >= 0:
        most = aim.continuity * (aim.based_here + aim.assigned)
        doubt = _walk(
            question, snapshot, standing.by_community, aim.community, most, standing.is_changed, ranking
        )
        if doubt != NO_DOUBT:
            return nothing_found(doubt)
    pool = snapshot.lists.pool
    for group in question.serving:
        most = int64(0)
        if meets(pool, group + 1, group + 1 + pool[group], question.assigned):
            most = aim.continuity * aim.assigned
        doubt = _walk(question, snapshot, standing.by_serves, group, most, standing.is_changed, ranking)
        if doubt != NO_DOUBT:
            return nothing_found(doubt)
    return describe(question, snapshot, ranking)


@compiled_aside
def best_standing_aside(
    question: Question, snapshot: Snapshot, standing: Standing, limit: int, terms: Terms
) -> Found:
    """Rank as `best_standing` does, while other threads go on: for whoever keeps writers out."""
    return best_standing(question, snapshot, standing, limit, terms)


@compiled
def _walk(
    question: Question,
    snapshot: Snapshot,
    order: Order,
    group: int,
    most: int,
    is_changed: npt.NDArray[np.bool_],
    ranking: Ranking,
) -> int:
    """Look at the rows of a group as long as they can be worth listing with `most` on top."""
    values, aim, table = np.empty(5, np.int64), question.aim, snapshot.table
    table_at = table.ctypes.data
    place = np.searchsorted(order.keys, int64(group) << _WORTH_BITS)
    end = np.searchsorted(order.keys, int64(group + 1) << _WORTH_BITS)
    while place < end:
        worth = _MOST_WORTH - (order.keys[place] & ((1 << _WORTH_BITS) - 1))
        if ((worth + 1) << _FINE_BITS) + most < least_score(ranking):
            break
        at = order.rows[place]
        place += 1
        fetch(table_at + order.rows[min(place + _AHEAD, end - 1)] * table.itemsize, table.itemsize)
        if is_changed[at] or plain_bits(aim, table[at], 0):
            continue
        if not consider(question, snapshot, at, ranking, values):
            return at
    return NO_DOUBT

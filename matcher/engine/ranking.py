"""The best rows so far, best first; equal scores in the order of ids."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matcher.engine.compiling import compiled, inlined, int64
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.snapshot import Snapshot


class Ranking(NamedTuple):
    """Up to k rows.

    Parameters
    ----------
    rows, scores
        Of shape (k,); scores in units of 1e-12.
    size
        How many there are: shape (1,).
    """

    rows: Int32Array
    scores: Int64Array
    size: Int64Array


@compiled
def blank_ranking(limit: int) -> Ranking:
    """Return a ranking without rows."""
    return Ranking(np.empty(limit, np.int32), np.empty(limit, np.int64), np.zeros(1, np.int64))


@inlined
def least_score(ranking: Ranking) -> int:
    """Return the score that a row has to reach to be listed."""
    size = ranking.size[0]
    return ranking.scores[size - 1] if size == len(ranking.rows) and size else int64(-1)


@compiled
def enter(ranking: Ranking, snapshot: Snapshot, at: int, score: int) -> None:
    """List a row if it is among the best and not listed already."""
    size, limit = ranking.size[0], len(ranking.rows)
    if score < least_score(ranking):
        return
    for place in range(size):
        if ranking.rows[place] == at:
            return
    if size == limit:
        if limit == 0 or not _precedes(snapshot, at, score, ranking.rows[size - 1], ranking.scores[size - 1]):
            return
        size -= 1
    place = size
    while place and _precedes(snapshot, at, score, ranking.rows[place - 1], ranking.scores[place - 1]):
        ranking.rows[place], ranking.scores[place] = ranking.rows[place - 1], ranking.scores[place - 1]
        place -= 1
    ranking.rows[place], ranking.scores[place] = at, score
    ranking.size[0] = size + 1


@compiled
def _precedes(snapshot: Snapshot, at: int, score: int, other: int, other_score: int) -> bool:
    if score != other_score:
        return score > other_score
    one, two = snapshot.table[at], snapshot.table[other]
    for place in range(min(one.id_bytes, two.id_bytes)):
        difference = int64(snapshot.texts[one.text_at + place]) - int64(snapshot.texts[two.text_at + place])
        if difference:
            return bool(difference < 0)
    return bool(one.id_bytes < two.id_bytes)

"""Who was considered for a need, and what holds each of them back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matcher.engine.compiling import compiled, inlined, int64
from matcher.engine.glimpses import ROW_BITS
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.judging import (
    DOUBTFUL,
    INACTIVE,
    NO_CAPACITY,
    NO_DOUBT,
    NOT_SKILLED,
    RADIUS_M,
    TOO_FAR,
    best_value,
    fill_values,
    metres,
    other_bits,
    plain_bits,
    total_of,
)
from matcher.engine.question import Question
from matcher.engine.ranking import PLAIN, blank_ranking, enter
from matcher.engine.search import least_chord
from matcher.engine.snapshot import STALE, Snapshot, is_stale
from matcher.rules import Reason

N_RULES = len(Reason)
FIRST_BITS = INACTIVE | NOT_SKILLED | NO_CAPACITY | TOO_FAR  # asked before all of `other_bits`


class Surveyed(NamedTuple):
    """Who was considered.

    Parameters
    ----------
    doubt
        A row that must be told exactly before there is an answer, `STALE`, or `NO_DOUBT`.
    considered
        Number of candidates.
    counts
        Those that fail each rule first: shape (n_rules,).
    missed
        The best of those that fail exactly one, best first: shape (n,).
    reasons
        The rule that each of them fails: shape (n,).
    """

    doubt: int
    considered: int
    counts: Int64Array
    missed: Int32Array
    reasons: Int32Array


@compiled
def survey(question: Question, snapshot: Snapshot, limit: int) -> Surveyed:
    """Count candidates by first failing rule, and find the best of those that fail exactly one."""
    counts, considered = np.zeros(N_RULES, np.int64), int64(0)
    missed, values = blank_ranking(limit, PLAIN), np.empty(5, np.int64)
    if is_stale(snapshot):
        return Surveyed(int64(STALE), considered, counts, missed.rows[:0], missed.rows[:0])
    # Taken out of their tuples once, as in `nearest_first`.
    aim, table, pool, boxes = question.aim, snapshot.table, snapshot.lists.pool, snapshot.nodes.boxes
    skills, levels, offered = snapshot.lists.skills, snapshot.lists.levels, snapshot.nodes.skills
    similar, least, bits_of_similar = (
        question.skills.similar,
        question.skills.least,
        question.skills.similar_bits,
    )
    takes_all = aim.is_remote and not len(least)
    for node in range(snapshot.nodes.firsts[1]):
        is_near = aim.is_placed and RADIUS_M * least_chord(aim, boxes[node]) - 1.0 <= aim.radius
        if not takes_all and not is_near and not _share(offered[node], bits_of_similar):
            continue
        for at in range(node << ROW_BITS, min((node + 1) << ROW_BITS, snapshot.used)):
            row = table[at]
            if not row.is_alive:
                continue
            distance = metres(question, snapshot, at)
            if distance == DOUBTFUL:
                return Surveyed(int64(at), considered, counts, missed.rows[:0], missed.rows[:0])
            bits, is_candidate = plain_bits(aim, row, distance), takes_all or distance <= aim.radius
            for required in range(len(least)):
                best = best_value(similar, required, skills, levels, row.offers_at, int64(row.offers))
                is_candidate = is_candidate or best > 0
                if best < least[required]:
                    bits |= NOT_SKILLED
            if not is_candidate:
                continue
            considered += 1
            # Two rules that fail, one of them before all that is left to ask, settle the case.
            if not (bits & (bits - 1) and bits & FIRST_BITS):
                bits |= other_bits(question, pool, row, at)
            if bits:
                counts[_lowest(bits)] += 1
                if not bits & (bits - 1):
                    if not fill_values(question, snapshot, at, distance, values):
                        return Surveyed(int64(at), considered, counts, missed.rows[:0], missed.rows[:0])
                    enter(missed, snapshot.table, snapshot.texts, at, total_of(aim, values))
    found = missed.rows[: missed.size[0]]
    reasons = np.empty(len(found), np.int32)
    for place in range(len(found)):
        at = found[place]
        row = table[at]
        bits = plain_bits(aim, row, metres(question, snapshot, at)) | other_bits(question, pool, row, at)
        # Exactly one rule fails: if it is none of the others, it is that of skill.
        reasons[place] = _lowest(bits if bits else NOT_SKILLED)
    return Surveyed(int64(NO_DOUBT), considered, counts, found, reasons)


@inlined
def _share(offered: Int64Array, masks: Int64Array) -> bool:
    found = int64(0)
    for required in range(len(masks)):
        for word in range(len(offered)):
            found |= offered[word] & masks[required, word]
    return found != 0


@compiled
def _lowest(bits: int) -> int:
    place = 0
    while not bits >> place & 1:
        place += 1
    return place

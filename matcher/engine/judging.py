"""Rules and factors for one row, compiled. `matcher.rules` and `matcher.scoring` say what they mean."""

from __future__ import annotations

from math import atan2, floor, sqrt

import numpy as np
from geopy.distance import EARTH_RADIUS

from matcher.engine.compiling import compiled, inlined, int64
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.question import NO_AGE, Aim, Doubt, Question
from matcher.engine.rows import NEVER, NO_CAP, NOT_KNOWN, Row
from matcher.engine.snapshot import Snapshot
from matcher.fixed_point import MILLION
from matcher.rules import Reason
from matcher.travel import UNKNOWN_M

RADIUS_M = EARTH_RADIUS * 1000.0
# Metres and millionths computed here differ from exact ones by less than 1e-7: what is nearer than
# this to a half is left to exact arithmetic.
DOUBT = 1e-6
DOUBTFUL = -2  # in place of a value
NO_DOUBT = -1  # in place of a row that has one

(
    INACTIVE,
    NOT_SKILLED,
    NO_CAPACITY,
    TOO_FAR,
    OUTSIDE,
    UNAVAILABLE,
    NOT_ELIGIBLE,
    NOT_VERIFIED,
    EXCLUDED,
    RESTING,
) = (1 << place for place in range(len(Reason)))
_MINUTE = 60_000_000  # microseconds


@compiled
def half_even(numerator: int, denominator: int) -> int:
    """Quotient rounded half to even."""
    quotient = numerator // denominator
    doubled = 2 * (numerator - quotient * denominator)
    if doubled > denominator or (doubled == denominator and quotient % 2 == 1):
        quotient += 1
    return quotient


@compiled
def rounded(value: float) -> int:
    """Nearest integer, `DOUBTFUL` if that is too close to tell."""
    down = floor(value)
    if abs(value - down - 0.5) < DOUBT:
        return DOUBTFUL
    return int(down) if value - down < 0.5 else int(down) + 1


@compiled
def halved(amount: int, half: int) -> int:
    """2^(−amount / half) in millionths, `DOUBTFUL` if it cannot be told."""
    return rounded(np.exp2(-(amount / half)) * MILLION)


@compiled
def has(numbers: Int32Array, number: int) -> bool:
    """Whether a number is among others."""
    for each in numbers:  # noqa: SIM110 - compiled code has no generators
        if each == number:
            return True
    return False


@compiled
def is_among(ascending: Int32Array, number: int) -> bool:
    """Whether a number is among others that are in order."""
    low, high = 0, len(ascending)
    while low < high:
        middle = (low + high) >> 1
        if ascending[middle] < number:
            low = middle + 1
        else:
            high = middle
    return low < len(ascending) and ascending[low] == number


@compiled
def meets(pool: Int32Array, first: int, end: int, numbers: Int32Array) -> bool:
    """Whether one of some numbers, of those that stand for something, is in a part of the pool."""
    for number in numbers:
        if number >= 0:
            for place in range(first, end):
                if pool[place] == number:
                    return True
    return False


@compiled
def exact_value(doubt: Doubt, at: int, which: int) -> int:
    """Return what exact arithmetic said of a row, `DOUBTFUL` if it was not asked."""
    for place in range(len(doubt.rows)):
        if doubt.rows[place] == at:
            return doubt.values[place, which]
    return DOUBTFUL


@inlined
def metres(question: Question, snapshot: Snapshot, at: int) -> int:
    """Distance of a row in metres, `UNKNOWN_M` or `DOUBTFUL`."""
    row = snapshot.table[at]
    if not question.aim.is_placed or np.isnan(row.x):
        return UNKNOWN_M
    along = question.aim.x * row.x + question.aim.y * row.y + question.aim.z * row.z
    across_x = question.aim.y * row.z - question.aim.z * row.y
    across_y = question.aim.z * row.x - question.aim.x * row.z
    across_z = question.aim.x * row.y - question.aim.y * row.x
    across = sqrt(across_x * across_x + across_y * across_y + across_z * across_z)
    found = rounded(RADIUS_M * atan2(across, along))
    return exact_value(question.doubt, at, 0) if found == DOUBTFUL else found


@compiled
def best_value(
    similar: Int32Array, required: int, skills: Int32Array, levels: Int32Array, first: int, count: int
) -> int:
    """Best similarity · level of some offers for one required skill, in millionths."""
    best = 0
    for place in range(first, first + count):
        similarity = similar[required, skills[place]]
        if similarity:
            best = max(best, half_even(int64(similarity) * levels[place], MILLION))
    return best


@inlined
def worth(question: Question, snapshot: Snapshot, row: Row, required: int) -> int:
    """Best similarity · level of a row for one required skill, in millionths."""
    lists = snapshot.lists
    return best_value(
        question.skills.similar, required, lists.skills, lists.levels, row.offers_at, int64(row.offers)
    )


@inlined
def is_skilled(question: Question, snapshot: Snapshot, row: Row) -> bool:
    """Whether a row offers every required skill well enough."""
    enough = True
    for required in range(len(question.skills.least)):
        if worth(question, snapshot, row, required) < question.skills.least[required]:
            enough = False
            break
    return enough


@compiled
def is_there(days: Int64Array, needed: int, pool: Int32Array, hours: int) -> bool:
    """Whether weekly hours leave enough unbroken time within the window."""
    if pool[hours] and pool[hours + 1] == NOT_KNOWN:
        return True
    run_start = run_end = int64(0)
    for day in range(len(days)):
        for place in range(hours + 1, hours + 1 + pool[hours], 3):
            if pool[place] != days[day, 0]:
                continue
            start = max(days[day, 2], days[day, 1] + pool[place + 1] * _MINUTE)
            end = min(days[day, 3], days[day, 1] + pool[place + 2] * _MINUTE)
            if start >= end:
                continue
            if start != run_end:
                run_start = start
            run_end = end
            if run_end - run_start >= needed:
                return True
    return False


@compiled
def accepts(
    age: int,
    hardship: Int32Array,
    languages: Int32Array,
    accessibility: Int32Array,
    pool: Int32Array,
    row: Row,
) -> bool:
    """Whether a provider's terms fit what is known of the resident."""
    terms, spoken, offered = row.eligibility, row.languages, row.accessibility
    if age != NO_AGE and not pool[terms + 1] <= age <= pool[terms + 2]:
        return False
    if len(hardship) and pool[terms] > 2 and not meets(pool, terms + 3, terms + 1 + pool[terms], hardship):
        return False
    if len(languages) and pool[spoken] and not meets(pool, spoken + 1, spoken + 1 + pool[spoken], languages):
        return False
    if pool[offered] and pool[offered + 1] == NOT_KNOWN:
        return True
    for place in range(len(accessibility)):
        if not meets(pool, offered + 1, offered + 1 + pool[offered], accessibility[place : place + 1]):
            return False
    return True


@inlined
def plain_bits(aim: Aim, row: Row, distance: int) -> int:
    """Bits of the rules that a row fails, of those that its own numbers tell."""
    bits = 0
    if not row.is_active:
        bits |= INACTIVE
    if row.remaining < aim.wanted:
        bits |= NO_CAPACITY
    if not aim.is_remote and distance > min(row.max_travel, aim.radius):
        bits |= TOO_FAR
    if aim.verified_since != NEVER and row.verified_at < aim.verified_since:
        bits |= NOT_VERIFIED
    if row.ready_at > aim.now or (row.cap != NO_CAP and row.recent >= row.cap):
        bits |= RESTING
    return bits


@inlined
def other_bits(question: Question, pool: Int32Array, row: Row, at: int) -> int:
    """Bits of the rules that a row fails, of those that take more than its own numbers; not of skill."""
    aim, bits = question.aim, 0
    if not is_among(question.serving, row.serves):
        bits |= OUTSIDE
    if aim.needed and not is_there(question.days, aim.needed, pool, row.hours):
        bits |= UNAVAILABLE
    if aim.is_particular and not accepts(
        aim.age, question.hardship, question.languages, question.accessibility, pool, row
    ):
        bits |= NOT_ELIGIBLE
    if has(question.excluded, at):
        bits |= EXCLUDED
    return bits


@inlined
def fill_values(question: Question, snapshot: Snapshot, at: int, distance: int, values: Int64Array) -> bool:
    """Write the five factors of a row in millionths; False if one is in doubt."""
    row = snapshot.table[at]
    values[0] = 0 if distance == UNKNOWN_M else halved(distance, question.aim.half)
    if values[0] == DOUBTFUL:
        values[0] = exact_value(question.doubt, at, 1)
    values[1] = MILLION
    if len(question.skills.least):
        total = 0
        for required in range(len(question.skills.least)):
            total += worth(question, snapshot, row, required)
        values[1] = half_even(total, len(question.skills.least))
    left = max(int64(row.remaining) - question.aim.units, 0)
    values[2] = half_even(left * MILLION, max(int64(row.total), 1))
    values[3] = 0
    if has(question.served, at):
        values[3] += question.aim.served_resident
    if question.aim.community >= 0 and row.community == question.aim.community:
        values[3] += question.aim.based_here
    pool, serves = snapshot.lists.pool, row.serves
    if meets(pool, serves + 1, serves + 1 + pool[serves], question.assigned):
        values[3] += question.aim.assigned
    values[4] = halved(row.recent, question.halves[row.kind])
    if values[4] == DOUBTFUL:
        values[4] = exact_value(question.doubt, at, 2)
    return values[0] != DOUBTFUL and values[4] != DOUBTFUL


@inlined
def total_of(aim: Aim, values: Int64Array) -> int:
    """Score in units of 1e-12."""
    return (
        aim.proximity * values[0]
        + aim.skill * values[1]
        + aim.capacity * values[2]
        + aim.continuity * values[3]
        + aim.fairness * values[4]
    )

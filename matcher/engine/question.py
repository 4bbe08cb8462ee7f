"""One need, put as numbers for compiled functions."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from math import cos, radians, sin
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matcher.context import NeedContext, Requirement
from matcher.engine.glimpses import MARKS, MORE_OFFERS
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.nodes import ANY_HOUR, EVERYWHERE, quarters
from matcher.engine.rows import MASK_BITS, NEVER, Vocabulary
from matcher.fixed_point import MILLION
from matcher.rules import units_wanted
from matcher.scoring import half_distance_m

_MINUTE = 60_000_000  # microseconds
NO_AGE = -20_000
MOST_KEPT = 1_024
_NO_MARKS = np.empty(0, np.int64)
_NO_WINDOW = np.empty((0, 4), np.int64)


class Doubt(NamedTuple):
    """Values of rows that binary arithmetic came too close to a half to round.

    Parameters
    ----------
    rows
        Whose, shape (n,).
    values
        Metres, proximity and fairness as exact arithmetic has them, shape (n, 3).
    """

    rows: Int32Array
    values: Int64Array


SURE = Doubt(np.empty(0, np.int32), np.empty((0, 3), np.int64))


class Aim(NamedTuple):
    """What is asked about in plain numbers, of the kind that compiled loops keep in registers.

    Parameters
    ----------
    is_placed
        Whether the need has a point.
    x, y, z
        The point on a sphere of radius 1.
    is_remote
        Whether it is served by phone.
    radius, half
        Metres of the search radius, and at which proximity is worth one half.
    units, wanted
        Units of the need, and how many of them a provider must have free at least.
    now, verified_since
        Microseconds since 1970; `NEVER` if no verification is asked for.
    age, community
        `NO_AGE` if not known; -1 if in none.
    is_particular
        Whether anything is known of the resident that a provider's terms may be about.
    needed
        Microseconds of unbroken time; 0 if any time will do.
    proximity, skill, capacity, continuity, fairness
        Weights, in millionths.
    served_resident, based_here, assigned
        Parts of continuity, in millionths.
    is_usual
        Whether it asks for skills with the weights by which nodes are bounded.
    slowest
        Most referrals at which fairness is worth one half for any kind of provider.
    area_bits, hour_bits
        Bits of which a node must have one; no hours if any time will do.
    assigned_bits, community_bits
        Bits of which a node has one if the parts of continuity may hold below it.
    """

    is_placed: bool
    x: float
    y: float
    z: float
    is_remote: bool
    radius: int
    half: int
    units: int
    wanted: int
    now: int
    verified_since: int
    age: int
    community: int
    is_particular: bool
    needed: int
    proximity: int
    skill: int
    capacity: int
    continuity: int
    fairness: int
    served_resident: int
    based_here: int
    assigned: int
    is_usual: bool
    slowest: int
    area_bits: int
    hour_bits: int
    assigned_bits: int
    community_bits: int


class SkillsAsked(NamedTuple):
    """What is asked of skills.

    Parameters
    ----------
    similar
        Millionths by required and offered skill, shape (n_required, n_skills).
    least
        Least value per required skill, millionths: shape (n_required,).
    usable
        `similar`, 0 where even level 1 would not suffice.
    similar_marks
        `usable` by the marks of skills, the best of each mark, as `skill_seen` wants it: shape
        (n_required, MARKS).
    usable_marks, ends
        The marks of the skills that can suffice, one required skill after the other, and where those of
        each end: shape (n_required,).
    usable_bits, same_bits, similar_bits
        Per required skill, the skills that can suffice, are worth all, are worth anything: shape
        (n_required, n_words).
    second
        Per required skill, the best usable similarity below 1: shape (n_required,).
    """

    similar: Int32Array
    least: Int32Array
    usable: Int32Array
    similar_marks: Int32Array
    usable_marks: Int32Array
    ends: Int32Array
    usable_bits: Int64Array
    same_bits: Int64Array
    similar_bits: Int64Array
    second: Int32Array


class Question(NamedTuple):
    """One need in numbers. A term, an area or a provider that is not known to the index is -1.

    Parameters
    ----------
    aim, skills
        See there.
    hardship, languages, accessibility
        Terms of the resident.
    assigned
        Areas around the need that count as assignment.
    serving
        Numbers of the patterns of areas served that include the need, ascending.
    days
        Weekday, midnight, start and end of each part of the window: shape (n, 4).
    halves
        Referrals at which fairness is worth one half, by kind.
    excluded, served
        Rows of providers that must not be asked, and of those that served the resident.
    doubt
        What exact arithmetic said.
    """

    aim: Aim
    skills: SkillsAsked
    hardship: Int32Array
    languages: Int32Array
    accessibility: Int32Array
    assigned: Int32Array
    serving: Int32Array
    days: Int64Array
    halves: Int64Array
    excluded: Int32Array
    served: Int32Array
    doubt: Doubt


def put_question(
    context: NeedContext,
    vocabulary: Vocabulary,
    skills: SkillsAsked,
    excluded: Int32Array,
    served: Int32Array,
) -> Question:
    """Put a need in the numbers of an index.

    Parameters
    ----------
    skills
        What it asks of skills.
    excluded, served
        Rows of the providers that must not be asked, and of those that served the resident before.
    """
    terms, resident = vocabulary.terms, context.resident
    hardship, languages, accessibility = (
        ((), (), ()) if resident is None else (resident.hardship, resident.languages, resident.accessibility)
    )
    areas = vocabulary.areas.find_all(context.area_codes)
    assigned = vocabulary.areas.find_all(context.assignment_codes)
    kinds = (vocabulary.kinds[number] for number in range(len(vocabulary.kinds)))
    halves = np.array([context.parameters.half_referrals_of(kind) for kind in kinds], np.int64)
    days = _days(context)
    return Question(
        aim=_aim(context, vocabulary, (areas, assigned), days, int(halves.max(initial=1))),
        skills=skills,
        hardship=terms.find_all(hardship),
        languages=terms.find_all(languages),
        accessibility=terms.find_all(accessibility),
        assigned=assigned,
        serving=np.array(vocabulary.patterns_serving(areas.tolist()), np.int32),
        days=days,
        halves=halves,
        excluded=excluded,
        served=served,
        doubt=SURE,
    )


def _aim(
    context: NeedContext,
    vocabulary: Vocabulary,
    places: tuple[Int32Array, Int32Array],
    days: Int64Array,
    slowest: int,
) -> Aim:
    where, parts = context.location, context.parameters.continuity
    x, y, z = (0.0, 0.0, 0.0) if where is None else _on_sphere(where.latitude, where.longitude)
    proximity, skill, capacity, continuity, fairness = context.weights
    areas, assigned = places
    # A need without a community is of none; the number of "no community" must not stand for it.
    community = -1 if context.community_code is None else vocabulary.communities.find(context.community_code)
    return Aim(
        is_placed=where is not None,
        x=x,
        y=y,
        z=z,
        is_remote=context.category.is_remote,
        radius=context.search_radius_m,
        half=half_distance_m(context),
        units=context.need.units,
        wanted=units_wanted(context),
        now=context.now,
        verified_since=NEVER if context.verified_since is None else context.verified_since,
        age=NO_AGE if context.age is None else context.age,
        community=community,
        is_particular=_is_particular(context),
        needed=0 if context.window is None else context.window.needed,
        proximity=proximity,
        skill=skill,
        capacity=capacity,
        continuity=continuity,
        fairness=fairness,
        served_resident=parts.served_resident,
        based_here=parts.based_in_community,
        assigned=parts.serves_by_assignment,
        is_usual=_is_usual(context, vocabulary),
        slowest=slowest,
        area_bits=EVERYWHERE | _area_bits(areas),
        hour_bits=_hours(context, days),
        assigned_bits=_area_bits(assigned),
        community_bits=0 if community < 0 else 1 << (community % MASK_BITS),
    )


def _is_usual(context: NeedContext, vocabulary: Vocabulary) -> bool:
    _, skill, capacity, _, fairness = context.weights
    is_same = context.parameters == vocabulary.parameters
    return is_same and bool(context.requirements) and (skill, capacity, fairness) == vocabulary.usual


def _is_particular(context: NeedContext) -> bool:
    resident = context.resident
    if resident is None:
        return False
    return context.age is not None or bool(resident.hardship or resident.languages or resident.accessibility)


def _area_bits(areas: Int32Array) -> int:
    bits = 0
    for number in areas.tolist():
        bits |= 1 << (number % MASK_BITS) if number >= 0 else 0
    return bits


def _on_sphere(latitude: float, longitude: float) -> tuple[float, float, float]:
    north, east = radians(latitude), radians(longitude)
    return cos(north) * cos(east), cos(north) * sin(east), sin(north)


class SkillQuestions:
    """What was last asked of skills: many needs ask for the same."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], tuple[SkillsAsked, list[object]]] = OrderedDict()

    def ask(self, requirements: Sequence[Requirement], vocabulary: Vocabulary, words: int) -> SkillsAsked:
        """Put requirements in the numbers of an index."""
        which = [part for each in requirements for part in (each.skill_id, each.min_level, id(each.similar))]
        key = (len(vocabulary.skills), words, *which)
        found = self._kept.get(key)
        if found is None:
            # The similarities are kept as well, for their identities to stay theirs.
            asked = _skills_asked(requirements, vocabulary, words)
            found = self._kept[key] = (asked, [each.similar for each in requirements])
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return found[0]


def _skills_asked(requirements: Sequence[Requirement], vocabulary: Vocabulary, words: int) -> SkillsAsked:
    similar = np.zeros((len(requirements), len(vocabulary.skills)), np.int32)
    for row, requirement in zip(similar, requirements, strict=True):
        for skill_id, value in requirement.similar.items():
            if (number := vocabulary.skills.find(skill_id)) >= 0:
                row[number] = value
    least = np.array([max(each.min_level, 1) for each in requirements], np.int32)
    # A level is at most 1, so a skill that is less similar than the least level never suffices.
    usable = np.where(similar >= least[:, np.newaxis], similar, 0).astype(np.int32)
    marks = [np.unique(np.flatnonzero(row) % MASK_BITS) for row in usable]
    return SkillsAsked(
        similar=similar,
        least=least,
        usable=usable,
        similar_marks=_by_marks(usable),
        usable_marks=np.concatenate([_NO_MARKS, *marks]).astype(np.int32),
        ends=np.cumsum([len(each) for each in marks], dtype=np.int32),
        usable_bits=_bits(usable > 0, words),
        same_bits=_bits(usable == MILLION, words),
        similar_bits=_bits(similar > 0, words),
        second=np.where(usable < MILLION, usable, 0).max(axis=1, initial=0).astype(np.int32),
    )


def _days(context: NeedContext) -> Int64Array:
    if context.window is None:
        return _NO_WINDOW
    days = [(day.weekday, day.midnight, day.start, day.end) for day in context.window.days]
    return np.array(days, np.int64).reshape(-1, 4)


def _hours(context: NeedContext, days: Int64Array) -> int:
    if context.window is None:
        return 0
    mask = ANY_HOUR
    for weekday, midnight, start, end in days.tolist():
        # A day on which the clock is changed may be told to begin before its midnight.
        first = min(max((start - midnight) // _MINUTE, 0), 1439)
        last = min(max(-((midnight - end) // _MINUTE), first + 1), 1440)
        mask |= quarters(weekday, first, last)
    return mask


def _by_marks(usable: Int32Array) -> Int32Array:
    similar = np.zeros((len(usable), MARKS), np.int32)
    marks = np.arange(usable.shape[1]) % MASK_BITS
    for row, values in zip(similar, usable, strict=True):
        np.maximum.at(row, marks, values)
    similar[:, MORE_OFFERS] = MILLION
    return similar


def _bits(chosen: npt.NDArray[np.bool_], words: int) -> Int64Array:
    rows = [np.flatnonzero(row).tolist() for row in chosen]
    masks = np.zeros((len(rows), words), np.int64)
    for mask, numbers in zip(masks, rows, strict=True):
        for number in numbers:
            if number // MASK_BITS < words:  # else no row has offered it so far
                mask[number // MASK_BITS] |= 1 << (number % MASK_BITS)
    return masks

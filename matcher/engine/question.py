"""One need, put as numbers for compiled functions."""

from __future__ import annotations

from math import cos, radians, sin
from typing import NamedTuple

import numpy as np

from matcher.context import NeedContext
from matcher.engine.asked import AreasAsked, SkillsAsked
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.nodes import ANY_HOUR, quarters
from matcher.engine.rows import MASK_BITS, NEVER, Vocabulary
from matcher.rules import units_wanted
from matcher.scoring import half_distance_m

_MINUTE = 60_000_000  # microseconds
NO_AGE = -20_000
_NO_TERMS = np.empty(0, np.int32)
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
    is_known
        Whether its parameters but for the weights are those that the index was made for.
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
    is_known: bool
    slowest: int
    area_bits: int
    hour_bits: int
    assigned_bits: int
    community_bits: int


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
    areas: AreasAsked,
    excluded: Int32Array,
    served: Int32Array,
) -> Question:
    """Put a need in the numbers of an index.

    Parameters
    ----------
    skills, areas
        What it asks of skills, and the areas around it.
    excluded, served
        Rows of the providers that must not be asked, and of those that served the resident before.
    """
    terms, resident = vocabulary.terms, context.resident
    hardship, languages, accessibility = (
        ((), (), ()) if resident is None else (resident.hardship, resident.languages, resident.accessibility)
    )
    is_known = context.parameters is vocabulary.parameters or context.parameters == vocabulary.parameters
    halves = vocabulary.halves.array if is_known else _halves(context, vocabulary)
    days = _days(context)
    return Question(
        aim=_aim(context, vocabulary, areas, days, int(halves.max(initial=1)), is_known),
        skills=skills,
        hardship=terms.find_all(hardship) if hardship else _NO_TERMS,
        languages=terms.find_all(languages) if languages else _NO_TERMS,
        accessibility=terms.find_all(accessibility) if accessibility else _NO_TERMS,
        assigned=areas.assigned,
        serving=areas.serving,
        days=days,
        halves=halves,
        excluded=excluded,
        served=served,
        doubt=SURE,
    )


def _halves(context: NeedContext, vocabulary: Vocabulary) -> Int64Array:
    return np.array([context.parameters.half_referrals_of(kind) for kind in vocabulary.kinds], np.int64)


def _aim(
    context: NeedContext,
    vocabulary: Vocabulary,
    areas: AreasAsked,
    days: Int64Array,
    slowest: int,
    is_known: bool,
) -> Aim:
    where, parts = context.location, context.parameters.continuity
    x, y, z = (0.0, 0.0, 0.0) if where is None else _on_sphere(where.latitude, where.longitude)
    proximity, skill, capacity, continuity, fairness = context.weights
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
        is_usual=is_known and _is_usual(context, vocabulary),
        is_known=is_known,
        slowest=slowest,
        area_bits=areas.area_bits,
        hour_bits=_hours(context, days),
        assigned_bits=areas.assigned_bits,
        community_bits=0 if community < 0 else 1 << (community % MASK_BITS),
    )


def _is_usual(context: NeedContext, vocabulary: Vocabulary) -> bool:
    _, skill, capacity, _, fairness = context.weights
    return bool(context.requirements) and (skill, capacity, fairness) == vocabulary.usual


def _is_particular(context: NeedContext) -> bool:
    resident = context.resident
    if resident is None:
        return False
    return context.age is not None or bool(resident.hardship or resident.languages or resident.accessibility)


def _on_sphere(latitude: float, longitude: float) -> tuple[float, float, float]:
    north, east = radians(latitude), radians(longitude)
    return cos(north) * cos(east), cos(north) * sin(east), sin(north)


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

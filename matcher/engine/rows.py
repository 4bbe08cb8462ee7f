"""Providers as rows of one table, two cache lines each; see `packing` for the way in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, timedelta
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from graph_models.domain.identifiers import AreaCode, ProviderId, SkillId
from graph_models.domain.places import Location
from graph_models.domain.providers import Capacity, Eligibility, Provider
from graph_models.domain.schedules import parse_week
from graph_models.domain.skills import SkillOffer
from matcher.availability import to_instant
from matcher.engine.compiling import compiled, compiled_aside, int64
from matcher.engine.growing import Growing, Int32Array, Int64Array, Interned, Patterns
from matcher.fixed_point import MILLION
from matcher.parameters import MatchParameters
from matcher.travel import UNKNOWN_M

NEVER = np.iinfo(np.int64).min
NO_CAP = -1
NOT_KNOWN = -1  # first integer of a pattern that stands for "not known"
MASK_BITS = 62  # masks are signed: adding them up never leaves 64 bits
ANY_AGE = 10_000  # beyond any bound, and below it with a minus

ROW = np.dtype(
    [
        ("x", np.float64),  # the point on the unit sphere, NaN if not known
        ("y", np.float64),
        ("z", np.float64),
        ("latitude", np.float64),  # degrees
        ("longitude", np.float64),
        ("verified_at", np.int64),  # microseconds since 1970, or NEVER
        ("ready_at", np.int64),  # end of the cooldown, microseconds since 1970, or NEVER
        ("offers_at", np.int64),  # where its skills begin
        ("text_at", np.int64),  # where its id begins, followed by its name
        ("total", np.int32),  # units
        ("remaining", np.int32),
        ("max_travel", np.int32),  # metres, UNKNOWN_M if not limited
        ("recent", np.int32),  # referrals in 30 days
        ("cap", np.int32),  # most of them, or NO_CAP
        ("kind", np.int32),  # from here on numbers of interned values
        ("community", np.int32),
        ("serves", np.int32),
        ("hours", np.int32),
        ("eligibility", np.int32),
        ("languages", np.int32),
        ("accessibility", np.int32),
        ("name_bytes", np.uint16),
        ("offers", np.uint16),  # number of skills
        ("id_bytes", np.uint8),
        ("is_active", np.bool_),
        ("is_alive", np.bool_),  # False in a row that its provider has left
        ("rests", np.bool_),  # whether it rests after each referral
    ],
    align=True,
)

Terms = tuple[int | None, int | None, tuple[str, ...]]  # ages, hardship
Table = npt.NDArray[Any]  # of `ROW`; compiled functions read its fields as attributes
Row = Any  # one of its rows
Bytes = npt.NDArray[np.uint8]


class Vocabulary:
    """The values that rows share, by number.

    Parameters
    ----------
    parameters
        Their default weights are the usual ones, by which nodes are bounded most closely.
    """

    def __init__(self, parameters: MatchParameters) -> None:
        _, skill, capacity, _, fairness = parameters.default_weights.in_order()
        self.parameters = parameters
        self.usual = (skill, capacity, fairness)
        self.halves = Growing(np.int64)
        self.kinds = Interned[str]()
        self.skills = Interned[SkillId]()
        self.areas = Interned[AreaCode]()
        self.communities = Interned[AreaCode | None]()
        self.terms = Interned[str]()
        self.pool = Growing(np.int32)
        self.serves = Patterns[tuple[AreaCode, ...]](self.pool, self._spell_areas)
        self._serving: dict[int, list[int]] = {}
        self.hours = Patterns[str | None](self.pool, _spell_hours)
        self.eligibility = Patterns[Terms](self.pool, self._spell_eligibility)
        self.languages = Patterns[tuple[str, ...]](self.pool, self._spell_terms)
        self.accessibility = Patterns[tuple[str, ...] | None](self.pool, self._spell_accessibility)

    def number_kinds(self, names: Sequence[str]) -> Int32Array:
        """Return the numbers of kinds, of shape (n,)."""
        numbers = self.kinds.numbers(names)
        fresh = (self.kinds[number] for number in range(len(self.halves), len(self.kinds)))
        self.halves.extend([self.parameters.half_referrals_of(name) for name in fresh])
        return numbers

    def patterns_serving(self, areas: Iterable[int]) -> list[int]:
        """Return the numbers, ascending, of all lists of areas served that include one of some areas."""
        named = {number for area in areas for number in self._serving.get(area, ())}
        everywhere = self.serves.find(())
        return sorted(named if everywhere < 0 else {everywhere, *named})

    def _spell_areas(self, codes: tuple[AreaCode, ...]) -> list[int]:
        areas = [*map(self.areas.number, codes)]
        for area in areas:
            self._serving.setdefault(area, []).append(len(self.pool))
        return areas

    def _spell_terms(self, terms: tuple[str, ...]) -> list[int]:
        return [*map(self.terms.number, terms)]

    def _spell_accessibility(self, terms: tuple[str, ...] | None) -> list[int]:
        return [NOT_KNOWN] if terms is None else self._spell_terms(terms)

    def _spell_eligibility(self, terms: Terms) -> list[int]:
        min_age, max_age, hardship = terms
        least = -ANY_AGE if min_age is None else min_age
        most = ANY_AGE if max_age is None else max_age
        return [least, most, *self._spell_terms(hardship)]

    def unpack(self, row: Row, provider_id: ProviderId, name: str, offers: list[tuple[int, int]]) -> Provider:
        """Rebuild the provider in a row, as far as matching can tell.

        Levels, distances and times come back rounded as the rules round them. Of a cooldown come back
        its end and that there is one, as an hour before its end.

        Parameters
        ----------
        offers
            Its skills by number, with levels in millionths.
        """
        is_located, hours = not np.isnan(row["latitude"]), self.hours[row["hours"]]
        rest_hours = int(row["rests"])
        asked_at = None if row["ready_at"] == NEVER else to_instant(int(row["ready_at"]), UTC)
        return Provider(
            id=provider_id,
            kind=self.kinds[row["kind"]],
            name=name,
            capacity=Capacity(int(row["total"]), reserved=int(row["total"] - row["remaining"])),
            skills=tuple(SkillOffer(self.skills[number], level / MILLION) for number, level in offers),
            location=Location(float(row["latitude"]), float(row["longitude"])) if is_located else None,
            community_code=self.communities[row["community"]],
            serves=self.serves[row["serves"]],
            max_travel_km=None if row["max_travel"] == UNKNOWN_M else int(row["max_travel"]) / 1000,
            availability=None if hours is None else parse_week(hours),
            eligibility=Eligibility(*self.eligibility[row["eligibility"]]),
            languages=self.languages[row["languages"]],
            accessibility=self.accessibility[row["accessibility"]],
            is_active=bool(row["is_active"]),
            verified_at=None if row["verified_at"] == NEVER else to_instant(int(row["verified_at"]), UTC),
            monthly_cap=None if row["cap"] == NO_CAP else int(row["cap"]),
            cooldown_hours=rest_hours,
            recent_referrals=int(row["recent"]),
            last_referral_at=None if asked_at is None else asked_at - timedelta(hours=rest_hours),
        )


def _spell_hours(hours: str | None) -> list[int]:
    if hours is None:
        return [NOT_KNOWN]
    return [
        part
        for slot in parse_week(hours).slots
        for part in (slot.weekday, slot.start_minute, slot.end_minute)
    ]


class RowLists(NamedTuple):
    """What rows point at by number or place.

    Parameters
    ----------
    pool
        Of patterns.
    skills, levels
        Of each row, one after the other; levels in millionths.
    halves
        By kind, referrals at which fairness is worth one half.
    usual
        Weights of skill, capacity and fairness by which nodes are bounded: shape (3,), millionths.
    """

    pool: Int32Array
    skills: Int32Array
    levels: Int32Array
    halves: Int64Array
    usual: Int64Array


@compiled
def worth_of(table: Table, lists: RowLists, at: int) -> int:
    """Return the most that a row can be worth by the usual weights without proximity and continuity.

    It offers its best skill, and serves one unit.
    """
    row, level = table[at], int64(0)
    for place in range(row.offers_at, row.offers_at + row.offers):
        level = max(level, int64(lists.levels[place]))
    capacity = max(row.remaining - 1, 0) / max(row.total, 1) * 1_000_000 + 1
    fairness = np.exp2(-(row.recent / lists.halves[row.kind])) * 1_000_000 + 1
    # The mean over several required skills may round up.
    return int64(lists.usual[0] * (level + 1) + lists.usual[1] * capacity + lists.usual[2] * fairness) + 1


@compiled_aside
def gathered(
    table: Table, skills: Int32Array, levels: Int32Array, texts: Bytes
) -> tuple[Int32Array, Int32Array, Bytes]:
    """Copy what some rows point at, in their order, and point them at the copy.

    Parameters
    ----------
    table
        Rows that nobody else has yet; their places are changed.
    skills, levels, texts
        What they point at.
    """
    offers, length = int64(0), int64(0)
    for at in range(len(table)):
        offers += table[at].offers
        length += int64(table[at].id_bytes) + int64(table[at].name_bytes)
    own_skills, own_levels = np.empty(offers, np.int32), np.empty(offers, np.int32)
    own_texts = np.empty(length, np.uint8)
    offers, length = int64(0), int64(0)
    for at in range(len(table)):
        row = table[at]
        for place in range(row.offers):
            own_skills[offers + place] = skills[row.offers_at + place]
            own_levels[offers + place] = levels[row.offers_at + place]
        for place in range(int64(row.id_bytes) + int64(row.name_bytes)):
            own_texts[length + place] = texts[row.text_at + place]
        row.offers_at, row.text_at = offers, length
        offers += row.offers
        length += int64(row.id_bytes) + int64(row.name_bytes)
    return own_skills, own_levels, own_texts

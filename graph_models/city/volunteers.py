"""Volunteers as values, streamed in chunks so that four million of them need little memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import numpy as np

from graph_models.city.charities import charity_id
from graph_models.city.crowd import MOST_SKILLS, Crowd, chunks, skills_by_popularity, volunteer_id
from graph_models.city.draws import Part, choose, stream
from graph_models.city.hours import volunteer_hours
from graph_models.city.placement import MICRO, scatter
from graph_models.domain.identifiers import AreaCode, ProviderId
from graph_models.domain.places import Location
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.recency import RECENT
from graph_models.domain.skills import SkillOffer

CAPACITY = {1: 25, 2: 30, 3: 20, 4: 15, 5: 10}
CONSUMED = {0: 75, 1: 15, 2: 7, 3: 3}
MAX_TRAVEL_KM = {1.0: 12, 2.0: 20, 3.0: 25, 5.0: 23, 8.0: 10, 10.0: 7, 15.0: 3}
LANGUAGES: dict[tuple[str, ...], int] = {
    ("cmn", "yue"): 57,
    ("cmn",): 24,
    ("cmn", "en", "yue"): 9,
    ("cmn", "hak", "yue"): 3,
    ("cmn", "nan"): 2,
    ("yue",): 2,
    (): 3,
}
ACCESSIBILITY: dict[tuple[str, ...] | None, int] = {
    None: 88,
    ("wheelchair",): 5,
    ("large_print", "wheelchair"): 2,
    ("easy_language", "large_print", "sign_language", "wheelchair"): 2,
    (): 3,
}
ACTIVE = {True: 96, False: 4}
MONTHLY_CAP = {None: 27, 2: 5, 4: 27, 6: 20, 8: 21}
COOLDOWN_HOURS = {0: 40, 12: 20, 24: 25, 48: 10, 72: 5}
RECENT_REFERRALS = {0: 70, 1: 14, 2: 8, 3: 4, 4: 2, 6: 2}
# Digits of the own community's code that name the area served; 0 for no restriction.
SERVES_DIGITS = {0: 60, 9: 25, 6: 15}
MEMBER_OF = {"": 60, "station": 30, "charity": 10}
VERIFIED_PERCENT = 62
VERIFIED_WITHIN_DAYS = 480


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What volunteers refer to, or what else is known of them.

    Parameters
    ----------
    station_ids
        A station for each community, by position.
    charities
        How many charities there are.
    asked_at
        When the referral history asked a volunteer, by position.
    """

    station_ids: Sequence[ProviderId]
    charities: int
    asked_at: Mapping[int, Sequence[datetime]]


def volunteers(crowd: Crowd, around: Surroundings, seed: int, as_of: datetime) -> Iterator[Provider]:
    """Iterate over all volunteers in order of id."""
    for number, start, stop in chunks(len(crowd.skills)):
        rng = stream(seed, Part.VOLUNTEERS, number)
        columns = _columns(rng, crowd, around, start, stop, as_of)
        names = tuple(columns)
        for row in zip(*columns.values(), strict=True):
            yield Provider(
                kind="volunteer", source="synthetic", is_synthetic=True, **dict(zip(names, row, strict=True))
            )


def _columns(
    rng: np.random.Generator, crowd: Crowd, around: Surroundings, start: int, stop: int, as_of: datetime
) -> dict[str, Any]:
    """Draw the fields of the volunteers from `start` to before `stop`, each as one sequence."""
    size = stop - start
    positions = range(start, stop)
    lives_in = crowd.communities(start, stop)
    code = [crowd.settlement.hierarchy.communities[at].code for at in lives_in.tolist()]
    latitude, longitude = (scatter(rng, crowd.settlement.communities[lives_in]) / MICRO).T.tolist()
    totals, consumed = choose(rng, CAPACITY, size), choose(rng, CONSUMED, size)
    return {
        "id": map(volunteer_id, positions),
        "name": (f"志愿者 {at + 1:07}" for at in positions),
        "skills": _skills(rng, crowd, start, stop),
        "capacity": map(_capacity, totals, consumed),
        "location": map(Location, latitude, longitude),
        "community_code": code,
        "serves": map(_serves, code, choose(rng, SERVES_DIGITS, size)),
        "member_of": _member_of(rng, around, lives_in.tolist()),
        "max_travel_km": choose(rng, MAX_TRAVEL_KM, size),
        "availability": choose(rng, volunteer_hours(), size),
        "languages": choose(rng, LANGUAGES, size),
        "accessibility": choose(rng, ACCESSIBILITY, size),
        "is_active": choose(rng, ACTIVE, size),
        "verified_at": _verified_at(rng, size, as_of),
        "monthly_cap": choose(rng, MONTHLY_CAP, size),
        "cooldown_hours": choose(rng, COOLDOWN_HOURS, size),
        **_referral_counters(rng, around, positions, as_of),
    }


@cache
def _offer(rank: int, twentieths: int) -> SkillOffer:
    return SkillOffer(list(skills_by_popularity())[rank], twentieths / 20)


@cache
def _capacity(total: int, consumed: int) -> Capacity:
    return Capacity(total, consumed=min(consumed, total))


@cache
def _serves(community_code: AreaCode, digits: int) -> tuple[AreaCode, ...]:
    return (AreaCode(community_code[:digits]),) if digits else ()


def _skills(rng: np.random.Generator, crowd: Crowd, start: int, stop: int) -> list[tuple[SkillOffer, ...]]:
    """Draw levels from 0.30 to 1.00; of a skill drawn twice the first level counts."""
    offers = []
    levels = rng.integers(6, 21, size=(stop - start, MOST_SKILLS)).tolist()
    for ranks, twentieths in zip(crowd.skills[start:stop].tolist(), levels, strict=True):
        level_of: dict[int, int] = {}
        for rank, level in zip(ranks, twentieths, strict=True):
            level_of.setdefault(rank, level)
        offers.append(tuple(_offer(rank, level) for rank, level in level_of.items()))
    return offers


def _member_of(
    rng: np.random.Generator, around: Surroundings, lives_in: Sequence[int]
) -> list[ProviderId | None]:
    kinds = choose(rng, MEMBER_OF, len(lives_in))
    charities = rng.integers(around.charities, size=len(lives_in)).tolist()
    return [
        _organisation(kind, around.station_ids[community], charity)
        for kind, community, charity in zip(kinds, lives_in, charities, strict=True)
    ]


def _organisation(kind: str, station_id: ProviderId, charity: int) -> ProviderId | None:
    if kind == "station":
        return station_id
    return charity_id(charity) if kind == "charity" else None


def _verified_at(rng: np.random.Generator, size: int, as_of: datetime) -> list[datetime | None]:
    on_day = [as_of - timedelta(days=days) for days in range(VERIFIED_WITHIN_DAYS + 1)]
    days = rng.integers(1, VERIFIED_WITHIN_DAYS + 1, size=size).tolist()
    is_verified = (rng.integers(100, size=size) < VERIFIED_PERCENT).tolist()
    return [on_day[day] if verified else None for day, verified in zip(days, is_verified, strict=True)]


def _referral_counters(
    rng: np.random.Generator, around: Surroundings, positions: range, as_of: datetime
) -> dict[str, list[Any]]:
    """Draw counters; who appears in the referral history was asked at least as that says."""
    recent = choose(rng, RECENT_REFERRALS, len(positions))
    hours_ago = rng.integers(1, 30 * 24, size=len(positions)).tolist()
    last = [
        as_of - timedelta(hours=hours) if count else None
        for count, hours in zip(recent, hours_ago, strict=True)
    ]
    for row, at in enumerate(positions):
        if asked := around.asked_at.get(at):
            last[row] = max(*asked, last[row] or asked[0])
            recent[row] += sum(instant > as_of - RECENT for instant in asked)
    return {"recent_referrals": recent, "last_referral_at": last}

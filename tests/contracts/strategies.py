"""Hypothesis strategies for any valid value that refers to `tests.contracts.fixtures.seed` only."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from string import ascii_letters, digits
from typing import Any

from hypothesis import strategies as st

from graph_models.domain.categories import Category
from graph_models.domain.needs import Need, NeedStatus, Urgency
from graph_models.domain.people import Resident, Staff
from graph_models.domain.places import Area, AreaLevel, Datum, Location
from graph_models.domain.providers import Capacity, Eligibility, Provider
from graph_models.domain.referrals import Referral, ReferralStatus
from graph_models.domain.schedules import TimeWindow, WeeklyAvailability, WeeklySlot
from graph_models.domain.skills import RelatedSkill, Skill, SkillOffer, SkillRequirement
from graph_models.ports import Entity
from tests.builders import CITY, COMMUNITY, DISTRICT, STREET

KEYS = st.text(ascii_letters + digits + "._:~-", min_size=0, max_size=12).map("h".__add__)
CODES = st.text(digits, min_size=1, max_size=6).map((STREET + "9").__add__)
# What texts may hold: no control, format or private characters, and of spaces those that names have.
TEXTS = st.text(
    st.characters(exclude_categories=("C", "Z"), include_characters=" \u00a0\u3000"), min_size=1, max_size=60
).filter(str.strip)
TERMS = st.lists(KEYS, max_size=4, unique=True).map(tuple)
COUNTS = st.integers(0, 2**31 - 1)
SKILL_IDS = st.sampled_from(["care", "care.bathing", "care.feeding", "repairs"])
AREA_CODES = st.sampled_from([CITY, DISTRICT, STREET, COMMUNITY])
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=OFFSETS)  # noqa: DTZ001 - bounds
WINDOWS = st.builds(
    lambda start, minutes: TimeWindow(start, start + timedelta(minutes=minutes)),
    st.datetimes(datetime(2, 1, 1), datetime(9998, 11, 1), timezones=OFFSETS),  # noqa: DTZ001 - bounds
    st.integers(1, 31 * 24 * 60),
)
CAPACITIES = st.tuples(*[st.integers(0, 2**29)] * 3).map(
    lambda units: Capacity(units[0] + units[1] + units[2], units[1], units[2])
)


def _numbers(least: float, most: float) -> st.SearchStrategy[float]:
    return st.floats(least, most)


def _kilometres(least: float = 0.0) -> st.SearchStrategy[float]:
    return _numbers(least, 20_000)


def _ends(build: Any, least: float, most: float) -> st.SearchStrategy[tuple[Any, ...]]:
    numbers = st.dictionaries(SKILL_IDS, _numbers(least, most), max_size=4)
    return numbers.map(lambda each: tuple(build(key, number) for key, number in each.items()))


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def locations(draw: st.DrawFn) -> Location:
    latitude, longitude = draw(_numbers(-90, 90)), draw(_numbers(-180, 180))
    datum = draw(st.sampled_from(Datum))
    if datum is Datum.WGS84:
        return Location(latitude, longitude)
    return Location(latitude, longitude, datum, draw(_numbers(-90, 90)), draw(_numbers(-180, 180)))


@st.composite
def weeks(draw: st.DrawFn) -> WeeklyAvailability:
    slots = []
    for weekday in range(7):
        minutes = sorted(draw(st.sets(st.integers(0, 24 * 60), max_size=6)))
        pairs = zip(minutes[::2], minutes[1::2], strict=False)
        slots += [WeeklySlot(weekday, start, end) for start, end in pairs]
    return WeeklyAvailability(tuple(slots))


@st.composite
def eligibilities(draw: st.DrawFn) -> Eligibility:
    ages = sorted(draw(st.lists(st.integers(0, 150), min_size=2, max_size=2)))
    return Eligibility(draw(_maybe(st.just(ages[0]))), draw(_maybe(st.just(ages[1]))), draw(TERMS))


REQUIREMENTS = _ends(SkillRequirement, 0, 1)
AREAS = st.builds(
    Area,
    code=CODES,
    level=st.just(AreaLevel.COMMUNITY),
    name=TEXTS,
    parent_code=st.sampled_from([CITY, DISTRICT, STREET]),
    location=_maybe(locations()),
    time_zone=_maybe(st.just("Asia/Shanghai")),
    population=_maybe(COUNTS),
    is_synthetic=st.booleans(),
)
SKILLS = st.builds(
    Skill,
    id=KEYS,
    name_en=TEXTS,
    name_zh=TEXTS,
    broader_id=_maybe(SKILL_IDS),
    related=_ends(RelatedSkill, 0.000001, 0.999999),
)
CATEGORIES = st.builds(
    Category,
    id=KEYS,
    name_en=TEXTS,
    name_zh=TEXTS,
    required_skills=REQUIREMENTS,
    half_distance_km=_kilometres(0.001),
    search_radius_km=_kilometres(0.001),
    is_remote=st.booleans(),
    requires_verification=st.booleans(),
    visit_minutes=st.integers(1, 1440),
)
STAFF = st.builds(
    Staff,
    id=KEYS,
    role=TEXTS,
    responsible_for=st.sets(AREA_CODES).map(tuple),
    is_synthetic=st.booleans(),
)
RESIDENTS = st.builds(
    Resident,
    id=KEYS,
    registration_code=AREA_CODES,
    residence_code=AREA_CODES,
    hardship=TERMS,
    birth_year=_maybe(st.integers(1880, 2200)),
    languages=TERMS,
    accessibility=TERMS,
    is_synthetic=st.booleans(),
)
PROVIDERS = st.builds(
    Provider,
    id=KEYS,
    kind=st.sampled_from(["station", "volunteer", "charity", "social_organisation", "x9_y"]),
    name=TEXTS,
    capacity=CAPACITIES,
    skills=_ends(SkillOffer, 0.000001, 1),
    location=_maybe(locations()),
    community_code=_maybe(AREA_CODES),
    serves=st.sets(AREA_CODES).map(tuple),
    member_of=_maybe(st.just("p1")),
    max_travel_km=_maybe(_kilometres()),
    availability=_maybe(weeks()),
    eligibility=eligibilities(),
    languages=TERMS,
    accessibility=_maybe(TERMS),
    is_active=st.booleans(),
    verified_at=_maybe(INSTANTS),
    monthly_cap=_maybe(COUNTS),
    cooldown_hours=st.integers(0, 24 * 366),
    recent_referrals=COUNTS,
    last_referral_at=_maybe(INSTANTS),
    source=_maybe(TEXTS),
    is_synthetic=st.booleans(),
)
NEEDS = st.builds(
    Need,
    id=KEYS,
    category_id=st.just("home_care"),
    created_at=INSTANTS,
    resident_id=_maybe(st.just("r1")),
    community_code=AREA_CODES,
    location=_maybe(locations()),
    required_skills=REQUIREMENTS,
    urgency=st.sampled_from(Urgency),
    units=st.integers(1, 10_000),
    is_indivisible=st.booleans(),
    time_window=_maybe(WINDOWS),
    visit_minutes=_maybe(st.integers(1, 1440)),
    search_radius_km=_maybe(_kilometres()),
    status=st.sampled_from(NeedStatus),
    excluded_provider_ids=st.sets(st.just("p1")).map(tuple),
    is_synthetic=st.booleans(),
)
REFERRALS = st.builds(
    Referral,
    id=KEYS,
    need_id=st.just("n1"),
    provider_id=st.just("p1"),
    status=st.sampled_from(ReferralStatus),
    created_at=INSTANTS,
    units=st.integers(1, 10_000),
    is_synthetic=st.booleans(),
)
ENTITIES: st.SearchStrategy[Entity] = st.one_of(
    AREAS, SKILLS, CATEGORIES, STAFF, RESIDENTS, PROVIDERS, NEEDS, REFERRALS
)

"""Tables of situations at the limits of the rules, for the reference and for the engine alike."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from graph_models.domain.places import Location
from graph_models.domain.providers import Capacity, Eligibility, Provider
from graph_models.domain.schedules import TimeWindow, parse_week
from graph_models.domain.skills import SkillOffer, SkillRequirement
from matcher.context import History, NeedContext
from matcher.rules import Reason
from tests.builders import CITY, COMMUNITY, DISTRICT, NOW, STREET, a_need, a_provider, a_resident
from tests.matcher.situations import a_context, north

WINDOW = TimeWindow(NOW, NOW + timedelta(hours=2))  # Monday 09:00 to 11:00 in Guangzhou
DAY = timedelta(days=1)


def wants(min_level: float, *others: SkillRequirement) -> dict[str, Any]:
    return {"required_skills": (SkillRequirement("care.bathing", min_level), *others)}


def a_situation(
    reason: Reason, need: dict[str, Any] | None = None, provider: dict[str, Any] | None = None, **more: Any
) -> Any:
    """One line of the table below: the rule, and what makes it fail."""
    return pytest.param(reason, need or {}, provider or {}, more, id=f"{reason}-{need}-{provider}-{more}")


FAILING = [
    a_situation(Reason.INACTIVE, provider={"is_active": False}),
    a_situation(Reason.NOT_SKILLED, provider={"skills": ()}),
    a_situation(Reason.NOT_SKILLED, provider={"skills": (SkillOffer("repairs", 1),)}),
    a_situation(Reason.NOT_SKILLED, wants(0.800001)),
    a_situation(Reason.NOT_SKILLED, wants(0.6), {"skills": (SkillOffer("care", 0.8),)}),  # 2·1/(2+1) · 0.8
    a_situation(Reason.NOT_SKILLED, wants(0, SkillRequirement("repairs"))),  # one of two is missing
    a_situation(Reason.NO_CAPACITY, provider={"capacity": Capacity(4, 3, 1)}),
    a_situation(Reason.NO_CAPACITY, provider={"capacity": Capacity(0)}),
    a_situation(Reason.NO_CAPACITY, {"units": 5, "is_indivisible": True}),
    a_situation(Reason.TOO_FAR, provider={"location": north(10_001)}),
    a_situation(Reason.TOO_FAR, {"search_radius_km": 1}, {"location": north(1_001)}),
    a_situation(Reason.TOO_FAR, provider={"location": north(501), "max_travel_km": 0.5}),
    a_situation(Reason.TOO_FAR, provider={"location": None}),
    a_situation(Reason.OUTSIDE_SERVICE_AREA, provider={"serves": ("440104",)}),
    a_situation(Reason.UNAVAILABLE_AT_TIME, {"time_window": WINDOW}, {"availability": parse_week("off")}),
    a_situation(
        Reason.UNAVAILABLE_AT_TIME, {"time_window": WINDOW}, {"availability": parse_week("Mo 10:01-17:00")}
    ),
    a_situation(Reason.NOT_ELIGIBLE, provider={"eligibility": Eligibility(min_age=77)}),
    a_situation(Reason.NOT_ELIGIBLE, provider={"eligibility": Eligibility(max_age=75)}),
    a_situation(Reason.NOT_ELIGIBLE, provider={"eligibility": Eligibility(hardship=("poverty",))}),
    a_situation(Reason.NOT_ELIGIBLE, provider={"languages": ("en",)}),
    a_situation(Reason.NOT_ELIGIBLE, provider={"accessibility": ("ramp",)}),
    a_situation(Reason.NOT_VERIFIED, requires_verification=True),
    a_situation(
        Reason.NOT_VERIFIED,
        provider={"verified_at": NOW - 365 * DAY - timedelta(microseconds=1)},
        requires_verification=True,
    ),
    a_situation(Reason.EXCLUDED, {"excluded_provider_ids": ("p1",)}),
    a_situation(Reason.EXCLUDED, history=History(asked_already=frozenset({"p1"}))),
    a_situation(
        Reason.ON_COOLDOWN,
        provider={
            "last_referral_at": NOW - 24 * timedelta(hours=1) + timedelta(seconds=1),
            "cooldown_hours": 24,
        },
    ),
    a_situation(Reason.ON_COOLDOWN, provider={"recent_referrals": 8, "monthly_cap": 8}),
    a_situation(Reason.ON_COOLDOWN, provider={"monthly_cap": 0}),
]
PASSING = [
    a_situation(Reason.NOT_SKILLED, wants(0.8)),
    a_situation(
        Reason.NOT_SKILLED, {"required_skills": (SkillRequirement("care", 0.8),)}
    ),  # narrower is the same
    a_situation(Reason.NOT_SKILLED, provider={"skills": ()}, required_skills=()),  # nothing is asked for
    a_situation(Reason.NO_CAPACITY, {"units": 5}),  # some units are better than none
    a_situation(Reason.NO_CAPACITY, {"units": 4, "is_indivisible": True}),
    a_situation(Reason.TOO_FAR, provider={"location": north(10_000)}),
    a_situation(Reason.TOO_FAR, provider={"location": north(500), "max_travel_km": 0.5}),
    a_situation(Reason.TOO_FAR, provider={"location": Location(-23, 0), "max_travel_km": 0}, is_remote=True),
    a_situation(Reason.TOO_FAR, provider={"location": None}, is_remote=True),
    *(
        a_situation(Reason.OUTSIDE_SERVICE_AREA, provider={"serves": ("440104", code)})
        for code in (COMMUNITY, STREET, DISTRICT, CITY)
    ),
    a_situation(Reason.UNAVAILABLE_AT_TIME, {"time_window": WINDOW}),  # hours are not known
    a_situation(Reason.UNAVAILABLE_AT_TIME, provider={"availability": parse_week("off")}),  # any time will do
    a_situation(
        Reason.UNAVAILABLE_AT_TIME, {"time_window": WINDOW}, {"availability": parse_week("Mo 10:00-17:00")}
    ),
    a_situation(Reason.NOT_ELIGIBLE, provider={"eligibility": Eligibility(76, 76, ("illness", "poverty"))}),
    a_situation(Reason.NOT_ELIGIBLE, provider={"languages": ("en", "zh-yue")}),
    a_situation(Reason.NOT_ELIGIBLE, provider={"accessibility": ("ramp", "wheelchair")}),
    a_situation(Reason.NOT_VERIFIED, provider={"verified_at": NOW - 365 * DAY}, requires_verification=True),
    a_situation(Reason.ON_COOLDOWN, provider={"last_referral_at": NOW - DAY, "cooldown_hours": 24}),
    a_situation(Reason.ON_COOLDOWN, provider={"recent_referrals": 7, "monthly_cap": 8}),
]
RESIDENT = a_resident(
    birth_year=1950, hardship=("illness",), languages=("zh", "zh-yue"), accessibility=("wheelchair",)
)


def meet(
    need: dict[str, Any], provider: dict[str, Any], more: dict[str, Any]
) -> tuple[NeedContext, Provider]:
    return a_context(a_need(**need), RESIDENT, **more), a_provider(**provider)


# Provider, category, and whether it is counted.
CANDIDATES = [
    ({"location": north(9_999), "skills": ()}, {}, True),  # near
    ({"location": north(10_000), "skills": ()}, {}, True),
    ({"location": north(10_001), "skills": ()}, {}, False),
    ({"location": north(10_001)}, {}, True),  # skilled
    ({"location": None}, {}, True),
    ({"location": None, "skills": (SkillOffer("repairs", 1),)}, {}, False),
    ({"location": north(900), "max_travel_km": 0.1, "skills": ()}, {}, True),  # its own limit does not matter
    ({"location": north(10_001)}, {"required_skills": ()}, False),  # no skill asked for: who is near
    ({"location": None, "skills": ()}, {"required_skills": (), "is_remote": True}, True),  # or everybody
    ({"location": None, "skills": ()}, {"is_remote": True}, False),
]

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from graph_models.domain.providers import Capacity, Eligibility
from graph_models.domain.schedules import TimeWindow, parse_week
from graph_models.domain.skills import SkillOffer, SkillRequirement
from matcher.context import History
from matcher.explanation import describe_near_miss
from matcher.reference import reference_suggestions
from matcher.rules import Reason, failing_rules
from matcher.suggestions import Gap, NearMiss
from tests.builders import COMMUNITY, NOW, a_need, a_provider, a_resident
from tests.matcher.situations import a_context, north

RESIDENT = a_resident(
    birth_year=1950, hardship=("illness",), languages=("zh-yue",), accessibility=("wheelchair",)
)


def near_miss(provider: dict[str, Any], need: dict[str, Any] | None = None, **more: Any) -> NearMiss:
    context = a_context(a_need(**need or {}), RESIDENT, **more)
    failing = failing_rules(context, a_provider(**provider))
    assert len(failing) == 1
    return describe_near_miss(context, a_provider(**provider), failing[0])


WINDOW = TimeWindow(NOW, NOW + timedelta(hours=2))
AT = {"required_skills": (SkillRequirement("care.bathing", 0.8), SkillRequirement("repairs"))}


@pytest.mark.parametrize(
    ("provider", "need", "more", "change"),
    [
        ({"is_active": False}, {}, {}, "would have to be active"),
        (
            {"skills": (SkillOffer("care.bathing", 0.5),)},
            AT,
            {},
            "needs skill care.bathing at 0.8, has 0.5; needs skill repairs, has none",
        ),
        (
            {"capacity": Capacity(4, 3)},
            {"units": 2, "is_indivisible": True},
            {},
            "1 of 2 units free: 1 more needed",
        ),
        ({"capacity": Capacity(4, 4)}, {"units": 2}, {}, "0 of 1 units free: 1 more needed"),
        (
            {"location": north(11_200)},
            {},
            {},
            "would have to be 1.2 km nearer: 11.2 km away, limit 10.0 km",
        ),
        (
            {"location": north(1_040), "max_travel_km": 1},
            {},
            {},
            "would have to be 0.040 km nearer: 1.040 km away, its own limit 1.000 km",
        ),
        ({"location": None}, {}, {}, "would have to have a location on record"),
        (
            {"serves": ("440104",)},
            {},
            {},
            f"would have to serve community {COMMUNITY} or an area around it",
        ),
        (
            {"availability": parse_week("Mo 10:15-17:00")},
            {"time_window": WINDOW},
            {},
            "free for 45 minutes on end within the time window, 60 needed",
        ),
        ({"eligibility": Eligibility(80, 90)}, {}, {}, "takes ages 80 to 90 only"),
        ({"eligibility": Eligibility(max_age=60)}, {}, {}, "takes ages up to 60 only"),
        (
            {
                "eligibility": Eligibility(80, hardship=("poverty",)),
                "languages": ("en", "fr"),
                "accessibility": (),
            },
            {},
            {},
            "takes ages from 80 only; takes hardship poverty only; speaks en, fr only; "
            "offers accessibility none, more is needed",
        ),
        ({"accessibility": ("ramp",)}, {}, {}, "offers accessibility ramp, more is needed"),
        ({}, {}, {"requires_verification": True}, "would have to be verified"),
        (
            {"verified_at": NOW - timedelta(days=400, hours=1)},
            {},
            {"requires_verification": True},
            "verified 401 days ago, at most 365 count",
        ),
        ({}, {"excluded_provider_ids": ("p1",)}, {}, "is excluded by the need"),
        (
            {},
            {},
            {"history": History(asked_already=frozenset({"p1"}))},
            "has rejected a referral for this need",
        ),
        (
            {"last_referral_at": NOW - timedelta(hours=2), "cooldown_hours": 24},
            {},
            {},
            "on cooldown until 2026-03-03T07:00+08:00",
        ),
        (
            {"last_referral_at": NOW, "cooldown_hours": 1, "recent_referrals": 8, "monthly_cap": 8},
            {},
            {},
            "on cooldown until 2026-03-02T10:00+08:00; asked 8 times in 30 days, monthly cap 8",
        ),
    ],
)
def test_changes_in_words(
    provider: dict[str, Any], need: dict[str, Any], more: dict[str, Any], change: str
) -> None:
    """Each rule says what would have to change, in the units of the field."""
    assert near_miss(provider, need, **more).change == change


@pytest.mark.parametrize(
    ("provider", "need", "gap"),
    [
        ({"location": north(11_200)}, {}, Gap(Reason.TOO_FAR, "", None, 11.2, 10, "km")),
        ({"location": None}, {}, Gap(Reason.TOO_FAR, "", None, None, 10, "km")),
        ({"skills": ()}, {}, Gap(Reason.NOT_SKILLED, "", "care.bathing", 0, 0, "level")),
        ({"capacity": Capacity(4, 4)}, {}, Gap(Reason.NO_CAPACITY, "", None, 0, 1, "unit")),
        (
            {"availability": parse_week("off")},
            {"time_window": WINDOW},
            Gap(Reason.UNAVAILABLE_AT_TIME, "", None, 0, 60, "minute"),
        ),
        ({"serves": ("440104",)}, {}, Gap(Reason.OUTSIDE_SERVICE_AREA, "", COMMUNITY)),
        (
            {"last_referral_at": NOW, "cooldown_hours": 6},
            {},
            Gap(Reason.ON_COOLDOWN, "", None, 6, 0, "hour"),
        ),
        ({"monthly_cap": 0}, {}, Gap(Reason.ON_COOLDOWN, "", None, 0, 0, "referral in 30 days")),
    ],
)
def test_changes_in_numbers(provider: dict[str, Any], need: dict[str, Any], gap: Gap) -> None:
    """Beside the words stand the numbers, with their unit."""
    (found,) = near_miss(provider, need).gaps
    numbers = [(each.reason, each.subject, each.actual, each.required, each.unit) for each in (found, gap)]
    assert numbers[0] == numbers[1]


def test_words_hold_nothing_about_the_resident() -> None:
    """Of age, hardship, language and accessibility only the provider's terms are told."""
    strict = {
        "eligibility": Eligibility(80, 90, ("poverty",)),
        "languages": ("en",),
        "accessibility": ("ramp",),
    }
    change = near_miss(strict).change
    assert not any(word in change for word in ("76", "1950", "illness", "zh-yue", "wheelchair", RESIDENT.id))


def test_the_score_is_what_it_would_be() -> None:
    """A near miss is told with the score that it would have without the rule."""
    context = a_context()
    excluded = a_context(a_need(excluded_provider_ids=("p1",)))
    as_miss = describe_near_miss(excluded, a_provider(), Reason.EXCLUDED).score
    assert as_miss == reference_suggestions(context, [a_provider()]).suggestions[0].score

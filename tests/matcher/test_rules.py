from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph_models.domain.providers import Capacity, Eligibility
from graph_models.domain.schedules import parse_week
from matcher.rules import Reason, failing_rules, is_candidate
from tests.builders import NOW, a_need, a_provider, a_resident
from tests.matcher.rule_cases import CANDIDATES, FAILING, PASSING, RESIDENT, WINDOW, meet
from tests.matcher.situations import a_context


@pytest.mark.parametrize(("reason", "need", "provider", "more"), FAILING)
def test_each_rule_excludes_by_itself(
    reason: Reason, need: dict[str, Any], provider: dict[str, Any], more: dict[str, Any]
) -> None:
    """Varied in one thing, a fitting provider fails the rule meant for it and no other."""
    assert failing_rules(*meet(need, provider, more)) == (reason,)


@pytest.mark.parametrize(("reason", "need", "provider", "more"), PASSING)
def test_limits_are_inclusive_and_the_unknown_does_not_exclude(
    reason: Reason, need: dict[str, Any], provider: dict[str, Any], more: dict[str, Any]
) -> None:
    """At the limit, and where nothing is known or asked, no rule fails."""
    assert failing_rules(*meet(need, provider, more)) == (), reason


@pytest.mark.parametrize(
    "provider",
    [
        {"eligibility": Eligibility(90, 95, ("poverty",))},
        {"languages": ("en",)},
        {"accessibility": ()},
    ],
)
def test_an_unknown_resident_is_eligible(provider: dict[str, Any]) -> None:
    """Without a resident, or with one of whom nothing is known, eligibility excludes nobody."""
    for resident in (None, a_resident()):
        assert failing_rules(a_context(resident=resident), a_provider(**provider)) == ()


def test_every_rule_is_in_the_table() -> None:
    """The table above leaves none of the ten out."""
    assert {each.values[0] for each in FAILING} == set(Reason)
    assert len(Reason) == 10


def test_failing_rules_come_in_rule_order() -> None:
    """A provider against whom all rules speak is put right rule by rule, from the first."""
    fields = {
        Reason.INACTIVE: ("is_active",),
        Reason.NOT_SKILLED: ("skills",),
        Reason.NO_CAPACITY: ("capacity",),
        Reason.TOO_FAR: ("location",),
        Reason.OUTSIDE_SERVICE_AREA: ("serves",),
        Reason.UNAVAILABLE_AT_TIME: ("availability",),
        Reason.NOT_ELIGIBLE: ("languages",),
        Reason.NOT_VERIFIED: ("verified_at",),
        Reason.EXCLUDED: ("id",),
        Reason.ON_COOLDOWN: ("monthly_cap",),
    }
    provider = a_provider(
        "p0",
        is_active=False,
        skills=(),
        capacity=Capacity(0),
        location=None,
        serves=("440104",),
        availability=parse_week("off"),
        languages=("en",),
        monthly_cap=0,
    )
    need = a_need(time_window=WINDOW, excluded_provider_ids=("p0",))
    context = a_context(need, RESIDENT, requires_verification=True)
    fitting = a_provider(verified_at=NOW)
    for number, names in enumerate(fields.values()):
        assert failing_rules(context, provider) == tuple(Reason)[number:]
        provider = replace(provider, **{name: getattr(fitting, name) for name in names})
    assert failing_rules(context, provider) == ()


@pytest.mark.parametrize(("provider", "category", "expected"), CANDIDATES)
def test_candidates_are_near_or_skilled(
    provider: dict[str, Any], category: dict[str, Any], expected: bool
) -> None:
    """Counted are providers that offer a required skill or lie within the search radius."""
    assert is_candidate(a_context(**category), a_provider(**provider)) is expected

"""Why demand is not met: the one rule that a provider fails is the cause, and all units are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from graph_models.domain.identifiers import AreaCode, CategoryId, ProviderId, SkillId
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.domain.providers import Capacity, Eligibility, Provider
from graph_models.domain.schedules import TimeWindow, parse_week
from graph_models.domain.skills import SkillOffer
from matcher.coverage.access import DemandKind, assess_access
from matcher.coverage.city import City
from matcher.coverage.deficits import find_deficits
from matcher.coverage.reasons import CAUSE_OF, Cause, UnmetNeed, UnreachedPlace, attribute, attribute_gaps
from matcher.reference import reference_suggestions
from matcher.rules import Reason
from tests.builders import NOW, a_category, a_need, a_provider, a_resident
from tests.matcher.coverage.random_towns import menu, towns
from tests.matcher.coverage.towns import COMMUNITIES, a_town, at, in_community

WINDOW = TimeWindow(NOW, NOW + timedelta(hours=2))
REPAIRS = (SkillOffer(SkillId("repairs"), 1),)


def why(city: City) -> tuple[UnmetNeed, ...]:
    return attribute(city.engine, city.contexts, find_deficits(city.engine, city.contexts))


@pytest.mark.parametrize(
    ("rule", "cause", "provider", "need", "category"),
    [
        (Reason.INACTIVE, Cause.ELIGIBILITY, {"is_active": False}, {}, {}),
        (Reason.NOT_SKILLED, Cause.SKILL, {"skills": REPAIRS}, {}, {}),
        (Reason.NO_CAPACITY, Cause.CAPACITY, {"capacity": Capacity(4, 4)}, {}, {}),
        (Reason.NO_CAPACITY, Cause.CAPACITY, {}, {"units": 5, "is_indivisible": True}, {}),
        (Reason.TOO_FAR, Cause.DISTANCE, at(2), {}, {}),
        (Reason.TOO_FAR, Cause.DISTANCE, at(0, 300) | {"max_travel_km": 0.2}, {}, {}),
        (Reason.OUTSIDE_SERVICE_AREA, Cause.DISTANCE, {"serves": ("1102",)}, {}, {}),
        (Reason.UNAVAILABLE_AT_TIME, Cause.TIME, {"availability": parse_week("off")}, {}, {}),
        (Reason.NOT_ELIGIBLE, Cause.ELIGIBILITY, {"eligibility": Eligibility(min_age=80)}, {}, {}),
        (Reason.NOT_VERIFIED, Cause.ELIGIBILITY, {}, {}, {"requires_verification": True}),
        (Reason.EXCLUDED, Cause.ELIGIBILITY, {}, {"excluded_provider_ids": ("p1",)}, {}),
        (Reason.ON_COOLDOWN, Cause.ELIGIBILITY, {"monthly_cap": 2, "recent_referrals": 2}, {}, {}),
    ],
)
def test_a_rule_leads_to_its_cause(
    rule: Reason, cause: Cause, provider: dict[str, Any], need: dict[str, Any], category: dict[str, Any]
) -> None:
    """One provider that fails this rule alone."""
    one = a_provider(**(at(0) | provider))
    asked = a_need(**({"units": 2, "time_window": WINDOW, "resident_id": "r1"} | in_community(0) | need))
    menu = [a_category(search_radius_km=1.5, **category)]
    city = a_town([one], [asked], [a_resident(birth_year=1950)], menu)
    [unmet] = why(city)
    assert (unmet.need_id, unmet.category_id, unmet.community_code) == ("n1", "home_care", "110101")
    assert (unmet.units, unmet.cause, unmet.rule) == (asked.units, cause, rule)
    assert CAUSE_OF[rule] is cause
    assert unmet.near_miss is not None
    [told] = reference_suggestions(city.contexts[0], [one]).near_misses or ()
    assert unmet.near_miss == ("p1", told.change)


def test_every_rule_has_a_cause() -> None:
    assert set(CAUSE_OF) == set(Reason)
    assert set(CAUSE_OF.values()) == set(Cause)


def test_others_take_what_there_is() -> None:
    """Five units for three that are free: capacity, by no rule of the matcher."""
    city = a_town([a_provider(capacity=Capacity(3), **at(0))], [a_need(units=5, **in_community(0))])
    assert why(city) == (UnmetNeed("n1", "home_care", "110101", 2, Cause.CAPACITY, None),)  # type: ignore[arg-type]


def test_the_best_near_miss_decides() -> None:
    """The near one that has nothing left is worth more than the one that is too far."""
    far, full = a_provider("far", **at(2)), a_provider("full", capacity=Capacity(0), **at(0))
    [unmet] = why(a_town([far, full], [a_need(**in_community(0))]))
    assert (unmet.cause, unmet.rule) == (Cause.CAPACITY, Reason.NO_CAPACITY)
    assert unmet.near_miss == ("full", "0 of 1 units free: 1 more needed")
    [unmet] = why(a_town([replace(full, skills=REPAIRS), far], [a_need(**in_community(0))]))
    assert (unmet.rule, (unmet.near_miss or ("",))[0]) == (Reason.TOO_FAR, ProviderId("far"))


def test_the_last_rule_where_all_fail_several() -> None:
    """One drops out for its skill, one later for its place: so distance it is."""
    unskilled = a_provider("a", skills=REPAIRS, capacity=Capacity(0), **at(0))
    distant = a_provider("b", **(at(3) | {"serves": ("1102",)}))
    [unmet] = why(a_town([unskilled, distant], [a_need(**in_community(0))]))
    assert (unmet.cause, unmet.rule, unmet.near_miss) == (Cause.DISTANCE, Reason.TOO_FAR, None)
    [unmet] = why(a_town([unskilled], [a_need(**in_community(0))]))
    assert (unmet.cause, unmet.rule, unmet.near_miss) == (Cause.SKILL, Reason.NOT_SKILLED, None)


def test_nobody_near_or_skilled_is_a_want_of_skill() -> None:
    for providers in ([], [a_provider(skills=REPAIRS, **at(3))]):
        [unmet] = why(a_town(providers, [a_need(units=3, **in_community(0))]))
        assert (unmet.units, unmet.cause, unmet.rule, unmet.near_miss) == (3, Cause.SKILL, None, None)


def test_what_is_met_has_no_cause() -> None:
    assert why(a_town([a_provider(**at(0))], [a_need(**in_community(0))])) == ()
    assert why(a_town([a_provider()])) == ()


@settings(max_examples=30, derandomize=True, deadline=None)
@given(town=towns())
def test_all_units_are_told(town: tuple[list[Provider], list[Need], list[Resident]]) -> None:
    """They add up to what is not met, and each cause is the one that the reference names."""
    providers, needs, residents = town
    city = a_town(providers, needs, residents, menu())
    deficits = find_deficits(city.engine, city.contexts)
    found = attribute(city.engine, city.contexts, deficits)
    assert sum(each.units for each in found) == deficits.units - deficits.served
    by_need = {each.need_id: each for each in found}
    assert len(by_need) == len(found)
    for context, units in zip(city.contexts, deficits.unserved.tolist(), strict=True):
        assert (context.need.id in by_need) == (units > 0)
        if not units:
            continue
        each = by_need[context.need.id]
        answer = reference_suggestions(context, providers, 1, explain=True)
        assert each.units == units
        if answer.suggestions:
            assert (each.cause, each.rule) == (Cause.CAPACITY, None)
        elif answer.near_misses:
            assert each.rule is answer.near_misses[0].reason
            assert each.cause is CAUSE_OF[each.rule]
        else:
            assert each.rule is (list(answer.rejected)[-1] if answer.rejected else None)


class TestGaps:
    """Places that nobody reaches, whether or not anybody there is in need."""

    def test_each_is_asked_about_at_its_own_place(self) -> None:
        """The only helper is two kilometres from the last community; a neighbour there lacks the skill."""
        helper, neighbour = a_provider("helper", **at(1)), a_provider("neighbour", skills=REPAIRS, **at(3))
        is_gap = assess_access(a_town([helper, neighbour]), DemandKind.RESIDENTS).providers == 0
        assert is_gap.tolist() == [[False, False, False, True]]
        for providers, cause, rule in (
            ([helper], Cause.DISTANCE, Reason.TOO_FAR),
            ([neighbour], Cause.SKILL, Reason.NOT_SKILLED),
        ):
            assert attribute_gaps(a_town(providers), is_gap) == (
                UnreachedPlace(CategoryId("home_care"), AreaCode("110202"), cause, rule),
            )

    @pytest.mark.parametrize(("most", "asked"), [(None, "0123"), (4, "0123"), (2, "03"), (1, "0")])
    def test_some_stand_for_all(self, most: int | None, asked: str) -> None:
        """Evenly spread, the first among them."""
        found = attribute_gaps(a_town([]), np.ones((1, 4), np.bool_), most)
        assert [each.community_code for each in found] == [COMMUNITIES[int(place)] for place in asked]
        assert {(each.cause, each.rule) for each in found} == {(Cause.SKILL, None)}

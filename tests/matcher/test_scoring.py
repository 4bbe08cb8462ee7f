from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.domain.providers import Capacity
from graph_models.domain.skills import SkillOffer, SkillRequirement
from matcher.context import History
from matcher.parameters import FactorName
from matcher.scoring import factor_values
from tests.builders import DISTRICT, STREET, a_need, a_provider
from tests.matcher.situations import HERE, a_context, north

TWO_SKILLS = (SkillRequirement("care.bathing"), SkillRequirement("repairs"))


def value(factor: FactorName, provider: dict[str, Any], need: dict[str, Any], **more: Any) -> int:
    values = factor_values(a_context(a_need(**need), **more), a_provider(**provider))
    return values[list(FactorName).index(factor)]


@pytest.mark.parametrize(
    ("factor", "provider", "need", "more", "expected"),
    [
        ("proximity", {"location": HERE}, {}, {}, 1_000_000),
        ("proximity", {"location": north(3_000)}, {}, {}, 500_000),
        ("proximity", {"location": north(1_500)}, {}, {"half_distance_km": 1}, 353_553),  # 2^-1.5
        ("proximity", {"location": None}, {}, {}, 0),
        ("skill", {}, {}, {}, 800_000),
        ("skill", {"skills": ()}, {}, {"required_skills": ()}, 1_000_000),
        ("skill", {}, {"required_skills": TWO_SKILLS}, {}, 400_000),
        ("skill", {"skills": (SkillOffer("care", 0.9),)}, {}, {}, 600_000),  # 2/3 of 0.9, rounded once
        ("skill", {"skills": (SkillOffer("care", 1), SkillOffer("care.bathing", 0.5))}, {}, {}, 666_667),
        ("capacity", {"capacity": Capacity(4)}, {}, {}, 750_000),
        ("capacity", {"capacity": Capacity(4, 1, 1)}, {"units": 2}, {}, 0),
        ("capacity", {"capacity": Capacity(4)}, {"units": 9}, {}, 0),  # serves what it can
        ("capacity", {"capacity": Capacity(3)}, {}, {}, 666_667),
        ("capacity", {"capacity": Capacity(0)}, {}, {}, 0),
        ("continuity", {"community_code": None}, {}, {}, 0),
        ("continuity", {}, {}, {}, 300_000),
        ("continuity", {"community_code": None, "serves": (STREET,)}, {}, {}, 200_000),
        (
            "continuity",
            {"community_code": None, "serves": (DISTRICT,)},
            {},
            {},
            0,
        ),  # a district is no assignment
        ("continuity", {"serves": (STREET,)}, {}, {"history": History(frozenset({"p1"}))}, 1_000_000),
        ("fairness", {}, {}, {}, 1_000_000),
        ("fairness", {"recent_referrals": 4}, {}, {}, 500_000),
        ("fairness", {"recent_referrals": 4, "kind": "enterprise"}, {}, {}, 757_858),  # 2^-0.4
    ],
)
def test_factors(
    factor: str, provider: dict[str, Any], need: dict[str, Any], more: dict[str, Any], expected: int
) -> None:
    """Values worked out by hand."""
    assert value(FactorName(factor), provider, need, **more) == expected


@given(st.integers(0, 20_000), st.integers(0, 20_000))
def test_nearer_is_never_worth_less(one: int, two: int) -> None:
    """Proximity does not rise with distance."""
    near, far = sorted((one, two))
    values = [value(FactorName.PROXIMITY, {"location": north(metres)}, {}) for metres in (near, far)]
    assert values[0] >= values[1]


@given(st.integers(1, 30), st.data(), st.integers(1, 10))
def test_more_room_is_never_worth_less(total: int, data: st.DataObject, units: int) -> None:
    """Capacity does not fall when a unit is given back."""
    taken = data.draw(st.integers(1, total))
    less, more = (
        value(FactorName.CAPACITY, {"capacity": Capacity(total, reserved)}, {"units": units})
        for reserved in (taken, taken - 1)
    )
    assert more >= less


@given(
    st.floats(0.000001, 1), st.floats(0.000001, 1), st.sampled_from(("care", "care.bathing", "care.feeding"))
)
def test_a_higher_level_is_never_worth_less(one: float, two: float, skill: str) -> None:
    """Skill does not fall with the level at which it is held."""
    low, high = (
        value(FactorName.SKILL, {"skills": (SkillOffer(skill, level),)}, {}) for level in sorted((one, two))
    )
    assert high >= low

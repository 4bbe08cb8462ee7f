"""Hypothesis strategies for towns in which every part of coverage has something to do."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from graph_models.domain.categories import Category
from graph_models.domain.identifiers import AreaCode, SkillId
from graph_models.domain.needs import Need, Urgency
from graph_models.domain.people import Resident
from graph_models.domain.providers import Capacity, Eligibility, Provider
from graph_models.domain.skills import SkillOffer, SkillRequirement
from tests.builders import NOW, a_category, a_need, a_provider, a_resident
from tests.matcher.coverage.towns import COMMUNITIES, at, in_community
from tests.matcher.situations import north

SKILLS = ("care.bathing", "care.feeding", "repairs")
KINDS = ("volunteer", "station", "charity")
AREAS = ("11", "1101", "1102", *COMMUNITIES)
HARDSHIPS = ("illness", "poverty")

places = st.integers(0, 3)


def menu(radius_km: float = 1.5) -> list[Category]:
    """A category for each skill but one, which is served by phone, and one that asks for no skill."""
    return [
        a_category(search_radius_km=radius_km),
        a_category(
            "fix", required_skills=(SkillRequirement(SkillId("repairs")),), search_radius_km=radius_km
        ),
        a_category("call", required_skills=(SkillRequirement(SkillId("care.feeding")),), is_remote=True),
        a_category("visit", required_skills=(), search_radius_km=0.5),
    ]


WHAT_DIFFERS: dict[str, st.SearchStrategy[Any]] = {
    "is_active": st.just(False),
    "max_travel_km": st.sampled_from((0, 0.4, 1, 2.5)),
    "serves": st.lists(st.sampled_from(AREAS), max_size=2, unique=True).map(
        lambda codes: tuple(map(AreaCode, codes))
    ),
    "monthly_cap": st.sampled_from((0, 1, 2)),
    "cooldown_hours": st.just(24),
    "recent_referrals": st.integers(0, 5),
    "last_referral_at": st.just(NOW),
    "eligibility": st.just(Eligibility(min_age=60)),
    "location": st.none(),
    "community_code": st.none(),
}


@st.composite
def providers(draw: st.DrawFn, key: str) -> Provider:
    total = draw(st.integers(0, 4))
    differs = draw(st.lists(st.sampled_from(tuple(WHAT_DIFFERS)), max_size=2, unique=True))
    known = {
        "kind": draw(st.sampled_from(KINDS)),
        "skills": tuple(
            SkillOffer(SkillId(name), 0.9)
            for name in sorted(draw(st.sets(st.sampled_from(SKILLS), max_size=2)))
        ),
        "capacity": Capacity(total, draw(st.integers(0, total))),
        **at(draw(places), draw(st.sampled_from((0, 0, 250, -400)))),
    }
    return a_provider(key, **(known | {name: draw(WHAT_DIFFERS[name]) for name in differs}))


@st.composite
def residents(draw: st.DrawFn, key: str) -> Resident:
    return a_resident(
        key,
        residence_code=AreaCode(draw(st.sampled_from((*COMMUNITIES, "gone")))),
        hardship=tuple(draw(st.sets(st.sampled_from(HARDSHIPS)))),
        birth_year=draw(st.sampled_from((None, 1940, 1990, 2015))),
    )


@st.composite
def needs(draw: st.DrawFn, key: str, people: tuple[Resident, ...]) -> Need:
    """A need in a community, or at a point which is near one or, once in a while, far from all."""
    where = draw(st.sampled_from((0, 1, 2, 3, -1, 200, 2_700, 400_000)))
    place: dict[str, Any] = {"community_code": None, "location": north(where)}
    if 0 <= where <= 3:
        place = in_community(where)
    return a_need(
        key,
        category_id=draw(st.sampled_from([each.id for each in menu()])),
        units=draw(st.integers(1, 3)),
        urgency=draw(st.sampled_from(Urgency)),
        is_indivisible=draw(st.booleans()),
        resident_id=draw(st.sampled_from((None, *(each.id for each in people)))),
        **place,
    )


@st.composite
def towns(
    draw: st.DrawFn, most_providers: int = 8, most_needs: int = 8
) -> tuple[list[Provider], list[Need], list[Resident]]:
    people = [draw(residents(f"r{number}")) for number in range(draw(st.integers(0, 5)))]
    several = [draw(providers(f"p{number}")) for number in range(draw(st.integers(0, most_providers)))]
    wanted = [draw(needs(f"n{number}", tuple(people))) for number in range(draw(st.integers(0, most_needs)))]
    return several, wanted, people

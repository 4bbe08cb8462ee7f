"""Charities: one provider for every charity assistance of the year, each with one focus."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from graph_models.city.draws import Part, choose, stream
from graph_models.city.hierarchy import CITY_CODE
from graph_models.city.hours import CHARITY_HOURS
from graph_models.city.menu import ACUTE, leaf_skill_ids, load_menu
from graph_models.city.placement import scatter, to_location
from graph_models.city.settlement import Settlement
from graph_models.domain.categories import Category
from graph_models.domain.identifiers import AreaCode, ProviderId
from graph_models.domain.places import AreaLevel
from graph_models.domain.providers import Capacity, Eligibility, Provider
from graph_models.domain.skills import SkillOffer

SERVICE_AREAS = {AreaLevel.CITY: 15, AreaLevel.DISTRICT: 40, AreaLevel.STREET: 45}
FOR_CHILDREN = Eligibility(max_age=17)
FOR_OLDER_PEOPLE = Eligibility(min_age=60)
FOR_POOR_PEOPLE = Eligibility(
    hardship=("extremely_poor_support", "low_income_edge", "minimum_living_allowance")
)
ELIGIBILITY_BY_FOCUS: dict[str, Eligibility] = {
    **dict.fromkeys(ACUTE, Eligibility()),
    **dict.fromkeys(("child_care", "child_protection", "tutoring", "youth_mentoring"), FOR_CHILDREN),
    **dict.fromkeys(("dementia_support", "digital_help", "home_care", "haircut"), FOR_OLDER_PEOPLE),
}
ELIGIBILITY_ELSEWHERE = {Eligibility(): 70, FOR_POOR_PEOPLE: 30}
LANGUAGES: dict[tuple[str, ...], int] = {("cmn", "yue"): 80, ("cmn",): 10, ("cmn", "en", "yue"): 10}
ACCESSIBILITY: dict[tuple[str, ...] | None, int] = {
    None: 60,
    (): 5,
    ("easy_language", "large_print", "wheelchair"): 35,
}


def charity_id(at: int) -> ProviderId:
    """Return the id of the charity at a position, counted from 0."""
    return ProviderId(f"charity-{at + 1:05}")


def charities(settlement: Settlement, total: int, seed: int, as_of: datetime) -> Iterator[Provider]:
    """Iterate over `total` charities; the categories of the service menu take turns as their focus."""
    rng = stream(seed, Part.CHARITIES)
    categories = load_menu().categories
    communities = settlement.draw_communities(rng, total)
    points = scatter(rng, settlement.communities[communities])
    for at, community in enumerate(communities.tolist()):
        focus = categories[at % len(categories)]
        unit = settlement.hierarchy.communities[community]
        verified_days = int(rng.integers(1, 450))
        yield Provider(
            id=charity_id(at),
            kind="charity",
            name=f"慈善帮扶{at + 1:05}·{focus.name_zh}（合成）",
            capacity=Capacity(int(rng.integers(5, 41))),
            skills=_skills(rng, focus),
            location=to_location(points[at]),
            community_code=unit.code,
            serves=(_service_area(rng, unit.code),),
            availability=choose(rng, CHARITY_HOURS, 1)[0],
            eligibility=ELIGIBILITY_BY_FOCUS.get(focus.id) or choose(rng, ELIGIBILITY_ELSEWHERE, 1)[0],
            languages=choose(rng, LANGUAGES, 1)[0],
            accessibility=choose(rng, ACCESSIBILITY, 1)[0],
            verified_at=as_of - timedelta(days=verified_days),
            source="synthetic",
            is_synthetic=True,
        )


def _service_area(rng: np.random.Generator, community_code: AreaCode) -> AreaCode:
    level = choose(rng, SERVICE_AREAS, 1)[0]
    digits = {AreaLevel.CITY: len(CITY_CODE), AreaLevel.DISTRICT: 6, AreaLevel.STREET: 9}[level]
    return AreaCode(community_code[:digits])


def _skills(rng: np.random.Generator, focus: Category) -> tuple[SkillOffer, ...]:
    """Offer what the focus requires, and one more skill of the same branch as its first."""
    required = [each.skill_id for each in focus.required_skills]
    branch = required[0].partition(".")[0]
    siblings = [each for each in leaf_skill_ids() if each.partition(".")[0] == branch]
    offered = dict.fromkeys((*required, siblings[rng.integers(len(siblings))]))
    twentieths = rng.integers(13, 21, size=len(offered)).tolist()
    return tuple(
        SkillOffer(skill_id, level / 20) for skill_id, level in zip(offered, twentieths, strict=True)
    )

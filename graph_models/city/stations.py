"""Social-work stations: one a street at scale 1, at least one a district at every scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from graph_models.city.draws import Part, apportion, choose, stream
from graph_models.city.hierarchy import Hierarchy
from graph_models.city.hours import STATION_HOURS
from graph_models.city.menu import leaf_skill_ids
from graph_models.city.placement import scatter, to_location
from graph_models.city.settlement import Settlement
from graph_models.domain.identifiers import AreaCode, ProviderId, SkillId
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.skills import SkillOffer

STATIONS = 203
UNITS_PER_STATION = 200
# What every station does; of everything else each does about one thing in five.
CORE = frozenset(
    {
        "adult_protection",
        "child_protection",
        "companionship",
        "employment",
        "funeral",
        "housing",
        "medical.aid_application",
        "medical.clinic_navigation",
        "mental_health.counselling",
        "money",
        "older_people",
        "parenting",
        "participation",
        "policy",
        "relief",
        "youth",
    }
)
LANGUAGES = ("cmn", "yue")
ACCESSIBILITY: dict[tuple[str, ...], int] = {
    ("easy_language", "large_print", "wheelchair"): 60,
    ("blind_guidance", "easy_language", "large_print", "sign_language", "wheelchair"): 40,
}


@dataclass(frozen=True, slots=True)
class _Post:
    """Where a station stands, counted within its street, and the area that it serves."""

    street: int
    number: int
    serves: AreaCode


def stations(
    settlement: Settlement, total: int, units: int, seed: int, as_of: datetime
) -> Iterator[Provider]:
    """Iterate over `total` stations, which have `units` of capacity together.

    Districts get stations in proportion to their streets. Where there is one for every street, each
    serves its own street and those beyond the whole district; where there are fewer, all serve the
    whole district. The largest has at most about twice the capacity of the smallest.
    """
    rng = stream(seed, Part.STATIONS)
    posts = list(_posts(settlement.hierarchy, total))
    capacities = apportion(units, rng.integers(100, 201, size=total).tolist())
    for post, capacity in zip(posts, capacities, strict=True):
        yield _station(rng, settlement, post, capacity, as_of)


def _posts(hierarchy: Hierarchy, total: int) -> Iterator[_Post]:
    streets_of: list[list[int]] = [[] for _ in hierarchy.districts]
    for at, street in enumerate(hierarchy.streets):
        streets_of[street.parent].append(at)
    counts = apportion(total, [len(streets) for streets in streets_of], least=1)
    for district, streets, count in zip(hierarchy.districts, streets_of, counts, strict=True):
        for at in range(count):
            own = streets[at % len(streets)]
            is_for_street = at < len(streets) <= count
            area = hierarchy.streets[own] if is_for_street else district
            yield _Post(own, at // len(streets) + 1, area.code)


def _station(
    rng: np.random.Generator, settlement: Settlement, post: _Post, capacity: int, as_of: datetime
) -> Provider:
    hierarchy = settlement.hierarchy
    street = hierarchy.streets[post.street]
    communities = np.flatnonzero(hierarchy.street_of_community == post.street)
    at = int(communities[rng.integers(len(communities))])
    return Provider(
        id=ProviderId(f"station-{street.code}-{post.number}"),
        kind="station",
        name=f"{street.name}社会工作服务站{post.number}（合成）",
        capacity=Capacity(capacity),
        skills=_skills(rng),
        location=to_location(scatter(rng, settlement.communities[at : at + 1])[0]),
        community_code=hierarchy.communities[at].code,
        serves=(post.serves,),
        availability=choose(rng, STATION_HOURS, 1)[0],
        languages=LANGUAGES,
        accessibility=choose(rng, ACCESSIBILITY, 1)[0],
        verified_at=as_of - timedelta(days=int(rng.integers(1, 300))),
        source="synthetic",
        is_synthetic=True,
    )


def _skills(rng: np.random.Generator) -> tuple[SkillOffer, ...]:
    leaves = leaf_skill_ids()
    is_extra = (rng.integers(5, size=len(leaves)) == 0).tolist()
    twentieths = rng.integers(14, 21, size=len(leaves)).tolist()
    return tuple(
        SkillOffer(skill_id, level / 20)
        for skill_id, extra, level in zip(leaves, is_extra, twentieths, strict=True)
        if extra or _is_core(skill_id)
    )


def _is_core(skill_id: SkillId) -> bool:
    return skill_id in CORE or skill_id.partition(".")[0] in CORE

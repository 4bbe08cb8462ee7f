"""Residents in difficulty, each with the category of the one need that is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from graph_models.city.draws import IntArray, Part, apportion, choose, deal, stream
from graph_models.city.hierarchy import TIME_ZONE
from graph_models.city.placement import scatter
from graph_models.city.profiles import Profile, load_profiles
from graph_models.city.settlement import Settlement
from graph_models.domain.identifiers import CategoryId, ResidentId
from graph_models.domain.people import Resident

REGISTERED_ELSEWHERE_PERCENT = 12
OLDER_FROM_AGE = 60
LANGUAGES_OLDER: dict[tuple[str, ...], int] = {
    ("cmn", "yue"): 50,
    ("yue",): 25,
    ("cmn",): 12,
    ("hak", "yue"): 6,
    ("cmn", "hak", "yue"): 4,
    (): 3,
}
LANGUAGES_YOUNGER: dict[tuple[str, ...], int] = {
    ("cmn", "yue"): 60,
    ("cmn",): 27,
    ("cmn", "hak", "yue"): 4,
    ("yue",): 3,
    ("cmn", "nan"): 3,
    (): 3,
}
# Who asks for these needs this of a helper.
ACCESSIBILITY_OF_CATEGORY = {"sign_language": "sign_language", "accessible_transport": "wheelchair"}


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """The residents, with what a need of theirs takes from them.

    Parameters
    ----------
    residents
        One a person.
    category_ids
        Category of the need that each has open.
    community
        Position of the community of residence, of shape (n,).
    points
        Where each lives, in micro-degrees (latitude, longitude), of shape (n, 2).
    """

    residents: Sequence[Resident]
    category_ids: Sequence[CategoryId]
    community: IntArray
    points: IntArray


@dataclass(frozen=True, slots=True)
class _Traits:
    """What a person's profile decides."""

    profile: Profile
    age: int
    accessibility: str
    category_id: CategoryId


def draw_people(settlement: Settlement, total: int, seed: int, as_of: datetime) -> People:
    """Draw `total` residents: exact shares of profiles and categories, places by population."""
    rng = stream(seed, Part.PEOPLE)
    shares = apportion(total, [profile.share_per_mille for profile in load_profiles()])
    drawn = [
        traits
        for profile, size in zip(load_profiles(), shares, strict=True)
        for traits in _draw_traits(rng, profile, size)
    ]
    people = [drawn[at] for at in rng.permutation(total).tolist()]
    lives_in = settlement.draw_communities(rng, total)
    is_elsewhere = rng.integers(100, size=total) < REGISTERED_ELSEWHERE_PERCENT
    registered_in = np.where(is_elsewhere, settlement.draw_communities(rng, total), lives_in)
    older, younger = choose(rng, LANGUAGES_OLDER, total), choose(rng, LANGUAGES_YOUNGER, total)
    code = [community.code for community in settlement.hierarchy.communities]
    year = as_of.astimezone(ZoneInfo(TIME_ZONE)).year
    residents = [
        Resident(
            id=ResidentId(f"resident-{at + 1:06}"),
            registration_code=code[registered_in[at]],
            residence_code=code[lives_in[at]],
            hardship=traits.profile.hardship,
            birth_year=year - traits.age,
            languages=(older if traits.age >= OLDER_FROM_AGE else younger)[at],
            accessibility=(traits.accessibility,) if traits.accessibility else (),
            is_synthetic=True,
        )
        for at, traits in enumerate(people)
    ]
    points = scatter(rng, settlement.communities[lives_in])
    return People(residents, [traits.category_id for traits in people], lives_in, points)


def _draw_traits(rng: np.random.Generator, profile: Profile, size: int) -> list[_Traits]:
    ages = rng.integers(profile.min_age, profile.max_age + 1, size=size).tolist()
    without = 100 - sum(profile.accessibility_percent.values())
    accessibility = choose(rng, {**profile.accessibility_percent, "": without}, size)
    categories = deal(rng, profile.needs, size)
    return [
        _Traits(profile, age, ACCESSIBILITY_OF_CATEGORY.get(category_id, access), category_id)
        for age, access, category_id in zip(ages, accessibility, categories, strict=True)
    ]

"""Categories: the entries of the service menu from which a resident raises a need."""

from __future__ import annotations

from dataclasses import dataclass

from graph_models.domain.checks import check_integer, check_number, check_text, sort_field
from graph_models.domain.identifiers import CategoryId, check_id
from graph_models.domain.skills import SkillRequirement


@dataclass(frozen=True, slots=True)
class Category:
    """One entry of the service menu, with what the matching model needs to know about it.

    Parameters
    ----------
    id
        Identifier, for example ``home_care``.
    name_en, name_zh
        Names shown to people.
    required_skills
        What a need of this category asks for when it does not say so itself.
    half_distance_km
        Distance at which proximity is worth one half.
    search_radius_km
        A provider farther away than this is too far.
    is_remote
        Whether it can be served by phone: distance then neither excludes nor counts.
    requires_verification
        Whether a provider must have been verified (children, money, access to a home).
    visit_minutes
        Unbroken time that one unit of service takes.
    """

    id: CategoryId
    name_en: str
    name_zh: str
    required_skills: tuple[SkillRequirement, ...] = ()
    half_distance_km: float = 3.0
    search_radius_km: float = 10.0
    is_remote: bool = False
    requires_verification: bool = False
    visit_minutes: int = 60

    def __post_init__(self) -> None:
        check_id("category.id", self.id)
        check_text("category.name_en", self.name_en)
        check_text("category.name_zh", self.name_zh)
        sort_field(self, "required_skills", key=lambda each: each.skill_id)
        check_number("category.half_distance_km", self.half_distance_km, least=0.001, most=20_000)
        check_number("category.search_radius_km", self.search_radius_km, least=0.001, most=20_040)
        check_integer("category.visit_minutes", self.visit_minutes, least=1, most=24 * 60)

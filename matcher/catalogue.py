"""What needs refer to: areas, service menu, skill taxonomy, and the parameters in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph_models.domain.categories import Category
from graph_models.domain.errors import UnknownReference
from graph_models.domain.identifiers import CategoryId
from graph_models.domain.needs import Need
from graph_models.domain.places import Area
from graph_models.domain.skills import Skill, SkillRequirement
from graph_models.ports import GraphStore
from matcher.areas import Areas
from matcher.parameters import MatchParameters
from matcher.skills import Taxonomy


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The small tables of a city, ready for look-up."""

    areas: Areas
    categories: Mapping[CategoryId, Category]
    taxonomy: Taxonomy
    parameters: MatchParameters

    def category_of(self, need: Need) -> Category:
        """Return the category of a need.

        Raises
        ------
        UnknownReference
            If the service menu does not have it.
        """
        if need.category_id not in self.categories:
            raise UnknownReference("need.category_id", "Category", need.category_id)
        return self.categories[need.category_id]

    def skills_required_by(self, need: Need) -> tuple[SkillRequirement, ...]:
        """Return the skills that a need asks for: its own, else those of its category.

        Raises
        ------
        UnknownReference
            If the taxonomy does not have one of them.
        """
        wanted = need.required_skills or self.category_of(need).required_skills
        for each in wanted:
            if each.skill_id not in self.taxonomy:
                raise UnknownReference("need.required_skills", "Skill", each.skill_id)
        return wanted


def compile_catalogue(
    areas: Iterable[Area],
    skills: Iterable[Skill],
    categories: Iterable[Category],
    parameters: MatchParameters,
) -> Catalogue:
    """Build the look-ups, and hold the parameters against the service menu.

    Raises
    ------
    InvalidValue
        If the parameters name a category that the menu does not have (an empty menu has yet to be
        loaded and is not held against them), or the taxonomy has a cycle.
    UnknownReference
        If a skill points at another that does not exist.
    """
    menu = {category.id: category for category in categories}
    if menu:
        parameters.check_categories(menu.values())
    return Catalogue(Areas(areas), menu, Taxonomy(skills, parameters.similarity_cut_off), parameters)


def read_catalogue(store: GraphStore, parameters: MatchParameters) -> Catalogue:
    """Compile the catalogue of a store as it stands now.

    Raises
    ------
    InvalidValue
        If the parameters name a category that the service menu does not have.
    """
    return compile_catalogue(
        (stored.value for stored in store.scan(Area)),
        (stored.value for stored in store.scan(Skill)),
        (stored.value for stored in store.scan(Category)),
        parameters,
    )

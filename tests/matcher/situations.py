"""One need and one provider that fit each other; a test varies the one thing it is about."""

from __future__ import annotations

from typing import Any

from graph_models.domain.categories import Category
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.domain.places import Area, Location
from graph_models.domain.skills import Skill
from matcher.catalogue import Catalogue, compile_catalogue
from matcher.context import History, NeedContext, gather_context
from matcher.parameters import MatchParameters, default_parameters
from tests.builders import NOW, a_category, a_need, some_areas, some_skills

HERE = Location(23.1, 113.25)
NO_HISTORY = History()
NORTH_M = 111.195  # metres per thousandth of a degree of latitude on the sphere


def north(metres: float) -> Location:
    """A point so many metres north of `HERE`."""
    return Location(HERE.latitude + metres / NORTH_M / 1000, HERE.longitude)


def a_catalogue(
    category: Category | None = None,
    areas: list[Area] | None = None,
    skills: list[Skill] | None = None,
    parameters: MatchParameters | None = None,
) -> Catalogue:
    return compile_catalogue(
        some_areas() if areas is None else areas,
        some_skills() if skills is None else skills,
        [category or a_category()],
        parameters or default_parameters(),
    )


def a_context(
    need: Need | None = None,
    resident: Resident | None = None,
    history: History = NO_HISTORY,
    catalogue: Catalogue | None = None,
    **category: Any,
) -> NeedContext:
    """The context of a need for bathing in the one community, its category varied as told."""
    catalogue = catalogue or a_catalogue(a_category(**category))
    return gather_context(need or a_need(), catalogue, NOW, resident, history)

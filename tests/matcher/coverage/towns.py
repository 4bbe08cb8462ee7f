"""Small towns for coverage: two districts, four communities in a row, a kilometre apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graph_models.domain.categories import Category
from graph_models.domain.identifiers import AreaCode, NeedId, ProviderId
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.domain.places import Area, AreaLevel, Location
from graph_models.domain.providers import Provider
from matcher.catalogue import compile_catalogue
from matcher.context import gather_context
from matcher.coverage.city import City
from matcher.engine import Engine
from matcher.parameters import default_parameters
from tests.builders import NOW, a_category, some_skills
from tests.matcher.situations import north

COMMUNITIES = ("110101", "110102", "110201", "110202")


def town_areas(population: Mapping[str, int] | None = None) -> list[Area]:
    known = population or {}
    areas = [
        Area(AreaCode("11"), AreaLevel.CITY, "Town", time_zone="Asia/Shanghai"),
        Area(AreaCode("1101"), AreaLevel.DISTRICT, "South", AreaCode("11"), population=known.get("1101")),
        Area(AreaCode("1102"), AreaLevel.DISTRICT, "North", AreaCode("11"), population=known.get("1102")),
    ]
    for place, code in enumerate(COMMUNITIES):
        point, parent = north(1_000 * place), AreaCode(code[:4])
        areas.append(
            Area(AreaCode(code), AreaLevel.COMMUNITY, code, parent, point, population=known.get(code))
        )
    return areas


def at(place: int, metres: float = 0) -> dict[str, Any]:
    """Where a provider is based: at a community, or so far north of it."""
    return {"community_code": AreaCode(COMMUNITIES[place]), "location": north(1_000 * place + metres)}


def in_community(place: int) -> dict[str, Any]:
    """Where a need is."""
    return {"community_code": AreaCode(COMMUNITIES[place])}


def a_town(
    providers: Iterable[Provider],
    needs: Iterable[Need] = (),
    residents: Iterable[Resident] = (),
    categories: Iterable[Category] | None = None,
    completed: Mapping[NeedId, tuple[ProviderId, ...]] | None = None,
    areas: list[Area] | None = None,
) -> City:
    """A city of some providers, needs and residents; its category reaches 1.5 km unless told."""
    menu = [a_category(search_radius_km=1.5)] if categories is None else list(categories)
    catalogue = compile_catalogue(areas or town_areas(), some_skills(), menu, default_parameters())
    people = {each.id: each for each in residents}
    several = tuple(sorted(needs, key=lambda each: each.id))
    contexts = tuple(
        gather_context(each, catalogue, NOW, people.get(each.resident_id) if each.resident_id else None)
        for each in several
        if each.status.value == "active"
    )
    engine = Engine(providers, default_parameters())
    return City(7, NOW, catalogue, engine, contexts, {}, several, people, completed or {})


def a_point(place: int) -> Location:
    return north(1_000 * place)

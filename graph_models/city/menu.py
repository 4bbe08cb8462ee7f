"""The service menu: categories of help and the taxonomy of skills, read from the data files here."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from graph_models.domain.categories import Category
from graph_models.domain.identifiers import CategoryId, SkillId
from graph_models.domain.skills import RelatedSkill, Skill, SkillRequirement

DATA = files("graph_models.city") / "data"

# Categories of which most needs cannot wait, and which are open to everybody in them.
ACUTE = frozenset(
    {
        CategoryId("adult_protection"),
        CategoryId("child_protection"),
        CategoryId("emergency_relief"),
        CategoryId("emergency_shelter"),
        CategoryId("homeless_support"),
        CategoryId("mental_health_hotline"),
    }
)


@dataclass(frozen=True, slots=True)
class Menu:
    """What can be asked for and what it takes; a skill comes after every skill that it names."""

    skills: tuple[Skill, ...]
    categories: tuple[Category, ...]


@lru_cache(maxsize=1)
def load_menu() -> Menu:
    """Read the service menu that ships with the package.

    Examples
    --------
    >>> menu = load_menu()
    >>> len(menu.skills) >= 80, len(menu.categories) >= 24
    (True, True)
    """
    return Menu(
        tuple(map(_skill, read_rows("skills.csv"))),
        tuple(map(_category, read_rows("categories.csv"))),
    )


@lru_cache(maxsize=1)
def leaf_skill_ids() -> tuple[SkillId, ...]:
    """Return the narrowest terms of the taxonomy: what is actually offered and required."""
    broader = {skill.broader_id for skill in load_menu().skills}
    return tuple(skill.id for skill in load_menu().skills if skill.id not in broader)


def first_skill(category_id: CategoryId) -> SkillId:
    """Return the skill that matters most to a category: the first of those that it requires."""
    return _first_skills()[category_id]


@lru_cache(maxsize=1)
def _first_skills() -> dict[CategoryId, SkillId]:
    return {each.id: each.required_skills[0].skill_id for each in load_menu().categories}


def read_rows(name: str) -> Iterator[dict[str, str]]:
    """Iterate over the rows of one of the package's CSV files, as texts by column."""
    yield from csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines())


def read_pairs(text: str) -> list[tuple[str, float]]:
    """Read ``key:number|key:number``.

    >>> read_pairs("legal.advice:0.6|policy:1")
    [('legal.advice', 0.6), ('policy', 1.0)]
    """
    pairs = (pair.rpartition(":") for pair in text.split("|") if pair)
    return [(key, float(number)) for key, _, number in pairs]


def _skill(row: dict[str, str]) -> Skill:
    related = tuple(RelatedSkill(SkillId(key), similarity) for key, similarity in read_pairs(row["related"]))
    broader_id = SkillId(row["broader_id"]) if row["broader_id"] else None
    return Skill(SkillId(row["id"]), row["name_en"], row["name_zh"], broader_id, related)


def _category(row: dict[str, str]) -> Category:
    pairs = read_pairs(row["required_skills"])
    return Category(
        id=CategoryId(row["id"]),
        name_en=row["name_en"],
        name_zh=row["name_zh"],
        required_skills=tuple(SkillRequirement(SkillId(key), level) for key, level in pairs),
        half_distance_km=float(row["half_distance_km"]),
        search_radius_km=float(row["search_radius_km"]),
        is_remote=row["is_remote"] == "true",
        requires_verification=row["requires_verification"] == "true",
        visit_minutes=int(row["visit_minutes"]),
    )

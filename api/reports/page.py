"""The coverage report: one HTML file that needs nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from api.reports.maps import draw
from api.reports.outlines import area_names, districts_of
from api.reports.wording import CAUSES, Names, say_action, say_deficit
from graph_models.domain.places import Area
from graph_models.domain.skills import Skill
from matcher.coverage.actions import recommend
from matcher.coverage.clusters import Spot
from matcher.coverage.exposure import Grouping
from matcher.coverage.extra import needing_extra
from matcher.coverage.published import Coverage

_MOST_ROWS = 200
_MOST_ACTIONS = 40


def coverage_html(coverage: Coverage, areas: Iterable[Area] = (), skills: Iterable[Skill] = ()) -> str:
    """Write a report as one HTML file: no script, nothing fetched, the same bytes for the same coverage.

    Parameters
    ----------
    areas, skills
        Known areas and skills, for their names; codes and ids stand for others.

    Raises
    ------
    ExtraNotInstalled
        If the packages for reports are missing.
    """
    with needing_extra():
        from jinja2 import Environment, PackageLoader, StrictUndefined
    environment = Environment(
        loader=PackageLoader("api.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    hidden = f"under {coverage.k} or hidden"
    environment.filters["count"] = partial(_number, form=",", hidden=hidden)
    environment.filters["decimal"] = partial(_number, form=".3f", hidden=hidden)
    environment.filters["percent"] = partial(_number, form=".1%", hidden=hidden)
    html: str = environment.get_template("coverage.html.j2").render(_content(coverage, list(areas), skills))
    return html


def _number(value: float | None, form: str, hidden: str) -> str:
    return hidden if value is None else format(value, form)


def _content(coverage: Coverage, areas: list[Area], skills: Iterable[Skill]) -> dict[str, Any]:
    names = Names(
        area_names(coverage, areas), {each.category_id: each.name_en for each in coverage.categories}
    )
    districts = districts_of(coverage, areas)
    return {
        "coverage": coverage,
        "names": names,
        "chinese": {each.category_id: each.name_zh for each in coverage.categories},
        "districts": districts,
        "maps": draw(districts, coverage.communities),
        "hot": sum(each.spot is Spot.HIGH_HIGH for each in coverage.communities),
        "gaps": sorted(coverage.gaps, key=lambda each: (-each.unmet, -each.needs))[:_MOST_ROWS],
        "causes": [(each, CAUSES[each.cause]) for each in coverage.causes],
        "deficits": [(each, say_deficit(each, names)) for each in coverage.deficits[:_MOST_ROWS]],
        "categories": sorted(coverage.categories, key=lambda each: -each.unreached_communities),
        "sole_holders": _by_district(coverage, {each.id: each for each in skills}),
        "served": [(each, list(_rates(coverage, each))) for each in Grouping],
        "actions": [say_action(each, names, coverage) for each in recommend(coverage)],
        "most_actions": _MOST_ACTIONS,
    }


def _by_district(coverage: Coverage, skills: Mapping[str, Skill]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return pairs of a skill's name and its only holder, by district."""
    held: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for each in coverage.sole_holders:
        name = skills[each.skill_id].name_en if each.skill_id in skills else each.skill_id
        held[each.district_code].append((name, each.provider_id))
    return sorted(held.items())


def _rates(coverage: Coverage, grouping: Grouping) -> Iterator[Any]:
    return (each for each in coverage.served if each.grouping is grouping)

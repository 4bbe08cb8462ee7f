"""Where providers are and how much they have free, for a map."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graph_models.domain.identifiers import CategoryId
from matcher.catalogue import Catalogue
from matcher.cells import Box, CellCounts, count_in_cells
from matcher.engine import Engine


def provider_cells(
    engine: Engine,
    catalogue: Catalogue,
    box: Box,
    cell_degrees: float,
    category_id: str | None,
    most_points: int,
) -> CellCounts:
    """Count active providers by the cells of a grid, with their free units.

    Parameters
    ----------
    box
        What is looked at.
    cell_degrees
        Width and height of a cell.
    category_id
        Only providers that offer a skill the category asks for, or one that stands in for it; None, or a
        category that asks for none, means all.
    most_points
        Up to how many providers are named one by one.
    """
    roll = engine.roll()
    is_shown = roll.is_active.copy()
    wanted = _skills_for(catalogue, category_id)
    if wanted is not None:
        is_wanted = np.array([each in wanted for each in roll.skills], np.bool_)
        is_shown &= np.bincount(roll.offer[is_wanted[roll.skill]], minlength=len(is_shown)) > 0
    shown = np.flatnonzero(is_shown)
    x, y, z = roll.points[shown].T

    def name(places: npt.NDArray[np.int64]) -> list[str]:
        return [str(each) for each in engine.ids_at(roll.rows[shown[places]])]

    return count_in_cells(
        np.degrees(np.arctan2(y, x)),
        np.degrees(np.arcsin(np.clip(z, -1.0, 1.0))),
        box,
        cell_degrees,
        {"free_units": roll.remaining[shown]},
        name,
        most_points,
    )


def _skills_for(catalogue: Catalogue, category_id: str | None) -> frozenset[str] | None:
    category = None if category_id is None else catalogue.categories.get(CategoryId(category_id))
    if category_id is not None and category is None:
        return frozenset()
    if category is None or not category.required_skills:
        return None
    similar = (catalogue.taxonomy.similar_to(each.skill_id) for each in category.required_skills)
    return frozenset(skill for each in similar for skill, worth in each.items() if worth)

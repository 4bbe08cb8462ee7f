"""Where providers are and how much they have free, for a map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import numpy as np
import numpy.typing as npt

from graph_models.domain.identifiers import CategoryId
from matcher.catalogue import Catalogue
from matcher.cells import Box, CellCounts, count_in_cells
from matcher.engine import Engine, Roll
from matcher.travel import FloatArray

_SHARE = 20  # columns are good for so many times as long as it took to make them


@dataclass(frozen=True, slots=True)
class _Columns:
    """Active providers with their points in degrees, as they were at one moment."""

    roll: Roll
    shown: npt.NDArray[np.int64]
    longitude: FloatArray
    latitude: FloatArray
    cursor: int
    made_at: datetime
    good_until: datetime

    def is_good(self, now: datetime) -> bool:
        """Whether they are young enough; a clock that was set back tells no age."""
        return self.made_at <= now < self.good_until


class ProviderMap:
    """Counts providers by cells. Their columns are made anew now and then, not for each question.

    Making them takes a tenth of a second for 200,000 providers and seconds for millions, so a map may be
    behind by twenty times as long. May be shared between threads.

    Parameters
    ----------
    engine
        Who the providers are.
    now
        Tells the time.
    """

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now
        self._lock = Lock()
        self._columns: _Columns | None = None

    def cells(
        self,
        catalogue: Catalogue,
        cursor: int,
        box: Box,
        cell_degrees: float,
        category_id: str | None,
    ) -> tuple[CellCounts, int]:
        """Count active providers by the cells of a grid, with their free units. None of them is named.

        Parameters
        ----------
        catalogue
            What categories ask for.
        cursor
            The last change set that the engine has seen.
        box
            What is looked at.
        cell_degrees
            Width and height of a cell.
        category_id
            Only providers that offer a skill the category asks for, or one that stands in for it; None,
            or a category that asks for none, means all.

        Returns
        -------
        tuple[CellCounts, int]
            With the cursor that the counts are of.
        """
        columns = self._current(cursor)
        roll, shown = columns.roll, columns.shown
        longitude, latitude = columns.longitude, columns.latitude
        wanted = _skills_for(catalogue, category_id)
        if wanted is not None:
            is_wanted = np.array([each in wanted for each in roll.skills], np.bool_)
            offers = np.zeros(len(roll.rows), np.bool_)
            offers[roll.offer[is_wanted[roll.skill]]] = True
            chosen = offers[shown]
            shown, longitude, latitude = shown[chosen], longitude[chosen], latitude[chosen]
        parts = {"free_units": roll.remaining[shown]}
        return count_in_cells(longitude, latitude, box, cell_degrees, parts), columns.cursor

    def _current(self, cursor: int) -> _Columns:
        with self._lock:
            began = self._now()
            known = self._columns
            if known is not None and (known.cursor == cursor or known.is_good(began)):
                return known
            roll = self._engine.roll()
            shown = np.flatnonzero(roll.is_active)
            x, y, z = roll.points[shown].T
            longitude = np.degrees(np.arctan2(y, x))
            latitude = np.degrees(np.arcsin(np.clip(z, -1.0, 1.0)))
            ended = self._now()
            good_until = ended + max(ended - began, timedelta()) * _SHARE
            self._columns = _Columns(roll, shown, longitude, latitude, cursor, ended, good_until)
            return self._columns


def _skills_for(catalogue: Catalogue, category_id: str | None) -> frozenset[str] | None:
    category = None if category_id is None else catalogue.categories.get(CategoryId(category_id))
    if category_id is not None and category is None:
        return frozenset()
    if category is None or not category.required_skills:
        return None
    similar = (catalogue.taxonomy.similar_to(each.skill_id) for each in category.required_skills)
    return frozenset(skill for each in similar for skill, worth in each.items() if worth)

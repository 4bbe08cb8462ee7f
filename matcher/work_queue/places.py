"""Names and points that queue entries are shown and found by, numbered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from graph_models.domain.categories import Category
from graph_models.domain.identifiers import AreaCode, CategoryId
from graph_models.domain.places import Area, Location

Mask = npt.NDArray[np.bool_]
NOWHERE = -1  # the last entry of every table by number


class Places:
    """Areas by number. A code that is not on record gets a number as well."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self._areas: Mapping[AreaCode, Area] = {each.code: each for each in areas}
        self._codes: list[AreaCode] = []
        self._numbers: dict[AreaCode, int] = {}
        self._texts: list[str] = []

    def number(self, code: AreaCode | None) -> int:
        """Return the number of an area."""
        if code is None:
            return NOWHERE
        if code not in self._numbers:
            self._numbers[code] = len(self._codes)
            self._codes.append(code)
            self._texts.append("\n".join(self._names(code)).casefold())
        return self._numbers[code]

    def point(self, code: AreaCode | None) -> Location | None:
        """Return the point of an area that stands in for a need in it."""
        area = None if code is None else self._areas.get(code)
        return None if area is None else area.location

    def within(self, prefixes: tuple[str, ...]) -> Mask:
        """Tell by number which areas lie in some areas."""
        return np.array([*(each.startswith(prefixes) for each in self._codes), False])

    def named(self, text: str) -> Mask:
        """Tell by number which areas, or those around them, have a text in their names."""
        return np.array([*(text in each for each in self._texts), False])

    def _names(self, code: AreaCode) -> Iterable[str]:
        area = self._areas.get(code)
        while area is not None:
            yield area.name
            area = None if area.parent_code is None else self._areas.get(area.parent_code)


class Menu:
    """Categories by number."""

    def __init__(self, categories: Iterable[Category]) -> None:
        self._texts: list[str] = []
        self._numbers: dict[CategoryId, int] = {}
        self._known = {
            each.id: f"{each.id}\n{each.name_en}\n{each.name_zh}".casefold() for each in categories
        }

    def number(self, key: CategoryId) -> int:
        """Return the number of a category."""
        if key not in self._numbers:
            self._numbers[key] = len(self._texts)
            self._texts.append(self._known.get(key, key.casefold()))
        return self._numbers[key]

    def find(self, key: str) -> int:
        """Return the number of a category, `NOWHERE` if no need is of it."""
        return self._numbers.get(CategoryId(key), NOWHERE)

    def named(self, text: str) -> Mask:
        """Tell by number which categories have a text in their names."""
        return np.array([*(text in each for each in self._texts), False])

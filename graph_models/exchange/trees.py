"""The two trees of the graph: broader skills must end, an area lies in a wider one.

A store refuses a whole batch that breaks these rules; here the one row to blame is found first.
"""

from __future__ import annotations

from collections.abc import Mapping

from graph_models.domain.places import AREA_LEVELS, Area, AreaLevel
from graph_models.domain.skills import Skill
from graph_models.exchange.problems import Finding
from graph_models.ports import GraphStore


class Trees:
    """Taxonomy and areas as they will be after the rows accepted so far."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._broader: dict[str, str | None] | None = None
        self._levels: dict[str, AreaLevel] = {}

    def add_skill(self, skill: Skill) -> Finding | None:
        """Take a skill into the taxonomy, or say that it would close a circle."""
        if self._broader is None:
            self._broader = {each.value.id: each.value.broader_id for each in self._store.scan(Skill)}
        path: list[str] = [skill.id]
        step: str | None = skill.broader_id
        while step is not None and step not in path:
            path.append(step)
            step = self._broader.get(step)
        if step is not None:
            reason = f"broader_id runs in a circle ({' > '.join([*path, step])})"
            return Finding("broader_id", "text", reason, "one of these skills must be at the top")
        self._broader[skill.id] = skill.broader_id
        return None

    def add_area(self, area: Area, batch: Mapping[str, Area]) -> Finding | None:
        """Take in an area whose parent is stored, accepted or in `batch`, or say that it is not wider."""
        self._levels[area.code] = area.level
        if area.parent_code is None:
            return None
        level = self._level_of(area.parent_code, batch)
        if AREA_LEVELS.index(area.level) < AREA_LEVELS.index(level):
            return None
        reason = f"parent_code names a {level}, which is not wider than a {area.level}"
        return Finding("parent_code", "text", reason)

    def _level_of(self, code: str, batch: Mapping[str, Area]) -> AreaLevel:
        if code not in self._levels:
            parent = batch.get(code) or self._store.get(Area, code).value
            self._levels[code] = parent.level
        return self._levels[code]

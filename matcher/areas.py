"""The administrative hierarchy, looked up by code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import numpy as np

from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import AreaCode
from graph_models.domain.places import Area, AreaLevel, Location
from matcher.travel import distances_m

UTC_ZONE = ZoneInfo("UTC")


class Areas:
    """All areas of a store.

    Examples
    --------
    >>> city = Area("4401", AreaLevel.CITY, "Guangzhou", time_zone="Asia/Shanghai")
    >>> district = Area("440103", AreaLevel.DISTRICT, "Liwan", "4401")
    >>> areas = Areas([district, city])
    >>> areas.chain("440103"), str(areas.time_zone("440103"))
    (('440103', '4401'), 'Asia/Shanghai')
    """

    def __init__(self, areas: Iterable[Area]) -> None:
        self._areas = dict(sorted((area.code, area) for area in areas))
        self._of_level: dict[AreaLevel, list[Area]] = defaultdict(list)
        for area in self._areas.values():
            self._of_level[area.level].append(area)
        located = sorted(
            (area.code, area.location.latitude, area.location.longitude)
            for area in self._areas.values()
            if area.level is AreaLevel.COMMUNITY and area.location is not None
        )
        self._communities = [code for code, _, _ in located]
        self._points = np.array([point for _, *point in located], np.float64).reshape(-1, 2).T
        self._zones = {area.time_zone for area in self._areas.values() if area.time_zone is not None}

    def __contains__(self, code: AreaCode) -> bool:
        return code in self._areas

    def __getitem__(self, code: AreaCode) -> Area:
        return self._areas[code]

    def all(self) -> tuple[Area, ...]:
        """Return all areas, by code."""
        return tuple(self._areas.values())

    def at_level(self, level: AreaLevel) -> tuple[Area, ...]:
        """Return all areas of a level, by code."""
        return tuple(self._of_level.get(level, ()))

    def chain(self, code: AreaCode) -> tuple[AreaCode, ...]:
        """Return the area's own code and those of the areas around it, narrowest first."""
        chain = []
        area = self._areas.get(code)
        while area is not None:
            chain.append(area.code)
            area = self._areas.get(area.parent_code) if area.parent_code else None
        return tuple(chain)

    def time_zone(self, code: AreaCode | None) -> ZoneInfo:
        """Return the zone given for the area or the nearest around it.

        Where none is given, it is the one zone of all the areas, or UTC if they have none or several.

        Raises
        ------
        InvalidValue
            If the name given is not that of an IANA zone.
        """
        around = self.chain(code) if code else ()
        given = [name for each in around if (name := self._areas[each].time_zone) is not None]
        if not given and len(self._zones) == 1:
            given = list(self._zones)
        return _zone(given[0]) if given else UTC_ZONE

    def nearest_community(self, location: Location, limit_m: int) -> AreaCode | None:
        """Return the community whose point is nearest, the first code among equals.

        Parameters
        ----------
        location
            Where to look from.
        limit_m
            Metres up to which a community counts as near, inclusive.
        """
        if not self._communities:
            return None
        distances = distances_m(location, *self._points)
        nearest = int(np.argmin(distances))
        return self._communities[nearest] if distances[nearest] <= limit_m else None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidValue("area.time_zone", "be the name of an IANA time zone", name) from error

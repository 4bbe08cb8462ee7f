"""Postal codes to points, from records that have both: the offline stand-in for a geocoder."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from statistics import median

from graph_models.domain.places import Location
from graph_models.ports import Geocoder

LEAST_POINTS = 3  # the median of fewer points can be one typing error
DECIMALS = 6
_ZIP = re.compile(r"(?<!\d)(\d{5})(?:-\d{4})?(?!\d)")

Point = tuple[float, float]


def zip_code(text: str | None) -> str | None:
    """Return the five-digit code of a US postal code, None if there is none or more than one.

    >>> zip_code("94063-1663"), zip_code("94063 or 94061"), zip_code(None)
    ('94063', None, None)
    """
    found = set(_ZIP.findall(text or ""))
    return found.pop() if len(found) == 1 else None


def median_point(points: Iterable[Point]) -> Point:
    """Return the median latitude and the median longitude: single wild points do not move it."""
    latitudes, longitudes = zip(*points, strict=True)
    return round(median(latitudes), DECIMALS), round(median(longitudes), DECIMALS)


class ZipGazetteer(Geocoder):
    """Answers a query that holds one known US postal code with the median point of its records.

    Parameters
    ----------
    located
        Postal code, latitude and longitude of records that have all three.
    least_points
        Records that a code must have to be known.

    Examples
    --------
    >>> places = ZipGazetteer([("94063", 37.48, -122.22), ("94063", 37.49, -122.23)], least_points=2)
    >>> places.geocode("Redwood City, CA 94063-1663").latitude
    37.485
    >>> places.geocode("Redwood City") is None
    True
    """

    def __init__(
        self, located: Iterable[tuple[str, float, float]], *, least_points: int = LEAST_POINTS
    ) -> None:
        by_zip: defaultdict[str, list[Point]] = defaultdict(list)
        for code, latitude, longitude in located:
            by_zip[code].append((latitude, longitude))
        self._points = {
            code: median_point(points) for code, points in by_zip.items() if len(points) >= least_points
        }

    def geocode(self, query: str) -> Location | None:
        """See `Geocoder`."""
        code = zip_code(query)
        point = self._points.get(code) if code else None
        return None if point is None else Location(*point)

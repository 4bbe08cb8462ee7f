"""Areas of a directory: counties and municipalities by name, communities by postal code."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from graph_models.domain.places import AreaLevel
from graph_models.exchange.gazetteer import Point, ZipGazetteer, median_point, zip_code
from graph_models.exchange.vocabulary import AreaMap, fold, read_mapping

COLUMNS = ("name", "code", "level", "time_zone")
LEAST_RECORDS = 2  # one record may have the wrong postal code

Row = dict[str, Any]


def texts(record: Row, key: str) -> list[str]:
    """Return a field that may hold one text, a list of them, or nothing, as a list."""
    given = record.get(key)
    values = given if isinstance(given, list) else [given]
    return [each for each in values if isinstance(each, str) and each.strip()]


def coordinates(record: Row) -> Point | None:
    """Return latitude and longitude of a record that gives them as ``[longitude, latitude]``."""
    given = record.get("coordinates")
    if not isinstance(given, list) or len(given) != 2:
        return None
    if not all(isinstance(each, int | float) and math.isfinite(each) for each in given):
        return None
    return float(given[1]), float(given[0])


class DirectoryAreas:
    """Counties and municipalities from a mapping file, communities and points from the records.

    A community is one postal code within one municipality; its code is that of the municipality with
    the postal code behind a point, as in ``06081.redwood-city.94063``.
    """

    def __init__(self, mapping: Path | None) -> None:
        listed = list(read_mapping(mapping, COLUMNS)) if mapping else []
        self._listed = [row for row in listed if row["level"]]
        self.codes = {fold(row["name"]): row["code"] for row in listed}
        districts = (row for row in self._listed if row["level"] == AreaLevel.DISTRICT)
        self._district_of_city = {fold(row["name"]): row["code"] for row in districts}
        self._points: dict[str, list[Point]] = {}
        self._communities: dict[str, tuple[str, str]] = {}
        self.names = AreaMap(self.codes)
        self.gazetteer = ZipGazetteer(())

    def learn(self, records: Iterable[Row]) -> None:
        """Derive communities and the gazetteer from records that have a city, a postal code, a point."""
        uses: Counter[tuple[str, str]] = Counter()
        points: defaultdict[str, list[Point]] = defaultdict(list)
        located: list[tuple[str, float, float]] = []
        cities: dict[str, str] = {}
        for record in records:
            code, point = zip_code(str(record.get("zipcode") or "")), coordinates(record)
            city = " ".join(texts(record, "city"))
            district = self._district_of_city.get(fold(city))
            if code and point:
                located.append((code, *point))
            if code and district:
                uses[district, code] += 1
                cities[district] = city
                if point:
                    points[f"{district}.{code}"].append(point)
        main = {code: district for (district, code), _ in sorted(uses.items(), key=lambda each: each[1])}
        self._communities = {
            f"{district}.{code}": (district, f"{cities[district]} {code}")
            for (district, code), count in sorted(uses.items())
            if count >= LEAST_RECORDS or main[code] == district
        }
        self._points = dict(points)
        self.gazetteer = ZipGazetteer(located)

    def community(self, record: Row) -> str | None:
        """Return the code of the community that a record is based in."""
        district = self._district_of_city.get(fold(" ".join(texts(record, "city"))))
        code = f"{district}.{zip_code(str(record.get('zipcode') or ''))}"
        return code if code in self._communities else None

    def rows(self) -> Iterator[Row]:
        """Iterate over areas as rows, wider ones first."""
        for listed in sorted(self._listed, key=lambda row: row["code"].count(".")):
            code, _, _ = listed["code"].rpartition(".")
            row: Row = {
                "code": listed["code"],
                "level": listed["level"],
                "name": listed["name"],
                "parent_code": code or None,
                "time_zone": listed["time_zone"] or None,
            }
            yield row | self._point(listed["code"])
        for code, (district, name) in self._communities.items():
            row = {"code": code, "level": str(AreaLevel.COMMUNITY), "name": name, "parent_code": district}
            yield row | self._point(code)

    def _point(self, code: str) -> Row:
        inside = [
            point
            for community, points in self._points.items()
            if community == code or community.startswith(f"{code}.")
            for point in points
        ]
        if not inside:
            return {}
        latitude, longitude = median_point(inside)
        return {"latitude": latitude, "longitude": longitude}


def area_codes_by_name(areas: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return codes by folded name and by code, leaving out names that several areas share.

    >>> area_codes_by_name([("06081", "San Mateo County"), ("1.a", "Centre"), ("2.a", "Centre")])
    {'06081': '06081', 'san mateo county': '06081', '1.a': '1.a', '2.a': '2.a'}
    """
    pairs = list(areas)
    names = Counter(fold(name) for _, name in pairs)
    codes: dict[str, str] = {}
    for code, name in pairs:
        codes[fold(code)] = code
        if names[fold(name)] == 1:
            codes[fold(name)] = code
    return codes

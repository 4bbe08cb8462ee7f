"""The real administrative hierarchy of Guangzhou: codes, names, census population, outlines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape

from graph_models.city.draws import IntArray
from graph_models.city.menu import DATA, read_rows
from graph_models.domain.identifiers import AreaCode

CITY_CODE = AreaCode("4401")
CITY_NAME = "广州市"
TIME_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Unit:
    """One district, street or community, with the position of its parent one level up."""

    code: AreaCode
    name: str
    parent: int


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """Districts, streets and communities, each in order of code.

    Parameters
    ----------
    populations
        Census population by district.
    outlines
        Polygon by district, in degrees (longitude, latitude).
    street_of_community, district_of_community
        Positions, of shape (n_communities,). They ascend, so that what lies in a street or district
        is one run of communities.
    """

    districts: tuple[Unit, ...]
    streets: tuple[Unit, ...]
    communities: tuple[Unit, ...]
    populations: tuple[int, ...]
    outlines: NDArray[np.object_]
    street_of_community: IntArray
    district_of_community: IntArray


@lru_cache(maxsize=1)
def load_hierarchy() -> Hierarchy:
    """Read the hierarchy that ships with the package.

    Examples
    --------
    >>> guangzhou = load_hierarchy()
    >>> len(guangzhou.districts), len(guangzhou.streets), len(guangzhou.communities)
    (11, 178, 2851)
    """
    rows = sorted(read_rows("guangzhou_communities.csv"), key=lambda row: row["community_code"])
    districts = _units(rows, "district", {CITY_CODE: 0})
    streets = _units(rows, "street", _positions(districts))
    communities = _units(rows, "community", _positions(streets))
    street_of_community = np.array([each.parent for each in communities], dtype=np.int64)
    district_of_street = np.array([each.parent for each in streets], dtype=np.int64)
    population = {
        row["district_code"]: int(row["population"]) for row in read_rows("district_population_2020.csv")
    }
    outline = _read_outlines()
    return Hierarchy(
        districts,
        streets,
        communities,
        tuple(population[each.code] for each in districts),
        np.array([outline[each.code] for each in districts]),
        street_of_community,
        district_of_street[street_of_community],
    )


def _units(rows: list[dict[str, str]], level: str, parents: dict[AreaCode, int]) -> tuple[Unit, ...]:
    parent_length = len(next(iter(parents)))
    named = {AreaCode(row[f"{level}_code"]): row[level] for row in rows}
    return tuple(Unit(code, name, parents[AreaCode(code[:parent_length])]) for code, name in named.items())


def _positions(units: tuple[Unit, ...]) -> dict[AreaCode, int]:
    return {each.code: at for at, each in enumerate(units)}


def _read_outlines() -> dict[str, Any]:
    features = json.loads((DATA / "guangzhou_districts.geojson").read_text(encoding="utf-8"))["features"]
    outlines = {each["properties"]["district_code"]: shape(each["geometry"]) for each in features}
    shapely.prepare(list(outlines.values()))
    return outlines


def district_at(latitude: float, longitude: float) -> str | None:
    """Tell in which district, by code, a WGS-84 point lies; None if in none.

    Examples
    --------
    >>> district_at(23.129, 113.264), district_at(39.9, 116.4)
    ('440104', None)
    """
    hierarchy = load_hierarchy()
    (inside,) = shapely.intersects_xy(hierarchy.outlines, longitude, latitude).nonzero()
    return hierarchy.districts[inside[0]].code if inside.size else None

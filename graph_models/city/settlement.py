"""Where people live: the hierarchy with a point and a share of the population for every community."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from graph_models.city.draws import IntArray, Lottery, Part, apportion, stream
from graph_models.city.hierarchy import (
    CITY_CODE,
    CITY_NAME,
    TIME_ZONE,
    Hierarchy,
    Unit,
    load_hierarchy,
)
from graph_models.city.placement import middle, place_communities, to_location
from graph_models.domain.places import Area, AreaLevel


@dataclass(frozen=True, slots=True, eq=False)
class Settlement:
    """The hierarchy of Guangzhou with made-up points, in micro-degrees (latitude, longitude).

    Parameters
    ----------
    city, districts, streets, communities
        Points of shape (2,), (11, 2), (178, 2) and (2851, 2).
    population
        People by community, of shape (2851,): the census population of its district, divided at
        random so that the largest community has at most about four times that of the smallest.
    """

    hierarchy: Hierarchy
    city: IntArray
    districts: IntArray
    streets: IntArray
    communities: IntArray
    population: IntArray

    def draw_communities(self, rng: np.random.Generator, size: int) -> IntArray:
        """Draw the community of each of `size` people, in proportion to population."""
        return Lottery(self.population.tolist()).draw(rng, size)


def settle(seed: int) -> Settlement:
    """Place every community and divide the population of every district among its communities."""
    rng = stream(seed, Part.PLACES)
    hierarchy = load_hierarchy()
    points, population = [], []
    for at, outline in enumerate(hierarchy.outlines):
        street_of = hierarchy.street_of_community[hierarchy.district_of_community == at]
        points.append(place_communities(rng, outline, street_of - street_of[0]))
        weights = rng.integers(50, 201, size=len(street_of)).tolist()
        population += apportion(hierarchy.populations[at], weights)
    communities = np.vstack(points)
    return Settlement(
        hierarchy,
        middle(communities, shapely.union_all(list(hierarchy.outlines))),
        np.array([middle(group, outline) for group, outline in zip(points, hierarchy.outlines, strict=True)]),
        _street_points(hierarchy, communities),
        communities,
        np.array(population, dtype=np.int64),
    )


def _street_points(hierarchy: Hierarchy, communities: IntArray) -> IntArray:
    return np.array(
        [
            middle(communities[hierarchy.street_of_community == at], hierarchy.outlines[street.parent])
            for at, street in enumerate(hierarchy.streets)
        ]
    )


def areas(settlement: Settlement) -> Iterator[Area]:
    """Iterate over the areas, each after the one that it is part of."""
    hierarchy = settlement.hierarchy
    yield Area(
        CITY_CODE,
        AreaLevel.CITY,
        CITY_NAME,
        location=to_location(settlement.city),
        time_zone=TIME_ZONE,
        population=sum(hierarchy.populations),
        is_synthetic=True,
    )
    city = (Unit(CITY_CODE, CITY_NAME, 0),)
    populations: tuple[int | None, ...] = hierarchy.populations
    yield from _level(AreaLevel.DISTRICT, hierarchy.districts, settlement.districts, city, populations)
    yield from _level(AreaLevel.STREET, hierarchy.streets, settlement.streets, hierarchy.districts)
    yield from _level(AreaLevel.COMMUNITY, hierarchy.communities, settlement.communities, hierarchy.streets)


def _level(
    level: AreaLevel,
    units: tuple[Unit, ...],
    points: IntArray,
    parents: tuple[Unit, ...],
    populations: tuple[int | None, ...] = (),
) -> Iterator[Area]:
    for at, unit in enumerate(units):
        yield Area(
            unit.code,
            level,
            unit.name,
            parents[unit.parent].code,
            to_location(points[at]),
            population=populations[at] if populations else None,
            is_synthetic=True,
        )

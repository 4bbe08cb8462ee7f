"""Access: units of help for each one in need, by community and category, over all providers of a city."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from graph_models.domain.errors import InvalidValue, UnknownReference
from graph_models.domain.identifiers import AreaCode, CategoryId, ProviderId
from graph_models.domain.places import AreaLevel
from matcher.context import NeedContext
from matcher.coverage.city import City
from matcher.engine import Places
from matcher.scoring import half_distance_m
from matcher.travel import FloatArray

IntArray = npt.NDArray[np.int64]

# Zones of a catchment and their weights (Luo & Qi 2009: 0-10, 10-20 and 20-30 of 30 minutes).
ZONE_WEIGHTS = (1.0, 0.68, 0.22)
_TOLERANCE = 1e-9


class DemandKind(StrEnum):
    """What help is wanted for."""

    OPEN_NEEDS = "open_needs"  # units of the category that are left to serve
    RESIDENTS = "residents"  # residents in difficulty who live there
    POPULATION = "population"


class SupplyKind(StrEnum):
    """Which units count."""

    REMAINING = "remaining"
    TOTAL = "total"


class Decay(StrEnum):
    """How much a pair counts by its distance, within the search radius of the category."""

    NONE = "none"  # 2SFCA: all alike
    ZONES = "zones"  # E2SFCA: by thirds of the radius
    HALF_DISTANCE = "half_distance"  # as proximity in the matching model


@dataclass(frozen=True)
class Access:
    """What the providers of a city mean for each community, by category.

    Parameters
    ----------
    category_ids, community_codes
        Rows and columns of the tables.
    demand
        Units or people: shape (n_categories, n_communities).
    ratio
        Units for each one of the demand; NaN where nobody reaches: same shape.
    providers, units
        How many reach a community, and the units they have: same shape.
    only_provider
        The one provider that reaches a community, by place in the tables, where there is just one.
    least_demand
        Least demand that a provider which reaches a community reaches in all: shape as above.
    able, able_units, reached_units
        By category: providers that could serve it somewhere, their units, and those of the units that
        reach any demand. The last is what demand times ratio adds up to: shape (n_categories,).
    unplaced
        Open needs that belong to no community.
    is_estimated
        Whether the population of some communities is an equal share of their district's, or nobody where
        that is not known either.
    """

    category_ids: tuple[CategoryId, ...]
    community_codes: tuple[AreaCode, ...]
    demand: FloatArray
    ratio: FloatArray
    providers: IntArray
    units: IntArray
    only_provider: Mapping[tuple[int, int], ProviderId]
    least_demand: FloatArray
    able: IntArray
    able_units: IntArray
    reached_units: IntArray
    unplaced: int
    is_estimated: bool

    @property
    def shortage(self) -> FloatArray:
        """Demand that the supply within reach cannot meet: shape (n_categories, n_communities).

        All of it where nobody reaches, else the part by which the ratio falls short of one.
        """
        short: FloatArray = self.demand * (1.0 - np.minimum(np.nan_to_num(self.ratio), 1.0))
        return short


def assess_access(
    city: City,
    demand: DemandKind = DemandKind.OPEN_NEEDS,
    supply: SupplyKind = SupplyKind.REMAINING,
    decay: Decay = Decay.NONE,
    only: Collection[CategoryId] = (),
) -> Access:
    """Measure access by two-step floating catchments.

    Every provider is taken at its own place, with its own travel limit, service areas, skills and
    units: a pair counts if the matcher would suggest the provider for a need at the point of the
    community, of nobody in particular and for no time in particular. A provider that is able to serve
    several categories counts in each of them with all of its units.

    Parameters
    ----------
    only
        Categories that are asked about; empty means all.

    Raises
    ------
    InvalidValue
        If population is asked for and none is on record.
    UnknownReference
        If a category that is asked about does not exist.

    References
    ----------
    Luo & Wang (2003), Environment and Planning B 30(6); Luo & Qi (2009), Health & Place 15(4).
    """
    for category_id in sorted(only):
        if category_id not in city.catalogue.categories:
            raise UnknownReference("only", "Category", category_id)
    tables, unplaced, is_estimated = demand_tables(city, demand)
    wanted = [row for row, each in enumerate(city.category_ids) if not only or each in only]
    tables = tables[wanted]
    category_ids = tuple(city.category_ids[row] for row in wanted)
    areas = city.engine.area_numbers([city.catalogue.areas.chain(each.code) for each in city.communities])
    found, alone = [], {}
    for row, category_id in enumerate(category_ids):
        probe = city.probe(category_id)
        places = Places(city.vectors, areas, tables[row])
        each = city.engine.reach(
            probe, places, weights_by_metre(probe, decay), counts_total=supply is SupplyKind.TOTAL
        )
        _check_sum(category_id, float(np.nansum(tables[row] * each.access)), each.reached_units)
        ids = city.engine.ids_at(each.only)
        alone.update({(row, place): key for place, key in enumerate(ids) if key is not None})
        found.append(each)
    shape = tables.shape
    return Access(
        category_ids=category_ids,
        community_codes=tuple(each.code for each in city.communities),
        demand=tables,
        ratio=np.array([each.access for each in found]).reshape(shape),
        providers=np.array([each.providers for each in found], np.int64).reshape(shape),
        units=np.array([each.units for each in found], np.int64).reshape(shape),
        only_provider=alone,
        least_demand=np.array([each.least_demand for each in found]).reshape(shape),
        able=np.array([each.able for each in found], np.int64),
        able_units=np.array([each.able_units for each in found], np.int64),
        reached_units=np.array([each.reached_units for each in found], np.int64),
        unplaced=unplaced,
        is_estimated=is_estimated,
    )


def weights_by_metre(context: NeedContext, decay: Decay) -> FloatArray:
    """Return the weight of a pair by its distance, of shape (search radius in metres + 1,)."""
    metres = np.arange(context.search_radius_m + 1, dtype=np.float64)
    if decay is Decay.NONE:
        return np.ones(len(metres))
    if decay is Decay.HALF_DISTANCE:
        weights: FloatArray = np.exp2(-metres / half_distance_m(context))
        return weights
    ends = np.array([1, 2, 3]) * context.search_radius_m / 3
    return np.array(ZONE_WEIGHTS)[np.searchsorted(ends, metres)]


def demand_tables(city: City, kind: DemandKind) -> tuple[FloatArray, int, bool]:
    """Return demand by category and community, open needs of no community, and whether it is estimated."""
    shape = (len(city.category_ids), len(city.communities))
    if kind is not DemandKind.OPEN_NEEDS:
        people, is_estimated = people_by_community(city, kind)
        return np.broadcast_to(people, shape).copy(), 0, is_estimated
    table, unplaced = np.zeros(shape), 0
    row_of = {category_id: row for row, category_id in enumerate(city.category_ids)}
    for context in city.contexts:
        place = city.place_of.get(context.community_code) if context.community_code else None
        if place is None:
            unplaced += 1
        else:
            table[row_of[context.category.id], place] += context.need.units
    return table, unplaced, False


def people_by_community(city: City, kind: DemandKind) -> tuple[FloatArray, bool]:
    """Return residents in difficulty or the population, and whether it is estimated."""
    if kind is DemandKind.POPULATION:
        return _population(city)
    here = [city.place_of.get(each.residence_code) for each in city.residents.values()]
    places = np.array([each for each in here if each is not None], np.int64)
    return np.bincount(places, minlength=len(city.communities)).astype(np.float64), False


def _population(city: City) -> tuple[FloatArray, bool]:
    """Take what is on record, and share what is left of a district among its other communities."""
    areas = city.catalogue.areas
    people = np.array([np.nan if each.population is None else each.population for each in city.communities])
    unknown = np.isnan(people)
    district = np.array([city.district_of(each.code) or "" for each in city.communities], object)
    for code in areas.at_level(AreaLevel.DISTRICT):
        theirs = district == code.code
        if code.population is not None and (theirs & unknown).any():
            left = max(0.0, code.population - float(np.nansum(people[theirs & ~unknown])))
            people[theirs & unknown] = left / int((theirs & unknown).sum())
    if np.isnan(people).all():
        raise InvalidValue("demand", "be open_needs or residents: no population is on record", "population")
    return np.nan_to_num(people), bool(unknown.any())


def _check_sum(category_id: CategoryId, distributed: float, reached_units: int) -> None:
    """Hold every run against the invariant of catchments: what is given out is what there is."""
    if abs(distributed - reached_units) > _TOLERANCE * max(reached_units, 1):
        raise ArithmeticError(f"access to {category_id} gives out {distributed} units of {reached_units}")

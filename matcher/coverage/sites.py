"""Where to open stations in a city: its communities as places and as candidate sites."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

from graph_models.domain.checks import check_integer
from graph_models.domain.errors import InvalidValue, UnknownReference
from graph_models.domain.identifiers import AreaCode, CategoryId
from matcher.coverage.access import DemandKind, assess_access, demand_tables, people_by_community
from matcher.coverage.city import City
from matcher.coverage.siting import Siting, place_stations
from matcher.travel import FloatArray, chord_to_km


@dataclass(frozen=True, slots=True)
class SitingQuestion:
    """Where to open stations.

    Parameters
    ----------
    method
        As for `place_stations`.
    count
        Stations to open, besides the ones that are there.
    limit_km
        How far a station serves, for lscp and mclp.
    demand
        Whom to serve.
    category_id
        If given, only demand that nobody within reach can meet in this category counts: its shortage.
    area_code
        Sites and demand of this area alone.
    keeps_stations
        Whether communities that a station is based in count as sites that are open already.
    time_limit_s
        Seconds after which the best sites so far are given, with what they may lack.
    """

    method: str
    count: int | None = None
    limit_km: float | None = None
    demand: DemandKind = DemandKind.RESIDENTS
    category_id: CategoryId | None = None
    area_code: AreaCode | None = None
    keeps_stations: bool = False
    time_limit_s: float = 110.0


@dataclass(frozen=True, slots=True)
class ProposedStations:
    """Where to open stations, and what that achieves.

    Parameters
    ----------
    question
        What was asked.
    community_codes
        Places and candidate sites, in the order of the numbers of `siting`.
    opened, kept
        Communities in which to open a station, and those that had one.
    demand, places
        People, or units, that there are in all, and communities.
    siting
        What `place_stations` found: people and places that are covered are told apart.
    """

    question: SitingQuestion
    community_codes: tuple[AreaCode, ...]
    opened: tuple[AreaCode, ...]
    kept: tuple[AreaCode, ...]
    demand: float
    places: int
    siting: Siting


def propose_stations(city: City, question: SitingQuestion) -> ProposedStations:
    """Choose communities in which to open stations.

    Raises
    ------
    UnknownReference
        If the area or the category does not exist.
    InvalidValue
        If no community of the area has a point, or a number does not fit the method, see
        `place_stations`.
    """
    places = _places(city, question.area_code)
    demand = _demand(city, question)[places]
    codes = tuple(city.communities[place].code for place in places.tolist())
    stations = _with_station(city) if question.keeps_stations else frozenset[AreaCode]()
    fixed = [number for number, code in enumerate(codes) if code in stations]
    count = question.count
    if count is not None:
        check_integer("count", count, least=int(not fixed), most=len(codes) - len(fixed))
        count += len(fixed)
    try:
        siting = place_stations(
            demand,
            distances_km(city.vectors[places]),
            question.method,
            count,
            question.limit_km,
            fixed,
            time_limit_s=question.time_limit_s,
        )
    except InvalidValue as error:
        if error.field != "limit":
            raise
        raise InvalidValue("limit_km", error.rule, question.limit_km) from error
    sites = [codes[number] for number in siting.sites.tolist()]
    return ProposedStations(
        question,
        codes,
        tuple(code for code in sites if code not in stations),
        tuple(code for code in sites if code in stations),
        float(demand.sum()),
        len(places),
        siting,
    )


def distances_km(vectors: FloatArray) -> FloatArray:
    """Return great-circle distances between points of the unit sphere: shape (n, n)."""
    return chord_to_km(cdist(vectors, vectors))


def _places(city: City, area_code: AreaCode | None) -> npt.NDArray[np.intp]:
    areas = city.catalogue.areas
    if area_code is not None and area_code not in areas:
        raise UnknownReference("area_code", "Area", area_code)
    inside = [area_code is None or area_code in areas.chain(each.code) for each in city.communities]
    places = np.flatnonzero(np.array(inside, np.bool_) & ~np.isnan(city.points[:, 0]))
    if not len(places):
        raise InvalidValue("area_code", "have a community with a point", area_code)
    return places


def _demand(city: City, question: SitingQuestion) -> FloatArray:
    if question.category_id is None:
        if question.demand is not DemandKind.OPEN_NEEDS:
            return people_by_community(city, question.demand)[0]
        units: FloatArray = demand_tables(city, question.demand)[0].sum(axis=0)
        return units
    if question.category_id not in city.catalogue.categories:
        raise UnknownReference("category_id", "Category", question.category_id)
    access = assess_access(city, question.demand, only={question.category_id})
    shortage: FloatArray = access.shortage[0]
    return shortage


def _with_station(city: City) -> frozenset[AreaCode]:
    roll = city.engine.roll()
    theirs = roll.community[roll.is_active & roll.is_of("station")]
    found = (roll.communities[number] for number in np.unique(theirs).tolist())
    return frozenset(code for code in found if code is not None)

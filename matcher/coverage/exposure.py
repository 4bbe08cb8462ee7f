"""Fairness as it came about: who is asked how often, and whose needs were served."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.spatial import cKDTree

from graph_models.domain.checks import check_integer
from graph_models.domain.identifiers import ProviderId
from graph_models.domain.needs import Need, NeedStatus
from graph_models.domain.people import Resident
from matcher.coverage.city import City
from matcher.coverage.equity import gini
from matcher.travel import FloatArray, chord_to_km, unit_vectors

_AGE_BANDS = ((17, "0-17"), (59, "18-59"), (79, "60-79"), (200, "80+"))
_DISTANCE_BANDS_KM = ((1, "0-1 km"), (2, "1-2 km"), (5, "2-5 km"), (10, "5-10 km"), (np.inf, "over 10 km"))
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Exposure:
    """How the asking is shared among the active providers of one kind.

    Parameters
    ----------
    providers
        Active ones that have units.
    never_asked
        Those that were never given a referral.
    referrals
        Within 30 days.
    gini
        Of the referrals: 0 if all are asked alike, near 1 if few are asked for all; NaN without referrals.
    """

    kind: str
    providers: int
    never_asked: int
    referrals: int
    gini: float


@dataclass(frozen=True, slots=True)
class OftenAsked:
    """A provider with many referrals within 30 days."""

    provider_id: ProviderId
    kind: str
    referrals: int


class Grouping(StrEnum):
    """By what served rates are told apart."""

    DISTRICT = "district"
    HARDSHIP = "hardship"
    AGE = "age"
    DISTANCE = "distance"  # from the nearest station


@dataclass(frozen=True, slots=True)
class ServedRate:
    """Needs of a group that were raised, and those of them that were served."""

    grouping: Grouping
    group: str
    needs: int
    served: int

    @property
    def rate(self) -> float:
        """Share of the needs that was served."""
        return self.served / self.needs


def measure_exposure(city: City, most: int = 20) -> tuple[tuple[Exposure, ...], tuple[OftenAsked, ...]]:
    """Measure how often providers are asked, by kind, and name those that are asked most.

    Parameters
    ----------
    most
        How many to name at most, none that was not asked within 30 days.

    Raises
    ------
    InvalidValue
        If `most` is not at least 1.
    """
    check_integer("most", most, least=1)
    roll = city.engine.roll()
    counted = roll.is_active & (roll.total > 0)
    shares = []
    for number, kind in enumerate(roll.kinds):
        theirs = counted & (roll.kind == number)
        if theirs.any():
            referrals = roll.recent[theirs].astype(np.float64)
            never = int((~roll.was_asked[theirs]).sum())
            shares.append(Exposure(kind, int(theirs.sum()), never, int(referrals.sum()), gini(referrals)))
    recent = roll.recent[counted]
    # As many referrals as the last one to be named: of those with as many, ids decide.
    least = int(np.partition(recent, -most)[-most]) if len(recent) > most else 0
    some = np.flatnonzero((roll.recent >= max(least, 1)) & counted)
    named = [
        OftenAsked(provider_id, roll.kinds[kind], referrals)
        for provider_id, kind, referrals in zip(
            city.engine.ids_at(roll.rows[some]),
            roll.kind[some].tolist(),
            roll.recent[some].tolist(),
            strict=True,
        )
        if provider_id is not None
    ]
    named.sort(key=lambda each: (-each.referrals, each.provider_id))
    return tuple(sorted(shares, key=lambda each: each.kind)), tuple(named[:most])


def served_rates(city: City) -> tuple[ServedRate, ...]:
    """Count the needs on record and those that were served, by the groups of their residents.

    A need is served when it is completed or a referral of it is. A resident with several categories of
    hardship counts in each of them.
    """
    bands = _distance_bands(city)
    counts: dict[tuple[Grouping, str], list[int]] = {}
    for place, need in enumerate(city.needs):
        is_served = need.status is NeedStatus.COMPLETED or need.id in city.completed
        for key in [*_groups(city, need), (Grouping.DISTANCE, bands[place])]:
            entry = counts.setdefault(key, [0, 0])
            entry[0] += 1
            entry[1] += is_served
    return tuple(ServedRate(grouping, group, *counts[grouping, group]) for grouping, group in sorted(counts))


def _groups(city: City, need: Need) -> Iterator[tuple[Grouping, str]]:
    resident = city.residents.get(need.resident_id) if need.resident_id else None
    code = need.community_code
    if code is None and need.location is not None:
        # As the matcher counts it: where help is wanted, not where the resident lives.
        code = city.catalogue.areas.nearest_community(
            need.location, city.catalogue.parameters.nearest_community_m
        )
    yield Grouping.DISTRICT, city.district_of(code) or UNKNOWN
    yield Grouping.AGE, _age_band(city, resident)
    for hardship in _or_unknown(() if resident is None else resident.hardship):
        yield Grouping.HARDSHIP, hardship


def _or_unknown(terms: Iterable[str]) -> Iterable[str]:
    return tuple(terms) or (UNKNOWN,)


def _age_band(city: City, resident: Resident | None) -> str:
    if resident is None or resident.birth_year is None:
        return UNKNOWN
    zone = city.catalogue.areas.time_zone(resident.residence_code)
    age = city.read_at.astimezone(zone).year - resident.birth_year
    return next(name for most, name in _AGE_BANDS if age <= most)


def _distance_bands(city: City) -> list[str]:
    """Return for each need on record how far the nearest active station is."""
    roll = city.engine.roll()
    known = roll.is_active & roll.is_of("station") & ~np.isnan(roll.points[:, 0])
    points = _points_of(city)
    placed = ~np.isnan(points[:, 0])
    if not known.any() or not placed.any():
        return [UNKNOWN] * len(points)
    bands = np.full(len(points), UNKNOWN, object)
    # To the metre, as the matcher has it: a border belongs to the band that it ends.
    kilometres = np.rint(chord_to_km(cKDTree(roll.points[known]).query(points[placed])[0]) * 1000) / 1000
    ends = np.array([end for end, _ in _DISTANCE_BANDS_KM])
    names = np.array([name for _, name in _DISTANCE_BANDS_KM], object)
    bands[placed] = names[np.searchsorted(ends, kilometres)]
    return list(bands)


def _points_of(city: City) -> FloatArray:
    """Return where the needs on record are, or their communities: shape (n, 3)."""
    degrees = np.full((len(city.needs), 2), np.nan)
    for row, need in zip(degrees, city.needs, strict=True):
        if need.location is not None:
            row[:] = need.location.latitude, need.location.longitude
        elif need.community_code is not None and need.community_code in city.place_of:
            row[:] = city.points[city.place_of[need.community_code]]
    return unit_vectors(*degrees.T)

"""Everything that the rules and factors need to know about one need, gathered once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from graph_models.domain.categories import Category
from graph_models.domain.errors import InvalidValue, UnknownReference
from graph_models.domain.identifiers import AreaCode, ProviderId, SkillId
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.domain.places import AreaLevel, Location
from matcher.availability import LocalWindow, local_window, to_microseconds
from matcher.catalogue import Catalogue
from matcher.fixed_point import to_millionths
from matcher.parameters import MatchParameters, Weights
from matcher.travel import to_metres

DAY = timedelta(days=1) // timedelta(microseconds=1)  # microseconds


@dataclass(frozen=True, slots=True)
class Requirement:
    """A required skill, its least level in millionths, and what each stand-in is worth for it."""

    skill_id: SkillId
    min_level: int
    similar: Mapping[SkillId, int]


@dataclass(frozen=True, slots=True)
class History:
    """Earlier referrals that bear on a need.

    Parameters
    ----------
    served_before
        Providers that completed a referral for this resident.
    asked_already
        Providers that are asked about this need, or were in vain.
    """

    served_before: frozenset[ProviderId] = frozenset()
    asked_already: frozenset[ProviderId] = frozenset()


@dataclass(frozen=True, slots=True)
class NeedContext:
    """One need with everything that is looked up for it.

    Parameters
    ----------
    need, category
        As they are on record.
    resident, age
        For whom, if on record, and the age reached this year.
    location
        Where help is wanted; None only for a category served by phone.
    community_code
        The need's community, or the nearest one, which stands in for it; None if none is near.
    area_codes
        The community and all areas around it.
    assignment_codes
        The community and its street: who serves one of these by name serves by assignment.
    requirements
        Required skills; empty if none is asked for.
    search_radius_m
        Metres.
    window
        When help is wanted, on the wall clock of the city; None means any time.
    verified_since
        Earliest verification that counts, in microseconds since 1970; None if none is required.
    served_before, excluded
        Providers that served this resident well, and providers that must not be asked.
    now
        Microseconds since 1970.
    time_zone
        Zone of the city.
    weights
        Of the five factors, in millionths.
    parameters
        The parameters in force.
    """

    need: Need
    category: Category
    resident: Resident | None
    age: int | None
    location: Location | None
    community_code: AreaCode | None
    area_codes: frozenset[AreaCode]
    assignment_codes: frozenset[AreaCode]
    requirements: tuple[Requirement, ...]
    search_radius_m: int
    window: LocalWindow | None
    verified_since: int | None
    served_before: frozenset[ProviderId]
    excluded: frozenset[ProviderId]
    now: int
    time_zone: ZoneInfo
    weights: tuple[int, ...]
    parameters: MatchParameters


def gather_context(
    need: Need,
    catalogue: Catalogue,
    now: datetime,
    resident: Resident | None = None,
    history: History = History(),
) -> NeedContext:
    """Look up everything about one need.

    Raises
    ------
    UnknownReference
        If its category, community or a required skill does not exist.
    InvalidValue
        If it has no point, neither its own nor its community's, and distance matters.
    """
    category, areas = catalogue.category_of(need), catalogue.areas
    location, community_code = _place(need, category, catalogue)
    chain = areas.chain(community_code) if community_code else ()
    zone = areas.time_zone(community_code)
    radius_km = category.search_radius_km if need.search_radius_km is None else need.search_radius_km
    age = None
    if resident is not None and resident.birth_year is not None:
        age = now.astimezone(zone).year - resident.birth_year
    now_us = to_microseconds(now)
    verified_since = now_us - catalogue.parameters.verification_days * DAY
    return NeedContext(
        need=need,
        category=category,
        resident=resident,
        age=age,
        location=location,
        community_code=community_code,
        area_codes=frozenset(chain),
        assignment_codes=frozenset(
            code for code in chain if areas[code].level in (AreaLevel.COMMUNITY, AreaLevel.STREET)
        ),
        requirements=_requirements(need, catalogue),
        search_radius_m=to_metres(radius_km),
        window=_window(need, category, zone),
        verified_since=verified_since if category.requires_verification else None,
        served_before=history.served_before,
        excluded=history.asked_already.union(need.excluded_provider_ids),
        now=now_us,
        time_zone=zone,
        weights=catalogue.parameters.weights_for(category).in_order(),
        parameters=catalogue.parameters,
    )


def with_weights(context: NeedContext, weights: Weights | None) -> NeedContext:
    """Return a need as other weights would have it, to be tried; None means as it is.

    Raises
    ------
    InvalidValue
        If proximity would count for a need that is served by phone.
    """
    if weights is None:
        return context
    if context.category.is_remote and weights.proximity:
        raise InvalidValue("weights.proximity", "be 0 for a need that is served by phone")
    return replace(context, weights=weights.in_order())


def local_year(need: Need, catalogue: Catalogue, now: datetime) -> int:
    """Return the calendar year at the place of a need, the one against which ages are told.

    Raises
    ------
    UnknownReference, InvalidValue
        As for `gather_context`.
    """
    _, community_code = _place(need, catalogue.category_of(need), catalogue)
    return now.astimezone(catalogue.areas.time_zone(community_code)).year


def _place(need: Need, category: Category, catalogue: Catalogue) -> tuple[Location | None, AreaCode | None]:
    """Find the point of a need and the community it counts as."""
    areas = catalogue.areas
    if need.community_code is None:
        # A need has a point or a community: its constructor refuses neither.
        limit_m = catalogue.parameters.nearest_community_m
        return need.location, areas.nearest_community(need.location, limit_m) if need.location else None
    if need.community_code not in areas:
        raise UnknownReference("need.community_code", "Area", need.community_code)
    location = need.location or areas[need.community_code].location
    if location is None and not category.is_remote:
        raise InvalidValue("need.location", "be given, because its community has no point on record")
    return location, need.community_code


def _requirements(need: Need, catalogue: Catalogue) -> tuple[Requirement, ...]:
    return tuple(
        Requirement(
            each.skill_id, to_millionths(each.min_level), catalogue.taxonomy.similar_to(each.skill_id)
        )
        for each in catalogue.skills_required_by(need)
    )


def _window(need: Need, category: Category, zone: ZoneInfo) -> LocalWindow | None:
    if need.time_window is None:
        return None
    minutes = category.visit_minutes if need.visit_minutes is None else need.visit_minutes
    return local_window(need.time_window, zone, minutes)

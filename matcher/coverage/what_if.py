"""What a change would do: tried out on a copy of the city, with the figures before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph_models.domain.checks import check_integer
from graph_models.domain.errors import InvalidValue, UnknownReference
from graph_models.domain.identifiers import AreaCode, ProviderId, SkillId
from graph_models.domain.places import Location
from graph_models.domain.providers import Provider
from graph_models.domain.skills import SkillOffer
from matcher.coverage.access import Access, DemandKind, assess_access
from matcher.coverage.city import City
from matcher.coverage.deficits import Deficits, find_deficits
from matcher.coverage.equity import GroupGap, gini, group_gap, palma
from matcher.coverage.exposure import UNKNOWN
from matcher.coverage.reasons import Cause, UnmetNeed, attribute
from matcher.engine import Engine
from matcher.travel import FloatArray


@dataclass(frozen=True, slots=True)
class Close:
    """A provider stops."""

    provider_id: ProviderId


@dataclass(frozen=True, slots=True)
class Open:
    """A provider begins."""

    provider: Provider


@dataclass(frozen=True, slots=True)
class Move:
    """A provider goes to another place, and is based in the community that is nearest there."""

    provider_id: ProviderId
    location: Location


@dataclass(frozen=True, slots=True)
class AddCapacity:
    """A provider can take more units; fewer if negative."""

    provider_id: ProviderId
    units: int


@dataclass(frozen=True, slots=True)
class Train:
    """Volunteers of an area learn a skill.

    Parameters
    ----------
    count
        How many: those with most free units, of several the first by id, who do not offer it yet.
    area_code
        Where they are based.
    level
        What they reach, above 0 and up to 1.
    kind
        Kind of provider.
    """

    skill_id: SkillId
    count: int
    area_code: AreaCode
    level: float = 1.0
    kind: str = "volunteer"


Change = Close | Open | Move | AddCapacity | Train


@dataclass(frozen=True)
class Outcome:
    """Figures of a city in one state.

    Parameters
    ----------
    wanted, served
        Units of open needs, and most of them that can be served.
    unmet
        Units that cannot be served, by cause.
    access
        To all categories, for residents in difficulty.
    coverage
        Mean over the categories of units for each resident, each counted up to 1, by community:
        shape (n_communities,).
    gini, palma
        Of the coverage of the residents.
    districts, hardships
        Mean coverage of the residents of each district, and of each category of hardship.
    """

    wanted: int
    served: int
    unmet: Mapping[Cause, int]
    access: Access
    coverage: FloatArray
    gini: float
    palma: float
    districts: GroupGap
    hardships: GroupGap


@dataclass(frozen=True)
class WhatIf:
    """A city before and after some changes.

    Parameters
    ----------
    changed
        The providers that are not what they were.
    """

    before: Outcome
    after: Outcome
    changed: tuple[ProviderId, ...]


def try_out(city: City, changes: Sequence[Change], before: Outcome | None = None) -> WhatIf:
    """Measure a city before and after some changes, made in their order on a copy.

    Parameters
    ----------
    before
        What `measure` gives for the city, if that is known.

    Raises
    ------
    UnknownReference
        If a change names a provider, an area or a skill that does not exist.
    InvalidValue
        If a change breaks a rule: of a provider, or that a new one has a new id, or that there are
        enough volunteers to train.
    """
    if not changes:
        raise InvalidValue("changes", "have at least one entry")
    engine = city.engine.copy()
    changed: dict[ProviderId, None] = {}
    for change in changes:
        put, gone = _made(city, engine, change)
        engine.change(put, gone)
        changed |= dict.fromkeys([*(each.id for each in put), *gone])
    return WhatIf(before or measure(city), measure(replace(city, engine=engine)), tuple(changed))


def measure(city: City) -> Outcome:
    """Measure a city as it is."""
    deficits = find_deficits(city.engine, city.contexts)
    unmet = attribute(city.engine, city.contexts, deficits)
    return outcome_of(city, deficits, unmet, assess_access(city, DemandKind.RESIDENTS))


def outcome_of(city: City, deficits: Deficits, unmet: Iterable[UnmetNeed], access: Access) -> Outcome:
    """Sum up what was found of a city.

    Parameters
    ----------
    access
        To all categories, for residents in difficulty.
    """
    by_cause: Counter[Cause] = Counter()
    for each in unmet:
        by_cause[each.cause] += each.units
    shares = np.minimum(np.nan_to_num(access.ratio), 1.0).sum(axis=0)
    coverage: FloatArray = shares / max(len(access.category_ids), 1)
    residents = [
        (each, city.place_of[each.residence_code])
        for each in city.residents.values()
        if each.residence_code in city.place_of
    ]
    theirs = coverage[[place for _, place in residents]]
    return Outcome(
        deficits.units,
        deficits.served,
        {cause: by_cause[cause] for cause in Cause},
        access,
        coverage,
        gini(theirs),
        palma(theirs),
        _gap([[city.district_of(each.residence_code) or UNKNOWN] for each, _ in residents], theirs),
        _gap([each.hardship or (UNKNOWN,) for each, _ in residents], theirs),
    )


def _made(city: City, engine: Engine, change: Change) -> tuple[list[Provider], list[ProviderId]]:
    """Return the providers that a change puts in place, and those it takes away."""
    match change:
        case Open(provider):
            if engine.find([provider.id]) != [None]:
                raise InvalidValue("changes.provider.id", "not be taken", provider.id)
            _check_references(city, provider)
            return [provider], []
        case Close(provider_id):
            return [], [_known(engine, provider_id).id]
        case Move(provider_id, location):
            areas, limit_m = city.catalogue.areas, city.catalogue.parameters.nearest_community_m
            code = areas.nearest_community(location, limit_m)
            return [replace(_known(engine, provider_id), location=location, community_code=code)], []
        case AddCapacity(provider_id, units):
            provider = _known(engine, provider_id)
            capacity = replace(provider.capacity, total=provider.capacity.total + units)
            return [replace(provider, capacity=capacity)], []
        case Train():
            return _trained(city, engine, change), []


def _check_references(city: City, provider: Provider) -> None:
    """Refuse a provider that no store would take."""
    areas, taxonomy = city.catalogue.areas, city.catalogue.taxonomy
    if provider.community_code is not None and provider.community_code not in areas:
        raise UnknownReference("changes.provider.community_code", "Area", provider.community_code)
    for code in provider.serves:
        if code not in areas:
            raise UnknownReference("changes.provider.serves", "Area", code)
    for offer in provider.skills:
        if offer.skill_id not in taxonomy:
            raise UnknownReference("changes.provider.skills", "Skill", offer.skill_id)


def _known(engine: Engine, provider_id: ProviderId) -> Provider:
    [provider] = engine.find([provider_id])
    if provider is None:
        raise UnknownReference("changes.provider_id", "Provider", provider_id)
    return provider


def _trained(city: City, engine: Engine, change: Train) -> list[Provider]:
    if change.area_code not in city.catalogue.areas:
        raise UnknownReference("changes.area_code", "Area", change.area_code)
    if change.skill_id not in city.catalogue.taxonomy:
        raise UnknownReference("changes.skill_id", "Skill", change.skill_id)
    roll = engine.roll()
    is_inside = np.array(
        [
            code is not None and change.area_code in city.catalogue.areas.chain(code)
            for code in roll.communities
        ],
        np.bool_,
    )
    able = roll.is_active & (roll.remaining > 0) & is_inside[roll.community]
    able &= roll.is_of(change.kind)
    if change.skill_id in roll.skills:
        able[roll.offer[roll.skill == roll.skills.index(change.skill_id)]] = False
    places = np.flatnonzero(able)
    check_integer("changes.count", change.count, least=1)
    if change.count > len(places):
        raise InvalidValue("changes.count", f"be at most the {len(places)} that can be trained", change.count)
    # Those with as many free units as the last one chosen are told apart by their ids.
    least = -np.partition(-roll.remaining[places], change.count - 1)[change.count - 1]
    places = places[roll.remaining[places] >= least]
    ids = engine.ids_at(roll.rows[places])
    order = sorted(zip((-roll.remaining[places]).tolist(), map(str, ids), strict=True))
    chosen = [_known(engine, ProviderId(each)) for _, each in order[: change.count]]
    offer = SkillOffer(change.skill_id, change.level)
    return [replace(each, skills=(*each.skills, offer)) for each in chosen]


def _gap(groups: Sequence[Sequence[str]], values: FloatArray) -> GroupGap:
    """Compare the means of groups; one may belong to several."""
    sizes = np.array([len(several) for several in groups], np.int64)
    return group_gap(np.repeat(values, sizes), [group for several in groups for group in several])

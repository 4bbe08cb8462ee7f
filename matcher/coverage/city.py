"""A city at one moment, as coverage is studied: nobody changes it, so every figure is about the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import numpy as np

from graph_models.domain.identifiers import AreaCode, CategoryId, NeedId, ProviderId, ResidentId
from graph_models.domain.needs import Need, NeedStatus
from graph_models.domain.people import Resident
from graph_models.domain.places import Area, AreaLevel, Location
from graph_models.domain.referrals import Referral, ReferralStatus
from graph_models.ports import GraphStore
from matcher.catalogue import Catalogue
from matcher.context import NeedContext, gather_context
from matcher.engine import Engine
from matcher.planning import PlanScope, read_demand
from matcher.travel import FloatArray, unit_vectors

_ON_RECORD = frozenset({NeedStatus.ACTIVE, NeedStatus.ON_HOLD, NeedStatus.COMPLETED})


@dataclass(frozen=True)
class City:
    """A city at one moment.

    Parameters
    ----------
    graph_revision
        Sequence number of the last change set that it takes account of.
    read_at
        When.
    catalogue
        Areas, service menu, taxonomy and parameters.
    engine
        Its providers, in a copy that nobody else changes.
    contexts
        Open needs in the order of their ids, each with the units that are left to serve.
    unusable
        Open needs that cannot be matched, with the rule that they break.
    needs
        All needs that were meant to be served, open ones among them.
    residents
        Residents in difficulty, by id.
    completed
        Who completed a referral for a need.
    """

    graph_revision: int
    read_at: datetime
    catalogue: Catalogue
    engine: Engine
    contexts: tuple[NeedContext, ...]
    unusable: Mapping[NeedId, str]
    needs: tuple[Need, ...]
    residents: Mapping[ResidentId, Resident]
    completed: Mapping[NeedId, tuple[ProviderId, ...]]

    @cached_property
    def communities(self) -> tuple[Area, ...]:
        """All communities, by code: the places of every table."""
        return self.catalogue.areas.at_level(AreaLevel.COMMUNITY)

    @cached_property
    def place_of(self) -> Mapping[AreaCode, int]:
        """The place of each community in the tables."""
        return {area.code: place for place, area in enumerate(self.communities)}

    @cached_property
    def category_ids(self) -> tuple[CategoryId, ...]:
        """All categories of the service menu, by id."""
        return tuple(sorted(self.catalogue.categories))

    @cached_property
    def points(self) -> FloatArray:
        """Degrees north and east of the communities, NaN where no point is known: shape (n, 2)."""
        found = [
            (each.location.latitude, each.location.longitude) if each.location else (np.nan, np.nan)
            for each in self.communities
        ]
        return np.array(found, np.float64).reshape(-1, 2)

    @cached_property
    def vectors(self) -> FloatArray:
        """The same points on the unit sphere: shape (n, 3)."""
        return unit_vectors(*self.points.T)

    def district_of(self, code: AreaCode | None) -> AreaCode | None:
        """Return the district around an area, None if there is none."""
        areas = self.catalogue.areas
        chain = areas.chain(code) if code else ()
        return next((each for each in chain if areas[each].level is AreaLevel.DISTRICT), None)

    def probe(self, category_id: CategoryId, place: Area | None = None) -> NeedContext:
        """Return a need of a category, of nobody in particular and for no time in particular.

        Parameters
        ----------
        place
            The community that it is at; None where that does not matter.
        """
        need = Need(NeedId("any"), category_id, self.read_at, location=Location(0, 0))
        if place is not None:
            need = replace(need, community_code=place.code, location=place.location)
        return gather_context(need, self.catalogue, self.read_at)


def read_city(
    store: GraphStore, graph_revision: int, catalogue: Catalogue, engine: Engine, now: datetime
) -> City:
    """Read everything that coverage is about.

    Parameters
    ----------
    engine
        Belongs to the city from now on.
    """
    demand = read_demand(store, catalogue, now, PlanScope())
    completed: dict[NeedId, list[ProviderId]] = {}
    for stored in store.scan(Referral):
        if stored.value.status is ReferralStatus.COMPLETED:
            completed.setdefault(stored.value.need_id, []).append(stored.value.provider_id)
    return City(
        graph_revision,
        now,
        catalogue,
        engine,
        demand.contexts,
        demand.unusable,
        tuple(_needs_on_record(store)),
        {stored.value.id: stored.value for stored in store.scan(Resident)},
        {key: tuple(several) for key, several in completed.items()},
    )


def _needs_on_record(store: GraphStore) -> Iterator[Need]:
    for stored in store.scan(Need):
        if stored.value.status in _ON_RECORD:
            yield stored.value

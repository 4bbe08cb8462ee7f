"""Questions about coverage, and answers: the published values of `matcher.coverage` as they are."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, Strict

from api.schemas.common import INTEGRAL, Id, QueryModel, RequestModel, ResponseModel
from api.schemas.providers import ProviderInput
from api.schemas.values import LocationInput
from graph_models.domain.identifiers import AreaCode, CategoryId, ProviderId, SkillId
from matcher.coverage import disclosure, published
from matcher.coverage.access import Decay, DemandKind, SupplyKind
from matcher.coverage.exposure import OftenAsked
from matcher.coverage.fragility import SoleHolder
from matcher.coverage.sites import SitingQuestion
from matcher.coverage.siting import Method
from matcher.coverage.what_if import AddCapacity, Change, Close, Move, Open, Train

# These values are part of responses as they are: nothing is left out of them and nothing added.
for _part in (
    *(published.AreaGap, published.CategorySupply, published.CauseCount, published.CommunityReach),
    *(published.Equity, published.GroupMean, published.GroupServed, published.KeyProvider),
    *(published.KindExposure, published.ProvenDeficit, OftenAsked, SoleHolder),
    *(disclosure.CategoryAccess, disclosure.CommunityAccess, disclosure.OutcomeFigures),
    *(disclosure.ReachChange, disclosure.Stations, disclosure.Trial),
):
    setattr(_part, "__pydantic_config__", ConfigDict(extra="forbid"))  # noqa: B010 - its type has none


MOST_CHANGES = 20
DistanceKm = Annotated[float, Field(gt=0, le=20_040)]


class GapQuery(QueryModel):
    """Which gaps to list."""

    area_code: Annotated[Id | None, Field(description="This area and all in it")] = None
    category_id: Annotated[Id | None, Field(description="This category alone")] = None
    limit: Annotated[int, Field(ge=1, le=1_000, description="Most entries, most unmet needs first")] = 100


class AreaQuery(QueryModel):
    """A part of the city."""

    area_code: Annotated[Id | None, Field(description="This area and all in it")] = None


class AccessQuery(AreaQuery):
    """Access to what, for whom, and how it is measured."""

    category_id: Id
    demand: DemandKind = DemandKind.POPULATION
    supply: SupplyKind = SupplyKind.REMAINING
    decay: Decay = Decay.NONE


class SitesRequest(RequestModel):
    """Where to open stations: candidates are the communities."""

    method: Annotated[Method, Strict(False), Field(description="The location problem")]
    count: Annotated[
        Annotated[int, Field(ge=1, le=10_000), INTEGRAL] | None,
        Field(description="Stations to open; not for lscp"),
    ] = None
    limit_km: Annotated[
        DistanceKm | None, Field(description="How far a station serves; for lscp and mclp")
    ] = None
    demand: Annotated[DemandKind, Strict(False), Field(description="Whom to serve")] = DemandKind.RESIDENTS
    category_id: Annotated[
        Id | None, Field(description="Count only demand that nobody can meet in this category")
    ] = None
    area_code: Annotated[Id | None, Field(description="Sites and demand of this area alone")] = None
    keeps_stations: Annotated[
        bool, Field(description="Whether communities that have a station count as open sites")
    ] = False
    time_limit_s: Annotated[float, Field(gt=0, le=110, description="Seconds to look for better sites")] = 30.0

    def to_question(self) -> SitingQuestion:
        return SitingQuestion(
            self.method,
            self.count,
            self.limit_km,
            self.demand,
            None if self.category_id is None else CategoryId(self.category_id),
            None if self.area_code is None else AreaCode(self.area_code),
            self.keeps_stations,
            self.time_limit_s,
        )


class CloseInput(RequestModel):
    """A provider stops."""

    kind: Literal["close"]
    provider_id: Id

    def to_domain(self) -> Change:
        return Close(ProviderId(self.provider_id))


class OpenInput(RequestModel):
    """A provider begins."""

    kind: Literal["open"]
    provider: ProviderInput

    def to_domain(self) -> Change:
        return Open(self.provider.to_domain("new"))


class MoveInput(RequestModel):
    """A provider goes to another place."""

    kind: Literal["move"]
    provider_id: Id
    location: LocationInput

    def to_domain(self) -> Change:
        return Move(ProviderId(self.provider_id), self.location.to_domain())


class AddCapacityInput(RequestModel):
    """A provider can take more units; fewer if negative."""

    kind: Literal["add_capacity"]
    provider_id: Id
    units: Annotated[int, Field(ge=-(10**6), le=10**6), INTEGRAL]

    def to_domain(self) -> Change:
        return AddCapacity(ProviderId(self.provider_id), self.units)


class TrainInput(RequestModel):
    """Volunteers of an area learn a skill: those with most free units that do not offer it yet."""

    kind: Literal["train"]
    skill_id: Id
    count: Annotated[int, Field(ge=1, le=100_000), INTEGRAL]
    area_code: Id
    level: Annotated[float, Field(ge=0.000001, le=1, description="What they reach")] = 1.0

    def to_domain(self) -> Change:
        return Train(SkillId(self.skill_id), self.count, AreaCode(self.area_code), self.level)


ChangeInput = Annotated[
    CloseInput | OpenInput | MoveInput | AddCapacityInput | TrainInput, Field(discriminator="kind")
]


class TrialRequest(RequestModel):
    """What to try out on a copy of the city."""

    changes: Annotated[
        list[ChangeInput], Field(min_length=1, max_length=MOST_CHANGES, description="In their order")
    ]

    def to_changes(self) -> list[Change]:
        return [each.to_domain() for each in self.changes]


class CoverageAnswer(ResponseModel):
    """What an answer is about."""

    graph_revision: Annotated[int, Field(description="Last change set that it takes account of")]
    made_at: datetime


class CoverageSummary(CoverageAnswer):
    """The figures of the whole city. Null is hidden or not known."""

    is_synthetic: bool
    k: Annotated[int, Field(description="Least count of needs or residents that is shown besides 0")]
    units_wanted: int | None
    units_served: Annotated[int | None, Field(description="Most that can be served, whoever plans")]
    causes: tuple[published.CauseCount, ...]
    deficits: tuple[published.ProvenDeficit, ...]
    hides_deficits: Annotated[bool, Field(description="Whether there are others, about few needs")]
    categories: tuple[published.CategorySupply, ...]
    moran_i: Annotated[float | None, Field(description="Of the number of categories that nobody serves")]
    moran_p_value: float | None


class GapList(CoverageAnswer):
    """Open needs by area and category, most unmet first; what is hidden is not listed."""

    items: tuple[published.AreaGap, ...]
    total: Annotated[int, Field(description="Entries that fit the query")]


class CommunityList(CoverageAnswer):
    """How many categories nobody serves, by community."""

    items: tuple[published.CommunityReach, ...]


class FragilityAnswer(CoverageAnswer):
    """Who must not be lost."""

    key_providers: tuple[published.KeyProvider, ...]
    sole_holders: tuple[SoleHolder, ...]


class FairnessAnswer(CoverageAnswer):
    """Who is asked, and who is served."""

    exposures: tuple[published.KindExposure, ...]
    often_asked: tuple[OftenAsked, ...]
    served: tuple[published.GroupServed, ...]
    equity: published.Equity

"""Providers over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from api.schemas.common import (
    INTEGRAL,
    Changes,
    Count,
    Id,
    Ids,
    Instant,
    PageQuery,
    QueryModel,
    ResponseModel,
    Text,
)
from api.schemas.values import LocationInput, OptionalLocation, SkillOfferInput, SkillOfferOutput
from graph_models.domain.providers import KIND_PATTERN, Capacity, Eligibility, Provider
from graph_models.domain.schedules import WeeklyAvailability, format_week, parse_week
from graph_models.ports import Stored
from matcher.answers import ProvidersFound

MOST_FOUND = 50
_DAY = "(Mo|Tu|We|Th|Fr|Sa|Su)"
_SPAN = "([01][0-9]|2[0-4]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9]"
_DAY_RULE = f"{_DAY}(-{_DAY})? {_SPAN}(,{_SPAN}){{0,11}}"

Kind = Annotated[
    str,
    StringConstraints(pattern=f"^{KIND_PATTERN}$", max_length=64),
    Field(description="`station`, `volunteer`, `charity` or another snake_case word: the set is open"),
]
Week = Annotated[str, StringConstraints(pattern=f"^(off|{_DAY_RULE}(; ?{_DAY_RULE}){{0,6}})$")]
Age = Annotated[int, Field(ge=0, le=150), INTEGRAL]
Hours = Annotated[int, Field(ge=0, le=24 * 366), INTEGRAL]
DistanceKm = Annotated[float, Field(ge=0, le=20_040)]


class CapacityInput(Changes):
    """Units that can be taken; reserved and consumed ones follow from referrals."""

    total: Count


class EligibilityInput(Changes):
    """Whom the provider serves; a bound that is null or empty excludes nobody."""

    min_age: Annotated[Age | None, Field(description="Years, inclusive")] = None
    max_age: Annotated[Age | None, Field(description="Years, inclusive")] = None
    hardship: Annotated[Ids | None, Field(description="At least one of these categories of hardship")] = None


class ProviderFields(Changes):
    """What may be said of every provider. Null is the same as leaving a member out."""

    skills: Annotated[list[SkillOfferInput] | None, Field(description="Skills on offer")] = None
    location: Annotated[LocationInput | None, Field(description="Where it starts from")] = None
    community_code: Annotated[Id | None, Field(description="Community it is based in")] = None
    serves: Annotated[
        Ids | None, Field(description="Codes of areas it serves, each with all in it; empty: no restriction")
    ] = None
    member_of: Annotated[Id | None, Field(description="Station or charity a volunteer belongs to")] = None
    max_travel_km: Annotated[DistanceKm | None, Field(description="How far it goes; null: no limit")] = None
    availability: Annotated[
        Week | None,
        Field(description="Weekly hours in local time (a subset of OpenStreetMap's); null: not known"),
    ] = None
    eligibility: EligibilityInput | None = None
    languages: Annotated[Ids | None, Field(description="BCP 47 tags; empty: not known")] = None
    accessibility: Annotated[Ids | None, Field(description="What it offers; null: not known")] = None
    is_active: Annotated[bool | None, Field(description="True if not given: it can be suggested")] = None
    verified_at: Annotated[Instant | None, Field(description="Last check of identity and record")] = None
    monthly_cap: Annotated[Count | None, Field(description="Referrals in 30 days; null: no limit")] = None
    cooldown_hours: Annotated[
        Hours | None, Field(description="Least time between two referrals; 0 if not given")
    ] = None
    source: Annotated[Text | None, Field(description="Where the record came from")] = None

    def domain_values(self, kind: type[Any]) -> dict[str, Any]:
        values = super().domain_values(kind)
        if isinstance(values.get("availability"), str):
            values["availability"] = parse_week(values["availability"])
        return values


class ProviderInput(ProviderFields):
    """A provider to store."""

    id: Annotated[Id | None, Field(description="Chosen by the service if not given")] = None
    kind: Kind
    name: Annotated[Text, Field(description="Public name; for a volunteer one without personal data")]
    capacity: CapacityInput

    def to_domain(self, provider_id: str) -> Provider:
        return Provider(**{"id": provider_id, **_merged(self, Capacity(0), Eligibility())})


class ProviderChanges(ProviderFields):
    """JSON Merge Patch (RFC 7396) of a provider: members that are absent stay, null resets."""

    # These defaults are never read: only members that were sent count, and null is refused here.
    kind: Annotated[Kind, Field(default_factory=str)]
    name: Annotated[Text, Field(default_factory=str)]
    capacity: Annotated[CapacityInput, Field(default_factory=lambda: CapacityInput(total=0))]

    def applied_to(self, provider: Provider) -> Provider:
        return replace(provider, **_merged(self, provider.capacity, provider.eligibility))


def _merged(changes: ProviderFields, capacity: Capacity, eligibility: Eligibility) -> dict[str, Any]:
    """Values to set; members of the two nested values that were not sent stay as they are."""
    values = changes.domain_values(Provider)
    current: dict[str, Any] = {"capacity": capacity, "eligibility": eligibility}
    for name, value in current.items():
        if isinstance(nested := values.get(name), Changes):
            values[name] = replace(value, **nested.domain_values(type(value)))
    return values


def _week_text(value: object) -> object:
    return format_week(value) if isinstance(value, WeeklyAvailability) else value


class CapacityOutput(ResponseModel):
    total: int
    reserved: int
    consumed: int
    remaining: int


class EligibilityOutput(ResponseModel):
    min_age: int | None
    max_age: int | None
    hardship: list[str]


class ProviderOutput(ResponseModel):
    id: str
    kind: str
    name: str
    capacity: CapacityOutput
    skills: list[SkillOfferOutput]
    location: OptionalLocation
    community_code: str | None
    serves: list[str]
    member_of: str | None
    max_travel_km: float | None
    availability: Annotated[str | None, BeforeValidator(_week_text)]
    eligibility: EligibilityOutput
    languages: list[str]
    accessibility: list[str] | None
    is_active: bool
    verified_at: datetime | None
    monthly_cap: int | None
    cooldown_hours: int
    recent_referrals: Annotated[int, Field(description="Referrals in the last 30 days")]
    last_referral_at: datetime | None
    source: str | None
    is_synthetic: Annotated[bool, Field(description="Made up for a demonstration")]


class ProviderResource(ProviderOutput):
    """A stored provider; `revision` is what `If-Match` asks for."""

    revision: int

    @classmethod
    def of(cls, stored: Stored[Provider]) -> ProviderResource:
        return cls(**dict(ProviderOutput.model_validate(stored.value)), revision=stored.revision)


class ProviderPage(ResponseModel):
    items: list[ProviderResource]
    next_cursor: str | None


class ProviderQuery(PageQuery):
    kind: Kind | None = None
    community_code: Id | None = None


class ProviderSearchQuery(QueryModel):
    text: Annotated[
        str,
        StringConstraints(min_length=1, max_length=100),
        Field(
            description="Part of a name or the beginning of an id, upper or lower case",
            examples=["volunteer"],
        ),
    ]
    limit: Annotated[int, Field(ge=1, le=MOST_FOUND, description="Most providers to name")] = 20


class ProviderMatch(ResponseModel):
    id: str
    kind: str
    name: str
    community_code: str | None


class ProviderSearchAnswer(ResponseModel):
    """The provider of this id, names that begin with the text, names that have it, ids that begin with it."""

    items: list[ProviderMatch]
    graph_revision: Annotated[int, Field(description="The last change set that is taken account of")]
    is_stale: Annotated[bool, Field(description="Whether the store could not be asked for later ones")]

    @classmethod
    def of(cls, found: ProvidersFound) -> ProviderSearchAnswer:
        items = [ProviderMatch.model_validate(each) for each in found.providers]
        return cls(items=items, graph_revision=found.graph_revision, is_stale=found.is_stale)

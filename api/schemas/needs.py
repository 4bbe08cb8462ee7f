"""Needs over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, Strict

from api.schemas.common import INTEGRAL, Changes, Id, Ids, Instant, PageQuery, ResponseModel
from api.schemas.values import (
    LocationInput,
    OptionalLocation,
    SkillRequirementInput,
    SkillRequirementOutput,
    TimeWindowInput,
    TimeWindowOutput,
)
from graph_models.domain.errors import InvalidValue
from graph_models.domain.needs import Need, NeedStatus, Urgency
from graph_models.domain.places import AreaLevel
from graph_models.ports import Stored

Units = Annotated[int, Field(ge=1, le=10_000), INTEGRAL]
Minutes = Annotated[int, Field(ge=1, le=24 * 60), INTEGRAL]
RadiusKm = Annotated[float, Field(ge=0, le=20_040)]
CLOCK_SKEW = timedelta(minutes=5)
BY_CATEGORY = "The category's if not given."
# The other states follow from referrals.
StatusByHand = Literal[NeedStatus.DRAFT, NeedStatus.ACTIVE, NeedStatus.REVOKED, NeedStatus.ENTERED_IN_ERROR]


class NeedFields(Changes):
    """What may be said of every need. Null is the same as leaving a member out."""

    resident_id: Annotated[Id | None, Field(description="Who raised it, if on record")] = None
    community_code: Annotated[
        Id | None, Field(description="Community in which help is wanted; required without `location`")
    ] = None
    location: Annotated[
        LocationInput | None,
        Field(description="Point at which help is wanted; otherwise the community's point stands in"),
    ] = None
    required_skills: Annotated[list[SkillRequirementInput] | None, Field(description=BY_CATEGORY)] = None
    urgency: Annotated[Urgency | None, Strict(False), Field(description="`routine` if not given")] = None
    units: Annotated[Units | None, Field(description="Units of the category; 1 if not given")] = None
    is_indivisible: Annotated[
        bool | None, Field(description="Whether one provider must serve all units; false if not given")
    ] = None
    time_window: Annotated[TimeWindowInput | None, Field(description="Any time if not given")] = None
    visit_minutes: Annotated[
        Minutes | None, Field(description=f"Unbroken time needed within the window. {BY_CATEGORY}")
    ] = None
    search_radius_km: Annotated[RadiusKm | None, Field(description=f"How far to look. {BY_CATEGORY}")] = None
    excluded_provider_ids: Annotated[Ids | None, Field(description="Providers that must not be asked")] = None


class DescribedNeed(NeedFields):
    """A need that is described, not stored."""

    category_id: Annotated[Id, Field(description="Entry of the service menu")]

    def to_domain(self, need_id: str, now: datetime) -> Need:
        return Need(**{"id": need_id, "created_at": now, **self.domain_values(Need)})


class NeedInput(DescribedNeed):
    """A need to store."""

    id: Annotated[Id | None, Field(description="Chosen by the service if not given")] = None
    created_at: Annotated[Instant | None, Field(description="When it was raised; now if not given")] = None
    status: Annotated[NeedStatus | None, Strict(False), Field(description="`active` if not given")] = None

    def to_domain(self, need_id: str, now: datetime) -> Need:
        if self.created_at is not None and self.created_at > now + CLOCK_SKEW:
            raise InvalidValue("need.created_at", "not be in the future", self.created_at)
        return super().to_domain(need_id, now)


class NeedChanges(NeedFields):
    """JSON Merge Patch (RFC 7396) of a need: members that are absent stay, null resets to the default."""

    # The default is never read: only members that were sent count, and null is refused here.
    category_id: Annotated[Id, Field(default_factory=str, description="Entry of the service menu")]
    status: Annotated[
        StatusByHand | None,
        Field(description="null: `active`, or what follows from the referrals of the need"),
    ] = None

    def applied_to(self, need: Need) -> Need:
        return replace(need, **self.domain_values(Need))


class NeedOutput(ResponseModel):
    id: str
    category_id: str
    created_at: datetime
    resident_id: str | None
    community_code: str | None
    location: OptionalLocation
    required_skills: list[SkillRequirementOutput]
    urgency: Urgency
    units: int
    is_indivisible: bool
    time_window: TimeWindowOutput | None
    visit_minutes: int | None
    search_radius_km: float | None
    status: NeedStatus
    excluded_provider_ids: list[str]
    is_synthetic: Annotated[bool, Field(description="Made up for a demonstration")]


class NeedResource(NeedOutput):
    """A stored need; `revision` is what `If-Match` asks for."""

    escalation_level: Annotated[AreaLevel | None, Field(description="How far its calls have gone")]
    answer_due_at: Annotated[datetime | None, Field(description="When it climbs unless somebody acts")]
    revision: int

    @classmethod
    def of(cls, stored: Stored[Need]) -> NeedResource:
        need = stored.value
        return cls(
            **dict(NeedOutput.model_validate(need)),
            escalation_level=need.escalation_level,
            answer_due_at=need.answer_due_at,
            revision=stored.revision,
        )


class NeedPage(ResponseModel):
    items: list[NeedResource]
    next_cursor: str | None


class NeedQuery(PageQuery):
    status: NeedStatus | None = None
    urgency: Urgency | None = None
    category_id: Id | None = None
    community_code: Id | None = None
    resident_id: Id | None = None

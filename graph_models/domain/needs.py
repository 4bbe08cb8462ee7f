"""Needs: one request for help each (FHIR ServiceRequest)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from graph_models.domain.checks import check_aware, check_integer, check_number, sort_field
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import (
    AreaCode,
    CategoryId,
    NeedId,
    ProviderId,
    ResidentId,
    check_id,
)
from graph_models.domain.people import check_terms
from graph_models.domain.places import AreaLevel, Location
from graph_models.domain.schedules import TimeWindow
from graph_models.domain.skills import SkillRequirement


class Urgency(StrEnum):
    """How soon help is wanted (FHIR request priority), least urgent first."""

    ROUTINE = "routine"
    URGENT = "urgent"
    ASAP = "asap"
    STAT = "stat"


class NeedStatus(StrEnum):
    """State of a need (FHIR request status)."""

    DRAFT = "draft"
    ACTIVE = "active"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    REVOKED = "revoked"
    ENTERED_IN_ERROR = "entered-in-error"


@dataclass(frozen=True, slots=True)
class Need:
    """One request for help.

    Parameters
    ----------
    id
        Identifier.
    category_id
        Entry of the service menu.
    created_at
        When it was raised.
    resident_id
        Who raised it, if a resident is on record.
    community_code
        The community in which help is wanted.
    location
        The point at which help is wanted; without it the community's point stands in.
    required_skills
        Skills asked for; empty means those of the category.
    urgency
        How soon.
    units
        How many units of the category are wanted.
    is_indivisible
        Whether one provider must serve all units.
    time_window
        When help is wanted; None means any time.
    visit_minutes
        Unbroken time needed within the window; None means the category's.
    search_radius_km
        How far to look; None means the category's.
    status
        State of the need.
    excluded_provider_ids
        Providers that must not be asked.
    is_synthetic
        Whether it was made up for a demonstration.
    escalation_level
        How far up its calls for an answer have gone; None if nobody was called.
    answer_due_at
        When it climbs to the next level unless somebody answers; None if it does not wait for that.
    """

    id: NeedId
    category_id: CategoryId
    created_at: datetime
    resident_id: ResidentId | None = None
    community_code: AreaCode | None = None
    location: Location | None = None
    required_skills: tuple[SkillRequirement, ...] = ()
    urgency: Urgency = Urgency.ROUTINE
    units: int = 1
    is_indivisible: bool = False
    time_window: TimeWindow | None = None
    visit_minutes: int | None = None
    search_radius_km: float | None = None
    status: NeedStatus = NeedStatus.ACTIVE
    excluded_provider_ids: tuple[ProviderId, ...] = ()
    is_synthetic: bool = False
    escalation_level: AreaLevel | None = None
    answer_due_at: datetime | None = None

    def __post_init__(self) -> None:
        check_id("need.id", self.id)
        check_id("need.category_id", self.category_id)
        check_aware("need.created_at", self.created_at)
        for field in ("resident_id", "community_code"):
            if getattr(self, field) is not None:
                check_id(f"need.{field}", getattr(self, field))
        if self.location is None and self.community_code is None:
            raise InvalidValue("need.location", "be given when need.community_code is not")
        sort_field(self, "required_skills", key=lambda each: each.skill_id)
        check_integer("need.units", self.units, least=1, most=10_000)
        if self.visit_minutes is not None:
            check_integer("need.visit_minutes", self.visit_minutes, least=1, most=24 * 60)
        if self.search_radius_km is not None:
            check_number("need.search_radius_km", self.search_radius_km, least=0, most=20_040)
        check_terms("need.excluded_provider_ids", self.excluded_provider_ids)
        sort_field(self, "excluded_provider_ids")
        if self.answer_due_at is not None:
            check_aware("need.answer_due_at", self.answer_due_at)

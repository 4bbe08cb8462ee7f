"""Small values inside needs and providers: points, windows and skills."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, Strict

from api.schemas.common import Id, Instant, RequestModel, ResponseModel
from graph_models.domain.identifiers import SkillId
from graph_models.domain.places import Datum, Location
from graph_models.domain.schedules import TimeWindow
from graph_models.domain.skills import SkillOffer, SkillRequirement
from graph_models.exchange.datum import to_wgs84

Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class LocationInput(RequestModel):
    """A point; `crs` says in which datum, since a wrong guess is off by half a kilometre."""

    latitude: Latitude
    longitude: Longitude
    crs: Annotated[Datum, Strict(False)]

    def to_domain(self) -> Location:
        if self.crs is Datum.WGS84:
            return Location(self.latitude, self.longitude)
        latitude, longitude = to_wgs84(self.latitude, self.longitude, self.crs)
        return Location(latitude, longitude, self.crs, self.latitude, self.longitude)


class GivenPoint(ResponseModel):
    latitude: float
    longitude: float
    crs: Datum


class LocationOutput(ResponseModel):
    """A point in WGS-84, with the coordinates as they were given if those were converted."""

    latitude: float
    longitude: float
    crs: Datum
    given: GivenPoint | None


def _present(location: object) -> object:
    if not isinstance(location, Location):
        return location
    given = None
    if location.given_latitude is not None and location.given_longitude is not None:
        given = GivenPoint(
            latitude=location.given_latitude, longitude=location.given_longitude, crs=location.given_datum
        )
    return LocationOutput(
        latitude=location.latitude, longitude=location.longitude, crs=Datum.WGS84, given=given
    )


OptionalLocation = Annotated[LocationOutput | None, BeforeValidator(_present)]


class TimeWindowInput(RequestModel):
    """When help is wanted: from `start` to before `end`, at most 31 days later."""

    start: Instant
    end: Instant

    def to_domain(self) -> TimeWindow:
        return TimeWindow(self.start, self.end)


class TimeWindowOutput(ResponseModel):
    start: datetime
    end: datetime


class SkillRequirementInput(RequestModel):
    skill_id: Id
    min_level: Annotated[float, Field(ge=0, le=1, description="Least level that will do")] = 0.0

    def to_domain(self) -> SkillRequirement:
        return SkillRequirement(SkillId(self.skill_id), self.min_level)


class SkillRequirementOutput(ResponseModel):
    skill_id: str
    min_level: float


class SkillOfferInput(RequestModel):
    skill_id: Id
    level: Annotated[float, Field(ge=0.000001, le=1, description="From basic, just above 0, to expert")]

    def to_domain(self) -> SkillOffer:
        return SkillOffer(SkillId(self.skill_id), self.level)


class SkillOfferOutput(ResponseModel):
    skill_id: str
    level: float

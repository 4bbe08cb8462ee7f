"""Communities, and the streets they lie in, over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas.common import Id, PageQuery, ResponseModel
from api.schemas.values import OptionalLocation


class CommunityResource(ResponseModel):
    code: Annotated[str, Field(description="Official code; it starts with that of the street it lies in")]
    name: Annotated[str, Field(description="Official name; names repeat, codes do not")]
    parent_code: str | None
    location: OptionalLocation
    population: int | None
    is_synthetic: Annotated[bool, Field(description="Whether the point was made up for a demonstration")]


class CommunityPage(ResponseModel):
    items: list[CommunityResource]
    next_cursor: str | None


class CommunityQuery(PageQuery):
    parent_code: Annotated[Id | None, Field(description="Code of the area they are directly in")] = None


class StreetResource(ResponseModel):
    code: Annotated[str, Field(description="Official code; it starts with that of the district it lies in")]
    name: str
    parent_code: str | None


class StreetPage(ResponseModel):
    items: list[StreetResource]
    next_cursor: str | None


class StreetQuery(PageQuery):
    parent_code: Annotated[Id | None, Field(description="Code of the district they lie in")] = None

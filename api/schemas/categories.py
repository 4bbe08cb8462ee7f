"""Categories, the entries of the service menu, over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas.common import ResponseModel
from api.schemas.values import SkillRequirementOutput


class CategoryResource(ResponseModel):
    id: str
    name_en: str
    name_zh: str
    required_skills: list[SkillRequirementOutput]
    half_distance_km: Annotated[float, Field(description="Distance at which proximity is worth one half")]
    search_radius_km: Annotated[float, Field(description="A provider farther away is too far")]
    is_remote: Annotated[bool, Field(description="Can be served by phone: distance does not matter")]
    requires_verification: bool
    visit_minutes: Annotated[int, Field(description="Unbroken time that one unit takes")]


class CategoryPage(ResponseModel):
    items: list[CategoryResource]
    next_cursor: str | None

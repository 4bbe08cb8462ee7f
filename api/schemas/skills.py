"""Skills over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas.common import Id, PageQuery, ResponseModel


class RelatedSkillOutput(ResponseModel):
    skill_id: str
    similarity: float


class SkillResource(ResponseModel):
    id: str
    name_en: str
    name_zh: str
    broader_id: Annotated[str | None, Field(description="Next wider term; null at the top")]
    related: Annotated[
        list[RelatedSkillOutput], Field(description="Terms that can stand in for it, read in both directions")
    ]


class SkillPage(ResponseModel):
    items: list[SkillResource]
    next_cursor: str | None


class SkillQuery(PageQuery):
    broader_id: Annotated[Id | None, Field(description="Only terms directly below this one")] = None

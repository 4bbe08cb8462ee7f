"""/v1/skills"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.bodies import JsonRoute
from api.dependencies import IfNoneMatch, KeyPath, StoreDep
from api.http.pagination import read_page
from api.http.resources import not_modified, tag
from api.openapi import ETAG, OF_STORE, failures, not_modified_or, paged
from api.schemas.skills import SkillPage, SkillQuery, SkillResource
from graph_models.domain.skills import Skill
from graph_models.ports import Stored

router = APIRouter(prefix="/v1/skills", tags=["menu"], route_class=JsonRoute)


@router.get(
    "",
    operation_id="listSkills",
    responses=paged(),
)
def list_skills(
    query: Annotated[SkillQuery, Query()], store: StoreDep, request: Request, response: Response
) -> SkillPage:
    """List skills in the order of their ids, a page at a time."""
    items, cursor = read_page(request, response, store, Skill, query, _present)
    return SkillPage(items=items, next_cursor=cursor)


@router.get(
    "/{id}",
    operation_id="getSkill",
    response_model=SkillResource,
    responses={**not_modified_or(ETAG), **failures(*OF_STORE, "not-found", "invalid-request")},
)
def get_skill(
    key: KeyPath, store: StoreDep, response: Response, if_none_match: IfNoneMatch = None
) -> SkillResource | Response:
    """Read one skill."""
    stored = store.get(Skill, key)
    return not_modified(stored, if_none_match) or _present(tag(response, stored))


def _present(stored: Stored[Skill]) -> SkillResource:
    return SkillResource.model_validate(stored.value)

"""/v1/communities"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.bodies import JsonRoute
from api.dependencies import CodePath, IfNoneMatch, StoreDep
from api.http.pagination import read_page
from api.http.resources import not_modified, tag
from api.openapi import ETAG, LINK, OF_STORE, failures, not_modified_or
from api.schemas.communities import CommunityPage, CommunityQuery, CommunityResource
from graph_models.domain.errors import NotFound
from graph_models.domain.places import Area, AreaLevel
from graph_models.ports import Stored

router = APIRouter(prefix="/v1/communities", tags=["areas"], route_class=JsonRoute)
ONLY = {"level": AreaLevel.COMMUNITY.value}


@router.get(
    "",
    operation_id="listCommunities",
    responses={200: {"headers": LINK}, **failures(*OF_STORE, "invalid-request", "invalid-cursor")},
)
def list_communities(
    query: Annotated[CommunityQuery, Query()], store: StoreDep, request: Request, response: Response
) -> CommunityPage:
    """List communities in the order of their codes, a page at a time."""
    items, cursor = read_page(request, response, store, Area, query, _present, ONLY)
    return CommunityPage(items=items, next_cursor=cursor)


@router.get(
    "/{code}",
    operation_id="getCommunity",
    response_model=CommunityResource,
    responses={**not_modified_or(ETAG), **failures(*OF_STORE, "not-found", "invalid-request")},
)
def get_community(
    key: CodePath, store: StoreDep, response: Response, if_none_match: IfNoneMatch = None
) -> CommunityResource | Response:
    """Read one community."""
    stored = store.get(Area, key)
    if stored.value.level is not AreaLevel.COMMUNITY:
        raise NotFound("Community", key)
    return not_modified(stored, if_none_match) or _present(tag(response, stored))


def _present(stored: Stored[Area]) -> CommunityResource:
    return CommunityResource.model_validate(stored.value)

"""/v1/communities, /v1/streets"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.bodies import JsonRoute
from api.dependencies import CodePath, IfNoneMatch, StoreDep
from api.http.pagination import read_page
from api.http.resources import not_modified, tag
from api.openapi import ETAG, OF_STORE, failures, not_modified_or, paged
from api.schemas.areas import (
    CommunityPage,
    CommunityQuery,
    CommunityResource,
    StreetPage,
    StreetQuery,
    StreetResource,
)
from graph_models.domain.errors import NotFound
from graph_models.domain.places import Area, AreaLevel
from graph_models.ports import Stored

router = APIRouter(prefix="/v1", tags=["areas"], route_class=JsonRoute)
COMMUNITIES, STREETS = ({"level": level.value} for level in (AreaLevel.COMMUNITY, AreaLevel.STREET))


@router.get("/communities", operation_id="listCommunities", responses=paged())
def list_communities(
    query: Annotated[CommunityQuery, Query()], store: StoreDep, request: Request, response: Response
) -> CommunityPage:
    """List communities in the order of their codes, a page at a time."""
    items, cursor = read_page(request, response, store, Area, query, _community, COMMUNITIES)
    return CommunityPage(items=items, next_cursor=cursor)


@router.get(
    "/communities/{code}",
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
    return not_modified(stored, if_none_match) or _community(tag(response, stored))


@router.get("/streets", operation_id="listStreets", responses=paged())
def list_streets(
    query: Annotated[StreetQuery, Query()], store: StoreDep, request: Request, response: Response
) -> StreetPage:
    """List streets and towns in the order of their codes, a page at a time."""
    items, cursor = read_page(request, response, store, Area, query, _street, STREETS)
    return StreetPage(items=items, next_cursor=cursor)


def _community(stored: Stored[Area]) -> CommunityResource:
    return CommunityResource.model_validate(stored.value)


def _street(stored: Stored[Area]) -> StreetResource:
    return StreetResource.model_validate(stored.value)

"""/v1/streets"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.bodies import JsonRoute
from api.dependencies import StoreDep
from api.http.pagination import read_page
from api.openapi import LINK, OF_STORE, failures
from api.schemas.communities import StreetPage, StreetQuery, StreetResource
from graph_models.domain.places import Area, AreaLevel
from graph_models.ports import Stored

router = APIRouter(prefix="/v1/streets", tags=["areas"], route_class=JsonRoute)
ONLY = {"level": AreaLevel.STREET.value}


@router.get(
    "",
    operation_id="listStreets",
    responses={200: {"headers": LINK}, **failures(*OF_STORE, "invalid-request", "invalid-cursor")},
)
def list_streets(
    query: Annotated[StreetQuery, Query()], store: StoreDep, request: Request, response: Response
) -> StreetPage:
    """List streets and towns in the order of their codes, a page at a time."""
    items, cursor = read_page(request, response, store, Area, query, _present, ONLY)
    return StreetPage(items=items, next_cursor=cursor)


def _present(stored: Stored[Area]) -> StreetResource:
    area = stored.value
    return StreetResource(code=area.code, name=area.name, parent_code=area.parent_code)

"""/v1/map: where needs and providers are, counted where they are many."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.bodies import JsonRoute, written
from api.dependencies import EngineDep, PrincipalDep, QueueDep
from api.openapi import OF_STORE, failures
from api.schemas.maps import MOST_POINTS, MapQuery, NeedMap, ProviderMap, ProviderMapQuery

router = APIRouter(prefix="/v1/map", tags=["queue"], route_class=JsonRoute)

FAILURES = failures(*OF_STORE, "invalid-request", "rule-broken", "not-ready")


@router.get("/needs", operation_id="mapNeeds", response_model=NeedMap, responses=FAILURES)
def map_needs(query: Annotated[MapQuery, Query()], queue: QueueDep, principal: PrincipalDep) -> Response:
    """Count the open needs in a box, and name them where they are few."""
    live, is_stale = queue.fresh()
    found, cursor = live.cells(query.box, query.cell_degrees, principal.within, MOST_POINTS)
    return written(NeedMap.of(found, cursor, is_stale=is_stale))


@router.get("/providers", operation_id="mapProviders", response_model=ProviderMap, responses=FAILURES)
def map_providers(query: Annotated[ProviderMapQuery, Query()], engine: EngineDep) -> Response:
    """Count the active providers in a box with their free units; who they are is for the directory to say."""
    found, cursor = engine.matcher.provider_cells(query.box, query.cell_degrees, query.category_id)
    return written(ProviderMap.of(found, cursor))

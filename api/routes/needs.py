"""/v1/needs"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query
from starlette.requests import Request
from starlette.responses import Response

from api.bodies import JsonRoute
from api.dependencies import (
    ClockDep,
    CreationDep,
    ExpectedRevision,
    IfNoneMatch,
    KeyPath,
    StoreDep,
)
from api.openapi import ETAG, LINK, LOCATION, OF_BODY, OF_STORE, failures, not_modified_or
from api.pagination import read_page
from api.resources import change, create, not_modified, tag
from api.routes.examples import NEED, NEED_CHANGES
from api.schemas.needs import NeedChanges, NeedInput, NeedPage, NeedQuery, NeedResource
from graph_models.domain.needs import Need

router = APIRouter(prefix="/v1/needs", tags=["needs"], route_class=JsonRoute)


@router.post(
    "",
    operation_id="createNeed",
    status_code=201,
    responses={
        201: {"headers": {**LOCATION, **ETAG}},
        **failures(*OF_STORE, *OF_BODY, "duplicate-key", "idempotency-key-reused", "outcome-unknown"),
    },
)
def create_need(
    body: Annotated[NeedInput, Body(openapi_examples=NEED)],
    creation: CreationDep,
    store: StoreDep,
    clock: ClockDep,
    request: Request,
    response: Response,
) -> NeedResource:
    """Store a need."""
    stored = create(store, Need, creation, lambda now: body.to_domain(creation.new_id, now), clock.now())
    response.headers["Location"] = f"{request.url.path}/{stored.value.id}"
    return NeedResource.of(tag(response, stored))


@router.get(
    "",
    operation_id="listNeeds",
    responses={200: {"headers": LINK}, **failures(*OF_STORE, "invalid-request", "invalid-cursor")},
)
def list_needs(
    query: Annotated[NeedQuery, Query()], store: StoreDep, request: Request, response: Response
) -> NeedPage:
    """List needs in the order of their ids, a page at a time."""
    items, cursor = read_page(request, response, store, Need, query, NeedResource.of)
    return NeedPage(items=items, next_cursor=cursor)


@router.get(
    "/{id}",
    operation_id="getNeed",
    response_model=NeedResource,
    responses={**not_modified_or(ETAG), **failures(*OF_STORE, "not-found", "invalid-request")},
)
def get_need(
    key: KeyPath, store: StoreDep, response: Response, if_none_match: IfNoneMatch = None
) -> NeedResource | Response:
    """Read one need."""
    stored = store.get(Need, key)
    return not_modified(stored, if_none_match) or NeedResource.of(tag(response, stored))


@router.patch(
    "/{id}",
    operation_id="changeNeed",
    responses={
        200: {"headers": ETAG},
        **failures(
            *OF_STORE, *OF_BODY, "not-found", "revision-conflict", "precondition-required", "outcome-unknown"
        ),
    },
)
def change_need(
    key: KeyPath,
    body: Annotated[NeedChanges, Body(openapi_examples=NEED_CHANGES)],
    expected_revision: ExpectedRevision,
    store: StoreDep,
    response: Response,
) -> NeedResource:
    """Change some members of a need (JSON Merge Patch), if it is still at the revision that was read."""
    stored = change(store, Need, key, expected_revision, body.applied_to)
    return NeedResource.of(tag(response, stored))

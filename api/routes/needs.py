"""/v1/needs"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query
from starlette.requests import Request
from starlette.responses import Response

from api.bodies import JsonRoute
from api.dependencies import (
    ActDep,
    DeskDep,
    ExpectedRevision,
    IfNoneMatch,
    KeyPath,
    PrincipalDep,
    StoreDep,
)
from api.http.pagination import read_page
from api.http.problems import refusing
from api.http.resources import not_modified, tag
from api.openapi import ETAG, LOCATION, OF_BODY, OF_STORE, failures, not_modified_or, paged
from api.reach import check_change, check_reach
from api.routes.examples import NEED, NEED_CHANGES
from api.schemas.needs import NeedChanges, NeedInput, NeedPage, NeedQuery, NeedResource
from graph_models.domain.errors import NotFound
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
    act: ActDep,
    principal: PrincipalDep,
    desk: DeskDep,
    store: StoreDep,
    request: Request,
    response: Response,
) -> NeedResource:
    """Store a need, and push it to the staff of the communities of its resident."""
    with refusing():
        need = body.to_domain(act.new_id("need"), act.at)
        check_reach(store, principal, need)
        stored = desk.raise_need(need, act)
    response.headers["Location"] = f"{request.url.path}/{stored.value.id}"
    return NeedResource.of(tag(response, stored))


@router.get(
    "",
    operation_id="listNeeds",
    responses=paged(),
)
def list_needs(
    query: Annotated[NeedQuery, Query()],
    store: StoreDep,
    principal: PrincipalDep,
    request: Request,
    response: Response,
) -> NeedPage:
    """List needs in the order of their ids, a page at a time."""
    own = {} if principal.resident_id is None else {"resident_id": principal.resident_id}
    items, cursor = read_page(
        request, response, store, Need, query, NeedResource.of, own, within=principal.within
    )
    return NeedPage(items=items, next_cursor=cursor)


@router.get(
    "/{id}",
    operation_id="getNeed",
    response_model=NeedResource,
    responses={**not_modified_or(ETAG), **failures(*OF_STORE, "not-found", "invalid-request")},
)
def get_need(
    key: KeyPath,
    store: StoreDep,
    principal: PrincipalDep,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> NeedResource | Response:
    """Read one need."""
    stored = store.get(Need, key, within=principal.within)
    if not principal.acts_for(stored.value.resident_id):
        raise NotFound("Need", key)
    return not_modified(stored, if_none_match) or NeedResource.of(tag(response, stored))


@router.patch(
    "/{id}",
    operation_id="changeNeed",
    responses={
        200: {"headers": ETAG},
        **failures(
            *OF_STORE,
            *OF_BODY,
            *("not-found", "revision-conflict", "precondition-required"),
            *("idempotency-key-reused", "outcome-unknown"),
        ),
    },
)
def change_need(
    key: KeyPath,
    body: Annotated[NeedChanges, Body(openapi_examples=NEED_CHANGES)],
    expected_revision: ExpectedRevision,
    act: ActDep,
    principal: PrincipalDep,
    desk: DeskDep,
    store: StoreDep,
    response: Response,
) -> NeedResource:
    """Change some members of a need (JSON Merge Patch), if it is still at the revision that was read.

    Withdrawn, it lets go of the providers that hold units for it; sought for again, it is pushed.
    """

    def alter(need: Need) -> Need:
        changed = body.applied_to(need)
        check_change(store, principal, need, changed)
        return changed

    with refusing():
        stored = desk.change_need(
            key, alter, act, expected_revision=expected_revision, within=principal.within
        )
    return NeedResource.of(tag(response, stored))


@router.post(
    "/{id}/acknowledgement",
    operation_id="acknowledgeNeed",
    responses={
        200: {"headers": ETAG},
        **failures(*OF_STORE, "not-found", "invalid-request", "idempotency-key-reused", "outcome-unknown"),
    },
)
def acknowledge_need(
    key: KeyPath, act: ActDep, principal: PrincipalDep, desk: DeskDep, response: Response
) -> NeedResource:
    """Say that somebody acts on a need: it waits once more before it climbs."""
    return NeedResource.of(tag(response, desk.acknowledge(key, act, principal.within)))

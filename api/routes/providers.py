"""/v1/providers"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query
from starlette.requests import Request
from starlette.responses import Response

from api.bodies import JsonRoute
from api.dependencies import (
    ActDep,
    EngineDep,
    ExpectedRevision,
    IfNoneMatch,
    KeyPath,
    PrincipalDep,
    StoreDep,
)
from api.http.pagination import read_page
from api.http.resources import change, create, not_modified, tag
from api.openapi import ETAG, LOCATION, OF_BODY, OF_STORE, failures, not_modified_or, paged
from api.reach import check_place
from api.routes.examples import PROVIDER, PROVIDER_CHANGES
from api.schemas.providers import (
    ProviderChanges,
    ProviderInput,
    ProviderPage,
    ProviderQuery,
    ProviderResource,
    ProviderSearchAnswer,
    ProviderSearchQuery,
)
from graph_models.domain.providers import Provider

router = APIRouter(prefix="/v1/providers", tags=["providers"], route_class=JsonRoute)
search_router = APIRouter(prefix="/v1", tags=["providers"], route_class=JsonRoute)


@router.post(
    "",
    operation_id="createProvider",
    status_code=201,
    responses={
        201: {"headers": {**LOCATION, **ETAG}},
        **failures(*OF_STORE, *OF_BODY, "duplicate-key", "idempotency-key-reused", "outcome-unknown"),
    },
)
def create_provider(
    body: Annotated[ProviderInput, Body(openapi_examples=PROVIDER)],
    act: ActDep,
    principal: PrincipalDep,
    store: StoreDep,
    request: Request,
    response: Response,
) -> ProviderResource:
    """Store a provider."""
    check_place(principal, body.community_code)
    stored = create(store, Provider, act, lambda: body.to_domain(act.new_id("provider")))
    response.headers["Location"] = f"{request.url.path}/{stored.value.id}"
    return ProviderResource.of(tag(response, stored))


@router.get(
    "",
    operation_id="listProviders",
    responses=paged(),
)
def list_providers(
    query: Annotated[ProviderQuery, Query()], store: StoreDep, request: Request, response: Response
) -> ProviderPage:
    """List providers in the order of their ids, a page at a time."""
    items, cursor = read_page(request, response, store, Provider, query, ProviderResource.of)
    return ProviderPage(items=items, next_cursor=cursor)


@search_router.get(
    "/provider-search",
    operation_id="searchProviders",
    responses=failures(*OF_STORE, "not-ready", "invalid-request"),
)
def search_providers(
    query: Annotated[ProviderSearchQuery, Query()], engine: EngineDep
) -> ProviderSearchAnswer:
    """Find providers of any area, active or not, by a part of their names or the beginning of their ids."""
    return ProviderSearchAnswer.of(engine.matcher.search_providers(query.text, query.limit))


@router.get(
    "/{id}",
    operation_id="getProvider",
    response_model=ProviderResource,
    responses={**not_modified_or(ETAG), **failures(*OF_STORE, "not-found", "invalid-request")},
)
def get_provider(
    key: KeyPath, store: StoreDep, response: Response, if_none_match: IfNoneMatch = None
) -> ProviderResource | Response:
    """Read one provider."""
    stored = store.get(Provider, key)
    return not_modified(stored, if_none_match) or ProviderResource.of(tag(response, stored))


@router.patch(
    "/{id}",
    operation_id="changeProvider",
    responses={
        200: {"headers": ETAG},
        **failures(
            *OF_STORE, *OF_BODY, "not-found", "revision-conflict", "precondition-required", "outcome-unknown"
        ),
    },
)
def change_provider(
    key: KeyPath,
    body: Annotated[ProviderChanges, Body(openapi_examples=PROVIDER_CHANGES)],
    expected_revision: ExpectedRevision,
    act: ActDep,
    principal: PrincipalDep,
    store: StoreDep,
    response: Response,
) -> ProviderResource:
    """Change some members of a provider (JSON Merge Patch), if it is still at the revision that was read."""

    def alter(provider: Provider) -> Provider:
        changed = body.applied_to(provider)
        if changed.community_code != provider.community_code:
            check_place(principal, changed.community_code)
        return changed

    stored = change(store, Provider, key, expected_revision, alter, act, principal.within)
    return ProviderResource.of(tag(response, stored))

"""/v1/api-keys: credentials of programs. Nobody passes on more than they have."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query
from starlette.requests import Request
from starlette.responses import Response

from api import keyring
from api.bodies import JsonRoute
from api.dependencies import ActDep, KeyPath, PrincipalDep, PrivateActDep, StoreDep
from api.http.pagination import read_page
from api.http.problems import refusing
from api.identity.principal import Principal
from api.openapi import LOCATION, OF_BODY, OF_STORE, failures, paged
from api.reach import check_passing_on
from api.routes.admin_examples import API_KEY, ROTATION
from api.schemas.common import PageQuery
from api.schemas.keys import ApiKeyInput, ApiKeyPage, ApiKeyResource, IssuedApiKey, RotationInput
from graph_models.domain.credentials import ApiKey
from graph_models.domain.errors import NotFound
from graph_models.ports import GraphStore

router = APIRouter(prefix="/v1/api-keys", tags=["access"], route_class=JsonRoute)

NOT_KEPT = {"Cache-Control": "no-store"}


@router.post(
    "",
    operation_id="createApiKey",
    status_code=201,
    responses={
        201: {"headers": LOCATION},
        **failures(*OF_STORE, *OF_BODY, "idempotency-key-reused", "outcome-unknown"),
    },
)
def create_api_key(
    body: Annotated[ApiKeyInput, Body(openapi_examples=API_KEY)],
    act: ActDep,
    principal: PrincipalDep,
    store: StoreDep,
    response: Response,
) -> IssuedApiKey:
    """Issue a key. Its text is in this answer and never again, also if the request is repeated."""
    check_passing_on(principal, body.areas())
    with refusing():
        shown = keyring.issue(store, act, body.name, body.role, body.areas(), body.expires_at)
    response.headers.update({**NOT_KEPT, "Location": f"/v1/api-keys/{shown.key.id}"})
    return IssuedApiKey.shown(shown.key, shown.text)


@router.get(
    "",
    operation_id="listApiKeys",
    responses=paged(),
)
def list_api_keys(
    query: Annotated[PageQuery, Query()],
    principal: PrincipalDep,
    store: StoreDep,
    request: Request,
    response: Response,
) -> ApiKeyPage:
    """List the keys that reach no further than who asks, those that were revoked as well."""
    items, cursor = read_page(
        request,
        response,
        store,
        ApiKey,
        query,
        lambda each: ApiKeyResource.of(each.value),
        keep=lambda key: principal.covers(key.within),
    )
    return ApiKeyPage(items=items, next_cursor=cursor)


@router.post(
    "/{id}/rotation",
    operation_id="rotateApiKey",
    status_code=201,
    responses={
        201: {"headers": LOCATION},
        **failures(
            *OF_STORE, *OF_BODY, "not-found", "key-is-over", "idempotency-key-reused", "outcome-unknown"
        ),
    },
)
def rotate_api_key(
    key: KeyPath,
    body: Annotated[RotationInput, Body(openapi_examples=ROTATION)],
    act: ActDep,
    principal: PrincipalDep,
    store: StoreDep,
    response: Response,
) -> IssuedApiKey:
    """Issue a key that takes over from another one; both work for the overlap."""
    _check_theirs(store, principal, key)
    with refusing():
        shown = keyring.rotate(store, act, key, body.overlap)
    response.headers.update({**NOT_KEPT, "Location": f"/v1/api-keys/{shown.key.id}"})
    return IssuedApiKey.shown(shown.key, shown.text)


@router.post(
    "/{id}/revocation",
    operation_id="revokeApiKey",
    responses=failures(*OF_STORE, "not-found", "invalid-request", "outcome-unknown"),
)
def revoke_api_key(
    key: KeyPath, act: PrivateActDep, principal: PrincipalDep, store: StoreDep
) -> ApiKeyResource:
    """Take a key back: from now on it is refused."""
    _check_theirs(store, principal, key)
    return ApiKeyResource.of(keyring.revoke(store, act, key))


def _check_theirs(store: GraphStore, principal: Principal, key_id: str) -> None:
    """A key that reaches further than who asks looks as if it did not exist."""
    if not principal.covers(store.get(ApiKey, key_id).value.within):
        raise NotFound(keyring.KIND, key_id)

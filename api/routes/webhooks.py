"""/v1/webhooks: who is told of what happens, and what could not be told."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api import subscriptions
from api.bodies import JsonRoute
from api.dependencies import (
    ActDep,
    IfNoneMatch,
    KeyPath,
    PrincipalDep,
    PrivateActDep,
    ServicesDep,
    StoreDep,
    VaultDep,
)
from api.http.pagination import read_page
from api.http.problems import refusing
from api.http.resources import not_modified, tag
from api.identity.principal import Principal
from api.openapi import ETAG, LOCATION, OF_BODY, OF_STORE, failures, not_modified_or, paged
from api.reach import check_passing_on
from api.routes.admin_examples import WEBHOOK
from api.schemas.common import Id, PageQuery
from api.schemas.webhooks import (
    DeadLetter,
    DeadLetterPage,
    NewWebhook,
    Replay,
    WebhookInput,
    WebhookPage,
    WebhookResource,
)
from api.webhooks.targets import parse_target
from api.webhooks.worker import replay
from graph_models.domain.errors import NotFound
from graph_models.domain.identifiers import DeliveryId
from graph_models.domain.notifications import Delivery, DeliveryStatus, WebhookEndpoint
from graph_models.ports import GraphStore, Stored

router = APIRouter(prefix="/v1/webhooks", tags=["access"], route_class=JsonRoute)

DeliveryPath = Annotated[Id, Path(alias="delivery_id")]


@router.post(
    "",
    operation_id="createWebhook",
    status_code=201,
    responses={
        201: {"headers": {**LOCATION, **ETAG}},
        **failures(
            *OF_STORE, *OF_BODY, "not-found", "no-master-key", "idempotency-key-reused", "outcome-unknown"
        ),
    },
)
def create_webhook(
    body: Annotated[WebhookInput, Body(openapi_examples=WEBHOOK)],
    act: ActDep,
    principal: PrincipalDep,
    vault: VaultDep,
    services: ServicesDep,
    response: Response,
) -> NewWebhook:
    """Tell a receiver of events from now on. Its secret is in this answer and never again."""
    check_passing_on(principal, body.areas())
    with refusing():
        parse_target(body.url, may_be_loopback=services.may_send_to_loopback)
        made = subscriptions.subscribe(
            services.store, vault, act, body.url, tuple(body.event_types or ()), body.areas()
        )
    stored = tag(response, made.endpoint)
    response.headers["Location"] = f"/v1/webhooks/{stored.value.id}"
    response.headers["Cache-Control"] = "no-store"
    return NewWebhook.shown(stored, made.secret)


@router.get(
    "",
    operation_id="listWebhooks",
    responses=paged(),
)
def list_webhooks(
    query: Annotated[PageQuery, Query()],
    principal: PrincipalDep,
    store: StoreDep,
    request: Request,
    response: Response,
) -> WebhookPage:
    """List the receivers that hear of no more than who asks may know."""
    items, cursor = read_page(
        request,
        response,
        store,
        WebhookEndpoint,
        query,
        WebhookResource.of,
        keep=lambda each: principal.covers(each.jurisdiction),
    )
    return WebhookPage(items=items, next_cursor=cursor)


@router.get(
    "/{id}",
    operation_id="getWebhook",
    response_model=WebhookResource,
    responses={**not_modified_or(ETAG), **failures(*OF_STORE, "not-found", "invalid-request")},
)
def get_webhook(
    key: KeyPath,
    principal: PrincipalDep,
    store: StoreDep,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> WebhookResource | Response:
    """Read one receiver."""
    stored = _theirs(store, principal, key)
    return not_modified(stored, if_none_match) or WebhookResource.of(tag(response, stored))


@router.delete(
    "/{id}",
    operation_id="deleteWebhook",
    status_code=204,
    responses=failures(*OF_STORE, "not-found", "invalid-request", "outcome-unknown"),
)
def delete_webhook(key: KeyPath, act: PrivateActDep, principal: PrincipalDep, store: StoreDep) -> None:
    """Tell a receiver nothing more, and forget what it has not heard."""
    _theirs(store, principal, key)
    subscriptions.unsubscribe(store, act, key)


@router.post(
    "/{id}/resumption",
    operation_id="resumeWebhook",
    responses={
        200: {"headers": ETAG},
        **failures(*OF_STORE, "not-found", "invalid-request", "outcome-unknown"),
    },
)
def resume_webhook(
    key: KeyPath, act: PrivateActDep, principal: PrincipalDep, store: StoreDep, response: Response
) -> WebhookResource:
    """Send to a receiver again that was disabled because it answered 410; nothing of the meantime is lost."""
    _theirs(store, principal, key)
    return WebhookResource.of(tag(response, subscriptions.resume(store, act, key)))


@router.get(
    "/{id}/dead-letters",
    operation_id="listDeadLetters",
    responses=paged("not-found"),
)
def list_dead_letters(
    key: KeyPath,
    query: Annotated[PageQuery, Query()],
    principal: PrincipalDep,
    store: StoreDep,
    request: Request,
    response: Response,
) -> DeadLetterPage:
    """List what a receiver could not be told, though it was tried for three days."""
    _theirs(store, principal, key)
    fixed = {"endpoint_id": key, "status": DeliveryStatus.DEAD}
    items, cursor = read_page(request, response, store, Delivery, query, DeadLetter.of, fixed)
    return DeadLetterPage(items=items, next_cursor=cursor)


@router.post(
    "/{id}/dead-letters/{delivery_id}/replay",
    operation_id="replayWebhook",
    status_code=202,
    responses=failures(*OF_STORE, "not-found", "invalid-request", "revision-conflict", "outcome-unknown"),
)
def replay_webhook(
    key: KeyPath, delivery_key: DeliveryPath, act: PrivateActDep, principal: PrincipalDep, store: StoreDep
) -> Replay:
    """Try a dead letter again, from the start of the schedule."""
    _theirs(store, principal, key)
    delivery = store.get(Delivery, delivery_key).value
    if delivery.endpoint_id != key or not delivery.is_dead:
        raise NotFound("Delivery", delivery_key)
    revived = replay(store, DeliveryId(delivery_key), act.at, subscriptions.told_of_replay(act, delivery))
    return Replay(id=revived.id, next_attempt_at=revived.next_attempt_at)


def _theirs(store: GraphStore, principal: Principal, key: str) -> Stored[WebhookEndpoint]:
    """Return a receiver; one that hears of more than who asks may know looks as if it did not exist."""
    stored = store.get(WebhookEndpoint, key)
    if not principal.covers(stored.value.jurisdiction):
        raise NotFound("WebhookEndpoint", key)
    return stored

"""What handlers ask for, as types: a signature is the whole contract of a route."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Header, Path
from starlette.requests import Request

from api.http.etags import ETAG_PATTERN, etag_of, revision_of
from api.http.idempotency import KEY_PATTERN, digest_of_body, write_id_of
from api.identification import identify
from api.identity.guard import Authenticator
from api.identity.principal import Principal
from api.identity.sessions import Sessions
from api.limits.rate_limits import RateLimits
from api.limits.streams import Streams
from api.live.coverage import CoverageDesk
from api.live.engine import Engine
from api.live.event_feed import EventFeed
from api.live.plans import Plans
from api.live.queue import LiveQueue
from api.metrics import Metrics
from api.personal.errors import NoMasterKey
from api.personal.vault import Vault
from api.schemas.common import Id
from graph_models.ports import Clock, GraphStore
from matcher.closed_loop.acts import Act
from matcher.closed_loop.desk import Desk


@dataclass(frozen=True, slots=True)
class Services:
    """What lives as long as the application."""

    store: GraphStore
    clock: Clock
    engine: Engine
    queue: LiveQueue
    metrics: Metrics
    plans: Plans
    coverage: CoverageDesk
    desk: Desk
    events: EventFeed
    authenticator: Authenticator
    sessions: Sessions
    vault: Vault | None
    rate_limits: RateLimits
    streams: Streams
    may_send_to_loopback: bool


async def _services(request: Request) -> Services:
    return cast("Services", request.app.state.services)


ServicesDep = Annotated[Services, Depends(_services)]


async def _store(services: ServicesDep) -> GraphStore:
    return services.store


async def _clock(services: ServicesDep) -> Clock:
    return services.clock


async def _engine(services: ServicesDep) -> Engine:
    return services.engine


async def _queue(services: ServicesDep) -> LiveQueue:
    return services.queue


async def _plans(services: ServicesDep) -> Plans:
    return services.plans


async def _desk(services: ServicesDep) -> Desk:
    return services.desk


async def _coverage(services: ServicesDep) -> CoverageDesk:
    return services.coverage


async def _vault(services: ServicesDep) -> Vault:
    if services.vault is None:
        raise NoMasterKey
    return services.vault


StoreDep = Annotated[GraphStore, Depends(_store)]
ClockDep = Annotated[Clock, Depends(_clock)]
EngineDep = Annotated[Engine, Depends(_engine)]
QueueDep = Annotated[LiveQueue, Depends(_queue)]
PlansDep = Annotated[Plans, Depends(_plans)]
DeskDep = Annotated[Desk, Depends(_desk)]
CoverageDep = Annotated[CoverageDesk, Depends(_coverage)]
VaultDep = Annotated[Vault, Depends(_vault)]
KeyPath = Annotated[Id, Path(alias="id")]
CodePath = Annotated[Id, Path(alias="code")]
IfNoneMatch = Annotated[
    str | None, Header(description="ETags of copies at hand; 304 without a body if one is current")
]


async def _expected_revision(
    if_match: Annotated[
        str,
        Header(
            pattern=ETAG_PATTERN,
            description='The ETag that was read: `"3"`. No list, no `*`.',
            openapi_examples={"first": {"summary": "Nothing has changed since", "value": etag_of(1)}},
        ),
    ],
) -> int:
    return revision_of(if_match)


ExpectedRevision = Annotated[int, Depends(_expected_revision)]


async def authorised(request: Request, services: ServicesDep) -> Principal | None:
    """Say who asks. Every route depends on it, so that none can be forgotten."""
    return await identify(request, services)


PrincipalDep = Annotated[Principal, Depends(authorised)]


async def _stream_place(principal: PrincipalDep, services: ServicesDep) -> AsyncIterator[None]:
    with services.streams.place(principal.subject):
        yield


StreamPlace = Depends(_stream_place)


async def _act(
    request: Request,
    principal: PrincipalDep,
    services: ServicesDep,
    idempotency_key: Annotated[
        str | None,
        Header(
            pattern=KEY_PATTERN,
            description="Repeating a request with its key has no further effect, however often and whenever",
        ),
    ] = None,
) -> Act:
    path = request.url.path
    return Act(
        actor=principal.subject,
        role=principal.role,
        at=services.clock.now(),
        write_id=write_id_of(principal.subject, request.method, path, idempotency_key),
        request_id=request.state.request_id,
        request_digest=digest_of_body(await request.body()),
    )


ActDep = Annotated[Act, Depends(_act)]


async def _private_act(request: Request, principal: PrincipalDep, services: ServicesDep) -> Act:
    """Make the act of a request that needs no key to be repeated, and of whose body no digest is kept.

    Names and numbers are few enough to try them all against a digest.
    """
    return Act(
        actor=principal.subject,
        role=principal.role,
        at=services.clock.now(),
        write_id=write_id_of(principal.subject, request.method, request.url.path, None),
        request_id=request.state.request_id,
    )


PrivateActDep = Annotated[Act, Depends(_private_act)]

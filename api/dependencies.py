"""What handlers ask for, as types: a signature is the whole contract of a route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Header, Path
from starlette.requests import Request

from api.coverage import CoverageDesk
from api.engine import Engine
from api.etags import ETAG_PATTERN, etag_of, revision_of
from api.idempotency import KEY_PATTERN, Creation, creation_of
from api.metrics import Metrics
from api.plans import Plans
from api.schemas.common import Id
from graph_models.ports import Clock, GraphStore


@dataclass(frozen=True, slots=True)
class Services:
    """What lives as long as the application."""

    store: GraphStore
    clock: Clock
    engine: Engine
    metrics: Metrics
    plans: Plans
    coverage: CoverageDesk


async def _services(request: Request) -> Services:
    return cast("Services", request.app.state.services)


ServicesDep = Annotated[Services, Depends(_services)]


async def _store(services: ServicesDep) -> GraphStore:
    return services.store


async def _clock(services: ServicesDep) -> Clock:
    return services.clock


async def _engine(services: ServicesDep) -> Engine:
    return services.engine


async def _plans(services: ServicesDep) -> Plans:
    return services.plans


async def _coverage(services: ServicesDep) -> CoverageDesk:
    return services.coverage


StoreDep = Annotated[GraphStore, Depends(_store)]
ClockDep = Annotated[Clock, Depends(_clock)]
EngineDep = Annotated[Engine, Depends(_engine)]
PlansDep = Annotated[Plans, Depends(_plans)]
CoverageDep = Annotated[CoverageDesk, Depends(_coverage)]
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


async def _creation(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            pattern=KEY_PATTERN,
            description="Repeating a request with its key has no further effect, however often and whenever",
        ),
    ] = None,
) -> Creation:
    return creation_of(request.url.path.rpartition("/")[2], idempotency_key)


CreationDep = Annotated[Creation, Depends(_creation)]

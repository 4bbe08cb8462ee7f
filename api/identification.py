"""Who asks, found out before anything else of a request is looked at."""

from __future__ import annotations

from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from api.identity.guard import Authenticator
from api.identity.policy import authorise, is_public
from api.identity.principal import Principal
from api.identity.sessions import COOKIE, Sessions
from api.limits.rate_limits import RateLimits
from graph_models.ports import Clock


class Identifying(Protocol):
    """What it takes of the application's services."""

    @property
    def authenticator(self) -> Authenticator: ...

    @property
    def sessions(self) -> Sessions: ...

    @property
    def rate_limits(self) -> RateLimits: ...

    @property
    def clock(self) -> Clock: ...


async def identify(request: Request, services: Identifying) -> Principal | None:
    """Say who asks and refuse what that role may not have done, once for each request.

    None asks for what is public without showing credentials.
    """
    if "principal" not in request.scope["state"]:
        operation_id = request.scope["route"].operation_id
        principal = await _asking(request, services, operation_id)
        if principal is not None and not is_public(operation_id):
            request.scope["state"]["headers"] = services.rate_limits.take(principal.subject, operation_id)
        authorise(operation_id, principal)
        request.scope["state"]["principal"] = principal
    found: Principal | None = request.scope["state"]["principal"]
    return found


async def identify_again(request: Request, services: Identifying) -> Principal:
    """Say who asks for what goes on and on, by what came with the request, as things are now.

    Raises
    ------
    Unauthenticated, Forbidden
        If the request would not be admitted any more.
    IdentityUnavailable, StoreUnavailable
        If it cannot be said.
    """
    header, now = request.headers.get("authorization"), services.clock.now()
    if header is not None:
        principal = await run_in_threadpool(services.authenticator.judge, header, now=now)
    else:
        cookie = request.cookies.get(COOKIE, "")
        principal = (
            await run_in_threadpool(services.sessions.resume, cookie, request.headers, now=now)
        ).principal
    authorise(request.scope["route"].operation_id, principal)
    return principal


def address_of(request: Request) -> str:
    """Return where a request comes from, by which failures are counted."""
    return request.client.host if request.client else ""


async def _asking(request: Request, services: Identifying, operation_id: str) -> Principal | None:
    """Find out who asks: by the header, or else by the cookie, which browsers send along unasked."""
    header, cookie = request.headers.get("authorization"), request.cookies.get(COOKIE)
    now = services.clock.now()
    # Either may wait for the store or the identity provider.
    if header is not None:
        ask = services.authenticator.authenticate
        return await run_in_threadpool(ask, header, address_of(request), now=now)
    if cookie is None or is_public(operation_id):
        return None
    session = await run_in_threadpool(services.sessions.resume, cookie, request.headers, now=now)
    return session.principal

"""Who asks, found out before anything else of a request is looked at."""

from __future__ import annotations

from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from api.identity.guard import Authenticator
from api.identity.policy import authorise, is_public
from api.identity.principal import Principal
from api.rate_limits import RateLimits
from graph_models.ports import Clock


class Identifying(Protocol):
    """What it takes of the application's services."""

    @property
    def authenticator(self) -> Authenticator: ...

    @property
    def rate_limits(self) -> RateLimits: ...

    @property
    def clock(self) -> Clock: ...


async def identify(request: Request, services: Identifying) -> Principal | None:
    """Say who asks and refuse what that role may not have done, once for each request.

    None asks for what is public without showing credentials.
    """
    if "principal" not in request.scope["state"]:
        header = request.headers.get("authorization")
        address = request.client.host if request.client else ""
        principal = None
        if header is not None:
            # It may wait for the store or the identity provider.
            ask = services.authenticator.authenticate
            principal = await run_in_threadpool(ask, header, address, now=services.clock.now())
        operation_id = request.scope["route"].operation_id
        if principal is not None and not is_public(operation_id):
            request.scope["state"]["headers"] = services.rate_limits.take(principal.subject, operation_id)
        authorise(operation_id, principal)
        request.scope["state"]["principal"] = principal
    found: Principal | None = request.scope["state"]["principal"]
    return found

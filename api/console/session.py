"""/console/session: sign in, ask who is signed in, sign out."""

from __future__ import annotations

from math import ceil
from typing import Annotated, Any, Protocol

from fastapi.exceptions import RequestValidationError
from pydantic import StringConstraints, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.bodies import StrictRequest, check_media_type
from api.identification import address_of
from api.identity.errors import Reason, Unauthenticated
from api.identity.sessions import COOKIE, MAX_CREDENTIAL, Session, Sessions, is_same_origin
from api.limits.rate_limits import RateLimits
from api.schemas.common import RequestModel
from graph_models.ports import Clock

OPERATION = "signIn"  # in no document: the page of the service alone uses it
_SCOPE: dict[str, Any] = {"path": "/", "secure": True, "httponly": True, "samesite": "strict"}


class SignIn(RequestModel):
    """What somebody shows: an API key, a token of the identity provider, or the administrator's."""

    credential: Annotated[str, StringConstraints(min_length=1, max_length=MAX_CREDENTIAL, pattern="^[!-~]+$")]


class SigningIn(Protocol):
    """What it takes of the application's services."""

    @property
    def sessions(self) -> Sessions: ...

    @property
    def rate_limits(self) -> RateLimits: ...

    @property
    def clock(self) -> Clock: ...


async def sign_in(request: Request) -> Response:
    """Put a credential that is good into a cookie."""
    services: SigningIn = request.app.state.services
    _refuse_other_sites(request)
    check_media_type(request)
    shown, now = await _shown(request), services.clock.now()
    session = await run_in_threadpool(services.sessions.begin, shown.credential, address_of(request), now=now)
    # It is a request like any other: nobody signs in without end.
    budget = services.rate_limits.take(session.principal.subject, OPERATION)
    response = _told(session)
    response.headers.update(budget)
    seconds = ceil((session.expires_at - now).total_seconds())
    response.set_cookie(COOKIE, session.sealed, max_age=seconds, **_SCOPE)
    return response


async def who_is_signed_in(request: Request) -> Response:
    """Say whose session it is."""
    services: SigningIn = request.app.state.services
    cookie = request.cookies.get(COOKIE)
    if cookie is None:
        raise Unauthenticated(Reason.MISSING)
    now = services.clock.now()
    return _told(await run_in_threadpool(services.sessions.resume, cookie, request.headers, now=now))


async def sign_out(request: Request) -> Response:
    """Take the cookie back, whatever is in it."""
    _refuse_other_sites(request)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, **_SCOPE)
    return response


async def _shown(request: Request) -> SignIn:
    given = await StrictRequest(request.scope, request.receive).json()
    try:
        return SignIn.model_validate(given)
    except ValidationError as error:
        # Without its input: it is a secret.
        faults = error.errors(include_input=False, include_context=False, include_url=False)
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in faults]) from None


def _refuse_other_sites(request: Request) -> None:
    if not is_same_origin(request.headers):
        raise Unauthenticated(Reason.FOREIGN_ORIGIN)


def _told(session: Session) -> JSONResponse:
    principal = session.principal
    return JSONResponse(
        {
            "subject": principal.subject,
            "role": principal.role,
            "jurisdiction": None if principal.within is None else list(principal.within),
            "expires_at": session.expires_at.isoformat().replace("+00:00", "Z"),
        },
        headers={"Cache-Control": "no-store"},
    )

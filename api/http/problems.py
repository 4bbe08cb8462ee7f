"""Problems: every error, translated to HTTP in this one place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from api.http.problem_types import PROBLEM_TYPES
from api.identity.errors import Forbidden, IdentityUnavailable, KeyIsOver, TooManyFailures, Unauthenticated
from api.personal.errors import NoMasterKey, UnknownKey
from api.schemas.problems import Fault, Problem
from graph_models.domain.errors import (
    CapacityExceeded,
    DuplicateKey,
    IdempotencyConflict,
    InvalidValue,
    LastMeterError,
    NotFound,
    OutcomeUnknown,
    RevisionConflict,
    StillReferenced,
    StoreReadOnly,
    StoreUnavailable,
    UnknownReference,
)
from graph_models.domain.referrals import TransitionNotAllowed
from matcher.closed_loop.erasure import LiveReferrals
from matcher.closed_loop.errors import AlreadyAsked, NeedCovered, NeedNotOpen, ProviderExcluded

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER = {"Retry-After": "1"}


# An InvalidValue that reaches this table was raised by stored data, not by the request: the
# conversions of requests catch theirs in `refusing`. It is a fault of ours, as is any other error.
_TYPE_OF_ERROR: Mapping[type[LastMeterError], str] = {
    Unauthenticated: "unauthenticated",
    Forbidden: "forbidden",
    TooManyFailures: "too-many-requests",
    IdentityUnavailable: "identity-unavailable",
    TransitionNotAllowed: "transition-not-allowed",
    NeedNotOpen: "need-not-open",
    NeedCovered: "need-covered",
    AlreadyAsked: "already-asked",
    ProviderExcluded: "provider-excluded",
    KeyIsOver: "key-is-over",
    LiveReferrals: "live-referrals",
    NoMasterKey: "no-master-key",
    UnknownKey: "no-master-key",
    NotFound: "not-found",
    DuplicateKey: "duplicate-key",
    CapacityExceeded: "capacity-exceeded",
    StillReferenced: "still-referenced",
    RevisionConflict: "revision-conflict",
    IdempotencyConflict: "idempotency-key-reused",
    UnknownReference: "unknown-reference",
    StoreUnavailable: "store-unavailable",
    StoreReadOnly: "store-unavailable",
    OutcomeUnknown: "outcome-unknown",
    LastMeterError: "internal-error",
}
_TYPE_OF_STATUS = {
    400: "malformed-request",
    404: "unknown-route",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "unsupported-media-type",
}


class Refusal(HTTPException):
    """A request is answered with a problem."""

    def __init__(
        self,
        name: str,
        detail: str,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.problem = PROBLEM_TYPES[name]
        super().__init__(self.problem.status, detail, dict(headers or {}))
        self.faults = tuple(faults)


def refusal_of(error: Exception) -> Refusal:
    """Say as a problem what an error means to the client; nothing internal is in it."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, LastMeterError):
        name = next(_TYPE_OF_ERROR[kind] for kind in type(error).__mro__ if kind in _TYPE_OF_ERROR)
        if isinstance(error, IdempotencyConflict):
            return Refusal(name, PROBLEM_TYPES[name].meaning)  # its own message names our write id
        if name != "internal-error":
            faults = [body_fault(error.field, str(error))] if isinstance(error, UnknownReference) else []
            return Refusal(name, str(error), faults, _headers(error, PROBLEM_TYPES[name].status))
    if isinstance(error, HTTPException) and error.status_code in _TYPE_OF_STATUS:
        problem = PROBLEM_TYPES[_TYPE_OF_STATUS[error.status_code]]
        return Refusal(problem.name, problem.meaning, headers=error.headers)
    return Refusal("internal-error", "The request could not be served.")


def _headers(error: LastMeterError, status: int) -> Mapping[str, str] | None:
    if isinstance(error, TooManyFailures):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {401: {"WWW-Authenticate": "Bearer"}, 503: RETRY_AFTER}.get(status)


def problem_response(error: Exception, scope: Scope) -> Response:
    """Write the problem that an error is."""
    refusal = refusal_of(error)
    body = Problem(
        type=refusal.problem.uri,
        title=refusal.problem.title,
        status=refusal.problem.status,
        detail=refusal.detail,
        request_id=scope["state"]["request_id"],
        errors=list(refusal.faults),
    )
    return Response(
        body.model_dump_json(), refusal.status_code, headers=refusal.headers, media_type=PROBLEM_JSON
    )


def body_fault(field: str, detail: str, owner: str = "") -> Fault:
    """Blame a field of the body, named as the domain does: ``need.time_window.end``.

    `owner` is the member of the body that holds the value, if it is not the body itself.
    """
    path = re.sub(r"^(need|provider|referral|personal|api_key|webhook_endpoint)\.", "", field)
    path = path if owner else path.removeprefix("resident.")
    path = re.sub(r"^availability\..*", "availability", path)  # one text over HTTP
    if owner and not path.startswith("resident."):
        path = f"{owner}.{path}"
    return Fault(location="body", pointer=f"#/{path.replace('.', '/')}", detail=detail)


@contextmanager
def refusing(owner: str = "", *, is_query: bool = False) -> Iterator[None]:
    """Answer a domain rule that the request breaks with a problem; wrap only conversions of requests."""
    try:
        yield
    except InvalidValue as error:
        fault = body_fault(error.field, f"must {error.rule}", owner)
        fault = fault.model_copy(update={"location": "query"}) if is_query else fault
        raise Refusal("rule-broken", str(error), [fault]) from error
    except UnknownReference as error:
        fault = body_fault(error.field, str(error), owner)
        raise Refusal("unknown-reference", str(error), [fault]) from error

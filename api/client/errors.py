"""What can go wrong, by what a caller does about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

_BLANK = "about:blank"  # RFC 9457: the status says it all


@dataclass(frozen=True, slots=True)
class Fault:
    """One part of the request that is to blame: `location` is body, query, path or header."""

    location: str
    pointer: str
    detail: str


class ClientError(Exception):
    """The base of all that this client raises."""


class Unreachable(ClientError):
    """No answer came, in any attempt. A write may have taken effect: repeat it with its Idempotency-Key."""

    retry_after_seconds: float | None = None


class UnexpectedAnswer(ClientError):
    """The answer lacks what its type says; the service and this client do not fit together."""


class Problem(ClientError):
    """The service refused (RFC 9457). `type` is stable, and its meaning is served at that address."""

    def __init__(
        self,
        *,
        status: int,
        title: str,
        type: str = _BLANK,
        detail: str = "",
        errors: tuple[Fault, ...] = (),
        request_id: str | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(f"{status} {title}: {detail} (request {request_id})")
        self.type = type
        self.title = title
        self.status = status
        self.detail = detail
        self.errors = errors
        self.request_id = request_id
        self.retry_after_seconds = retry_after_seconds

    @property
    def name(self) -> str:
        """The last part of `type`, such as ``need-covered``."""
        return self.type.rpartition("/")[2]


class Unauthenticated(Problem):
    """The credential is missing, unknown, expired or revoked."""


class Forbidden(Problem):
    """The role of the credential does not include this."""


class NotFound(Problem):
    """It is not there, or lies outside the areas of the credential."""


class Conflict(Problem):
    """The state of things stands against it, such as a provider without free units."""


class RevisionConflict(Conflict):
    """Somebody else was faster. Read again and decide anew."""


class Invalid(Problem):
    """The request itself is wrong; `errors` names the places."""


class Overloaded(Problem):
    """Service or network are not up to it now; `retry_after_seconds` says for how long, if known."""


_KINDS: Mapping[int, type[Problem]] = {
    400: Invalid,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    408: Overloaded,  # the network was too slow for the body
    409: Conflict,
    412: RevisionConflict,
    413: Invalid,
    415: Invalid,
    422: Invalid,
    428: Invalid,
    429: Overloaded,
    502: Overloaded,  # of a proxy in front of the service, like 504
    503: Overloaded,
    504: Overloaded,
}


def problem_of(response: httpx2.Response) -> Problem:
    """Say what a response is that is no success; one of a proxy has no problem in it."""
    told = _told(response)
    return _KINDS.get(response.status_code, Problem)(
        status=response.status_code,
        title=told.get("title", response.reason_phrase),
        type=told.get("type", _BLANK),
        detail=told.get("detail", ""),
        errors=tuple(Fault(each["in"], each["pointer"], each["detail"]) for each in told.get("errors", ())),
        request_id=told.get("request_id", response.headers.get("x-request-id")),
        retry_after_seconds=_seconds(response.headers.get("retry-after", "")),
    )


def _told(response: httpx2.Response) -> dict[str, Any]:
    if response.headers.get("content-type", "").partition(";")[0] != "application/problem+json":
        return {}
    told: dict[str, Any] = response.json()
    return told


def _seconds(retry_after: str) -> float | None:
    return float(retry_after) if retry_after.isascii() and retry_after.isdigit() else None

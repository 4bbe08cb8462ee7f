"""Requests: sent until they are answered, each with one effect."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any, Protocol, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx2

from api.client.errors import Overloaded, Unreachable, problem_of
from api.client.reading import read
from api.client.waiting import Waiting

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Query = Mapping[str, Any]

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
PAGE_SIZE = 100
LOST = (httpx2.TimeoutException, httpx2.NetworkError, httpx2.RemoteProtocolError)


class Page(Protocol[T_co]):
    """A part of a collection."""

    @property
    def items(self) -> Sequence[T_co]: ...

    @property
    def next_cursor(self) -> str | None: ...


class Transport:
    """Sends requests and reads answers.

    A lost connection, 408, 429 and 503 (of a proxy also 502 and 504) are followed by another attempt. That is
    safe for every request: reading changes nothing, and all else carries an Idempotency-Key, the same
    in all attempts, under which the service does it once and answers what came of it. Without a key of
    its own, what is deleted or taken back is so once as well; only the second answer is another.
    """

    def __init__(
        self, http: httpx2.Client, retries: int, waiting: Waiting, answer_seconds: float | None = None
    ) -> None:
        self.http = http
        self.retries = retries
        self.waiting = waiting
        self._timeout = http.timeout if answer_seconds is None else self.timeout(answer_seconds)

    def timeout(self, answer_seconds: float) -> httpx2.Timeout:
        """Return the client's timeouts with another one for answers."""
        usual = self.http.timeout
        return httpx2.Timeout(connect=usual.connect, read=answer_seconds, write=usual.write, pool=usual.pool)

    def get(self, kind: type[T], path: str, query: Query | None = None) -> T:
        return read(kind, self.send("GET", path, query=query).json())

    def text(self, path: str) -> str:
        return self.send("GET", path).text

    def pages(self, kind: type[Page[T]], path: str, query: Query | None = None) -> Iterator[T]:
        """Yield the items of all pages; a page is asked for once the one before is used up."""
        cursor = None
        while True:
            page = self.get(kind, path, {**(query or {}), "limit": PAGE_SIZE, "cursor": cursor})
            yield from page.items
            if (cursor := page.next_cursor) is None:
                return

    def write(
        self,
        kind: type[T],
        method: str,
        path: str,
        body: Any = None,
        *,
        revision: int | None = None,
        idempotency_key: str | None = None,
    ) -> T:
        """Change something; `revision` is of the value that the caller saw."""
        headers = {"Idempotency-Key": idempotency_key or _new_key()}
        if revision is not None:
            headers["If-Match"] = f'"{revision}"'
        return read(kind, self.send(method, path, body=body, headers=headers).json())

    def tell(self, method: str, path: str, body: Any = None) -> None:
        """Change something of which nothing is answered."""
        self.send(method, path, body=body, headers={"Idempotency-Key": _new_key()})

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Return the answer of the first attempt that has one.

        Raises
        ------
        Problem
            The service refused.
        Unreachable
            No attempt was answered.
        """
        content = None if body is None else json.dumps(body, default=_written)
        kind = {} if body is None else {"Content-Type": MERGE_PATCH if method == "PATCH" else JSON}
        request = self.http.build_request(
            method,
            path,
            params={name: each for name, each in (query or {}).items() if each is not None},
            content=content,
            headers={**kind, **(headers or {})},
            timeout=self._timeout,
        )
        for failures in count():
            try:
                return self._attempt(request)
            except (Unreachable, Overloaded) as failure:
                wanted = failure.retry_after_seconds
                if failures == self.retries or not self.waiting.is_worth_it(wanted):
                    raise
                self.waiting.pause(failures, wanted)
        raise AssertionError("the last attempt returns or raises")

    def _attempt(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = self.http.send(request)
        except LOST as error:
            raise Unreachable(f"{request.method} {request.url.host}: {type(error).__name__}") from error
        if not response.is_success:
            raise problem_of(response)
        return response


def address(*parts: str) -> str:
    """Write a path of the interface; an id is one part of it, whatever it holds.

    >>> address("needs", "a/b"), address("needs", "..")
    ('/v1/needs/a%2Fb', '/v1/needs/%2E%2E')
    """
    told = (quote(part, safe="~:") for part in parts)
    return "/v1/" + "/".join(part if part.strip(".") else part.replace(".", "%2E") for part in told)


def _new_key() -> str:
    return f"client-{uuid4().hex}"


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be sent")

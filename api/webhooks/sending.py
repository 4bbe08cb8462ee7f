"""One attempt to hand a message to a receiver, as an outcome. The receiver is not trusted.

Only the status and one header of its answer are read. The body is not, so it can be neither slow nor
endless; everything before it lies under one deadline for the whole attempt.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from threading import Thread

import httpx2

from api.webhooks.outcomes import Delivered, Gone, Outcome, Retry
from api.webhooks.schedule import retry_after_seconds
from api.webhooks.targets import ForbiddenAddress, Resolver, Target, checked_addresses, parse_target
from graph_models.domain.errors import InvalidValue

DEADLINE_SECONDS = 10.0
# Answers that are about the receiver as a whole, not about this message.
_OVERLOADED = frozenset({429, 502, 503, 504})
_HEADERS = {
    "content-type": "application/json",
    "user-agent": "lastmeter-webhooks/1",
    "accept": "*/*",
    "accept-encoding": "identity",
    "connection": "close",
}


def resolve(host: str, port: int) -> list[str]:
    """Ask the system for all addresses of a name."""
    return [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Sender:
    """Makes attempts. Safe to share between threads.

    `may_be_loopback` admits receivers on this machine, for development and tests.
    """

    def __init__(
        self,
        *,
        may_be_loopback: bool = False,
        deadline_seconds: float = DEADLINE_SECONDS,
        resolver: Resolver = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._may_be_loopback = may_be_loopback
        self._deadline_seconds = deadline_seconds
        self._resolver = resolver
        self._tls = tls or ssl.create_default_context()

    def attempt(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Outcome:
        try:
            target = parse_target(url, may_be_loopback=self._may_be_loopback)
        except InvalidValue:
            return Retry("the address is not allowed", concerns_endpoint=True)
        return asyncio.run(self._within_deadline(target, headers, body, now))

    async def _within_deadline(
        self, target: Target, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Outcome:
        try:
            async with asyncio.timeout(self._deadline_seconds):
                found = await self._resolved(target)
                addresses = checked_addresses(target, found, may_be_loopback=self._may_be_loopback)
                return await self._post(target, addresses, headers, body, now)
        except TimeoutError:
            return Retry("no answer in time", concerns_endpoint=True)
        except ForbiddenAddress:
            return Retry("the address is not public", concerns_endpoint=True)
        except (socket.gaierror, UnicodeError):
            return Retry("the name is not known", concerns_endpoint=True)
        except (httpx2.HTTPError, OSError) as error:
            return Retry(f"no answer ({type(error).__name__})", concerns_endpoint=True)

    async def _post(
        self,
        target: Target,
        addresses: Sequence[str],
        headers: Mapping[str, str],
        body: bytes,
        now: datetime,
    ) -> Outcome:
        failure: Exception = OSError()
        for address in addresses:
            try:
                return await self._post_to(target, address, headers, body, now)
            except httpx2.ConnectError as error:
                failure = error
        raise failure

    async def _post_to(
        self, target: Target, address: str, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Outcome:
        # The connection goes to the address that was checked; the name is for TLS and the Host header.
        url = httpx2.URL(scheme=target.scheme, host=address, port=target.port, raw_path=target.path.encode())
        all_headers = {**_HEADERS, **headers, "host": target.authority}
        extensions = {"sni_hostname": target.host}
        # Proxies and certificates named in the environment are for other purposes.
        async with (
            httpx2.AsyncClient(
                verify=self._tls, trust_env=False, follow_redirects=False, timeout=None
            ) as client,
            client.stream("POST", url, headers=all_headers, content=body, extensions=extensions) as answer,
        ):
            return _outcome(answer.status_code, answer.headers.get("retry-after"), now)

    async def _resolved(self, target: Target) -> Sequence[str]:
        # In a thread of its own: the system's lookup cannot be interrupted, and must hold up nobody.
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[str]] = loop.create_future()

        def look_up() -> None:
            found: Sequence[str] | OSError | UnicodeError
            try:
                found = self._resolver(target.host, target.port)
            except (OSError, UnicodeError) as error:
                found = error
            with suppress(RuntimeError):  # the deadline passed, and the loop is closed
                loop.call_soon_threadsafe(_settle, answer, found)

        Thread(target=look_up, name="webhook-lookup", daemon=True).start()
        return await answer


def _settle(answer: asyncio.Future[Sequence[str]], found: Sequence[str] | OSError | UnicodeError) -> None:
    if answer.cancelled():
        return
    if isinstance(found, Exception):
        answer.set_exception(found)
    else:
        answer.set_result(found)


def _outcome(status: int, retry_after: str | None, now: datetime) -> Outcome:
    if 200 <= status < 300:
        return Delivered()
    if status == httpx2.codes.GONE:
        return Gone()
    seconds = retry_after_seconds(retry_after, now)
    return Retry(f"status {status}", seconds, concerns_endpoint=status in _OVERLOADED)

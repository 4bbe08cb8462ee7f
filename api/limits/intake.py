"""Bodies are read before a request takes anybody's place: a slow one holds up nobody."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from api.http.problem_types import PROBLEM_TYPES
from api.http.problems import RETRY_AFTER, Refusal

BODIES_AT_ONCE = 64  # of the largest size, or many more that are smaller


class Disconnected(Exception):
    """The client went away before its body was complete."""


class Intake:
    """Reads whole bodies within a time and a bound on all that is held of unfinished ones."""

    def __init__(self, seconds: float, max_body_bytes: int) -> None:
        self._seconds = seconds
        self._room = BODIES_AT_ONCE * max_body_bytes

    async def whole(self, scope: Scope, receive: Receive) -> Receive:
        """Read the body and return what hands it out again.

        Raises
        ------
        Refusal
            If it does not arrive in time, or too much is held already.
        Disconnected
            If it never will.
        """
        headers = Headers(scope=scope)
        if "transfer-encoding" not in headers and headers.get("content-length", "0") == "0":
            return receive
        try:
            async with asyncio.timeout(self._seconds):
                body = await self._read(receive)
        except TimeoutError as error:
            meaning = PROBLEM_TYPES["body-too-slow"].meaning
            raise Refusal("body-too-slow", meaning, headers={"Connection": "close"}) from error
        return _replaying(body, receive)

    async def _read(self, receive: Receive) -> bytes:
        body = bytearray()
        try:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Disconnected
                chunk = message.get("body", b"")
                body += chunk
                self._room -= len(chunk)
                if not message.get("more_body", False):
                    return bytes(body)
                if self._room < 0:
                    raise Refusal("overloaded", PROBLEM_TYPES["overloaded"].meaning, headers=RETRY_AFTER)
        finally:
            self._room += len(body)


def _replaying(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay

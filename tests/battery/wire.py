"""HTTP/1.1 with as little as will do: the client of a load test shares the machine with the service."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import orjson

from tests.api.servers import ADMIN_TOKEN

TIMEOUT_SECONDS = 30.0
LOST = 0  # the status of a request that was not answered


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    head: bytes
    body: bytes

    def json(self) -> dict[str, object]:
        told: dict[str, object] = orjson.loads(self.body)
        return told

    def header(self, name: bytes) -> bytes | None:
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.lower() == name:
                return value.strip()
        return None


class Connection:
    """One connection, kept alive, and opened anew after it broke. One request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> Answer:
        return await self._ask(self._head("GET", path, b"") + b"\r\n")

    async def post(self, path: str, body: object, key: str, revision: object) -> Answer:
        content = orjson.dumps(body)
        more = (
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
            f'Idempotency-Key: {key}\r\nIf-Match: "{revision}"\r\n'
        )
        return await self._ask(self._head("POST", path, more.encode()) + b"\r\n" + content)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    @staticmethod
    def _head(method: str, path: str, more: bytes) -> bytes:
        first = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN_TOKEN}\r\n"
        return first.encode() + more

    async def _ask(self, request: bytes) -> Answer:
        is_kept = self._streams is not None
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                try:
                    return await self._exchange(request)
                except (OSError, asyncio.IncompleteReadError):
                    if not is_kept:
                        raise
                    self.close()  # the service had closed it meanwhile, as it may
                    return await self._exchange(request)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            self.close()
            return Answer(LOST, b"", b"")

    async def _exchange(self, request: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        answer = Answer(int(head[9:12]), head, b"")
        body = await reader.readexactly(int(answer.header(b"content-length") or 0))
        if (answer.header(b"connection") or b"").lower() == b"close":
            self.close()
        return Answer(answer.status, head, body)

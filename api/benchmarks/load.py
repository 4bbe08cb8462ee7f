"""A client that costs little: many connections in one thread, each asking again as soon as it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import count
from time import perf_counter
from typing import cast

from api.benchmarks.report import library

_HEAD_END = b"\r\n\r\n"
_OK = b"HTTP/1.1 200 "
_LENGTH = b"content-length:"


class Refused(RuntimeError):
    """A server answered with something else than 200, or hung up."""


class _Connection(asyncio.Protocol):
    """One connection that is kept alive.

    Parameters
    ----------
    requests
        Shared by all connections.
    deadline
        When no further request is sent, by `perf_counter`.
    seconds
        Gets the time of each answer.
    done
        Told when the connection is closed.
    """

    def __init__(
        self, requests: Iterator[bytes], deadline: float, seconds: list[float], done: asyncio.Future[None]
    ) -> None:
        self._requests, self._deadline, self._seconds, self._done = requests, deadline, seconds, done
        self._missing = 0  # bytes of the answer; 0 while its head is not complete
        self._head = b""
        self._is_over, self._error = False, cast("Refused | None", None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            self._head += data
            head, end, rest = self._head.partition(_HEAD_END)
            if not end:
                return
            if not head.startswith(_OK):
                self._end(Refused(head.decode(errors="replace")))
                return
            self._missing = _length_of(head) - len(rest)
            self._head = b""
        if not self._missing:
            self._seconds.append(perf_counter() - self._since)
            if perf_counter() < self._deadline:
                self._ask()
            else:
                self._end()

    def connection_lost(self, error: Exception | None) -> None:
        if self._is_over and self._error is None:
            self._done.set_result(None)
        else:
            self._done.set_exception(self._error or error or Refused("the server hung up"))

    def _ask(self) -> None:
        self._since = perf_counter()
        self._transport.write(next(self._requests))

    def _end(self, error: Refused | None = None) -> None:
        self._is_over, self._error = True, error
        self._transport.close()


def press(
    port: int, paths: Sequence[str], connections: int, seconds: float, authorization: str = "none"
) -> tuple[float, list[float]]:
    """Ask a server for some paths, over and over.

    Parameters
    ----------
    port
        On the loopback interface.
    connections
        How many questions are under way at any time.
    seconds
        How long to go on asking.
    authorization
        What to show for credentials.

    Returns
    -------
    tuple[float, list[float]]
        Seconds from the first question to the last answer, and of each answer.

    Raises
    ------
    Refused
        If an answer is not 200.
    """
    head = f"HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: {authorization}\r\n\r\n"
    texts = [f"GET {path} {head}".encode() for path in paths]
    requests = (texts[number % len(texts)] for number in count())

    async def ask() -> tuple[float, list[float]]:
        loop, took = asyncio.get_running_loop(), list[float]()
        done = [loop.create_future() for _ in range(connections)]
        start = perf_counter()
        for each in done:
            connection = _Connection(requests, start + seconds, took, each)
            await loop.create_connection(lambda one=connection: one, "127.0.0.1", port)  # type: ignore[misc]
        # All connections have to be closed before the loop is, also if one of them fails.
        for error in await asyncio.gather(*done, return_exceptions=True):
            if error is not None:
                raise error
        return perf_counter() - start, took

    with asyncio.Runner(loop_factory=library("uvloop", "uvloop").new_event_loop) as runner:
        return runner.run(ask())


def _length_of(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(_LENGTH):
            return int(line[len(_LENGTH) :])
    raise Refused("an answer without its length")

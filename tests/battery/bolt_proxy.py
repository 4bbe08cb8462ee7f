"""A TCP proxy in front of a Bolt server that does to connections what networks do to them."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from threading import Event, Thread

COMMIT = b"\x00\x02\xb0\x12\x00\x00"  # the Bolt message, in its chunk
WRITES = b"CREATE (set:ChangeSet"  # the statement that every write ends with
CHUNK_BYTES, PIECE_BYTES = 65_536, 256
COMMIT_SECONDS = 0.2
LINGER_NOT = struct.pack("ii", 1, 0)  # closed with a reset, not in order


class Kind(StrEnum):
    """What happens to whatever is sent while a fault lasts."""

    NONE = "none"
    LATENCY = "latency"  # each piece, both ways, `amount` seconds late
    SLOW = "slow"  # `amount` bytes a second
    BLACKHOLE = "blackhole"  # nothing arrives, nobody is told
    RESET = "reset"  # every connection is reset when it says something
    CUT_REQUEST = "cut-request"  # reset after `amount` bytes to the server
    CUT_ANSWER = "cut-answer"  # reset after `amount` bytes from the server
    LOST_COMMIT = "lost-commit"  # a write's commit arrives, its answer does not


@dataclass(frozen=True, slots=True)
class Fault:
    kind: Kind = Kind.NONE
    amount: float = 0
    times: int = 1_000_000  # how many connections are cut before the others get through


class _Broken(Exception):
    """The fault ends the connection here."""


class _Link:
    """One connection through the proxy."""

    def __init__(self, proxy: BoltProxy) -> None:
        self.proxy = proxy
        self.has_written = False
        self.passed = 0
        self.is_mute = False  # what the server says is dropped

    async def pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, to_server: bool
    ) -> None:
        while data := await source.read(CHUNK_BYTES):
            self.has_written |= to_server and WRITES in data
            if self.is_mute and not to_server:
                continue
            await self._pass_on(data, sink, to_server=to_server)

    async def _pass_on(self, data: bytes, sink: asyncio.StreamWriter, *, to_server: bool) -> None:
        fault = self.proxy.fault
        match fault.kind:
            case Kind.LATENCY:
                await asyncio.sleep(fault.amount)
            case Kind.BLACKHOLE:
                await self.proxy.lifted()
            case Kind.RESET if self.proxy.may_cut():
                raise _Broken
            case Kind.CUT_REQUEST | Kind.CUT_ANSWER if to_server == (fault.kind is Kind.CUT_REQUEST):
                room = max(0, int(fault.amount) - self.passed)
                self.passed += len(data)
                if len(data) > room and self.proxy.may_cut():
                    sink.write(data[:room])
                    await sink.drain()
                    raise _Broken
            case Kind.SLOW:
                for start in range(0, len(data), PIECE_BYTES):
                    sink.write(data[start : start + PIECE_BYTES])
                    if self.proxy.fault is fault:
                        await asyncio.sleep(PIECE_BYTES / fault.amount)
                return
            case Kind.LOST_COMMIT if to_server and self.has_written and COMMIT in data:
                if self.proxy.may_cut():
                    self.is_mute = True
                    sink.write(data)
                    await sink.drain()
                    await asyncio.sleep(COMMIT_SECONDS)
                    raise _Broken
        sink.write(data)
        await sink.drain()


class BoltProxy:
    """Forwards connections on `port`, and does to them what `fault` says."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._loop = asyncio.new_event_loop()
        self._is_up = Event()
        self._lifted = asyncio.Event()
        self.fault = Fault()
        self.cuts = 0
        self.open_connections = 0
        self.port = 0
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()
        self._is_up.wait()

    def set(self, fault: Fault) -> None:
        """Begin a fault; the one of kind NONE ends it."""
        self.cuts, self.fault = 0, fault
        change = self._lifted.set if fault.kind is Kind.NONE else self._lifted.clear
        self._loop.call_soon_threadsafe(change)

    def may_cut(self) -> bool:
        """Take one of the cuts that the fault has left."""
        self.cuts += 1
        return self.cuts <= self.fault.times

    async def lifted(self) -> None:
        await self._lifted.wait()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        with suppress(RuntimeError):  # stopped
            self._loop.run_until_complete(self._serve())
        tasks = asyncio.all_tasks(self._loop)
        for each in tasks:
            each.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._is_up.set()
        async with server:
            await server.serve_forever()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with _closed_after(writer) as client:
            upstream, downstream = await asyncio.open_connection("127.0.0.1", self._target_port)
            async with _closed_after(downstream) as server:
                link = _Link(self)
                pumps = [
                    asyncio.ensure_future(link.pump(reader, downstream, to_server=True)),
                    asyncio.ensure_future(link.pump(upstream, writer, to_server=False)),
                ]
                self.open_connections += 1
                with suppress(asyncio.CancelledError):  # the proxy ends
                    await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                ended = [each for each in pumps if each.done() and not each.cancelled()]
                client.is_reset = server.is_reset = any(each.exception() is not None for each in ended)
                for each in pumps:
                    each.cancel()
                self.open_connections -= 1


@dataclass
class _Ending:
    """How a connection ends."""

    is_reset: bool = False


@asynccontextmanager
async def _closed_after(writer: asyncio.StreamWriter) -> AsyncIterator[_Ending]:
    """Close a connection at the end of a block, and wait until it is closed."""
    ending = _Ending()
    try:
        yield ending
    finally:
        connection = writer.get_extra_info("socket")
        if ending.is_reset and connection is not None:
            with suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


@contextmanager
def bolt_proxy(target_port: int) -> Iterator[BoltProxy]:
    """Run a proxy for the length of a block."""
    proxy = BoltProxy(target_port)
    try:
        yield proxy
    finally:
        proxy.close()

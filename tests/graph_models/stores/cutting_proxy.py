"""A TCP proxy in front of a Bolt server that cuts a connection around a COMMIT."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from threading import Thread

COMMIT = b"\x00\x02\xb0\x12\x00\x00"  # the Bolt message, in its chunk


class Cut(Enum):
    """Where the next connection that commits is cut."""

    NOWHERE = auto()
    BEFORE_COMMIT = auto()
    BEFORE_ANSWER = auto()


class CuttingProxy:
    """Forwards connections on `port`; with `refuses`, it takes no new ones."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.cut = Cut.NOWHERE
        self.cuts = 0
        self.refuses_after_cut = False
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.refuses_after_cut and self.cuts:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self._target_port))
            Thread(target=self._to_server, args=(client, server), daemon=True).start()
            Thread(target=_pump, args=(server, client), daemon=True).start()

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError), client, server:
            while data := client.recv(65_536):
                if COMMIT in data and self.cut is not Cut.NOWHERE:
                    where, self.cut = self.cut, Cut.NOWHERE
                    self.cuts += 1
                    # Closed towards the client first, so that no answer can reach it.
                    client.shutdown(socket.SHUT_RDWR)
                    if where is Cut.BEFORE_ANSWER:
                        server.sendall(data)
                        server.settimeout(5)
                        with suppress(OSError):
                            while server.recv(65_536):
                                pass
                    server.shutdown(socket.SHUT_RDWR)
                    return
                server.sendall(data)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


@contextmanager
def cutting_proxy(target_port: int) -> Iterator[CuttingProxy]:
    """Run a proxy for the length of a block."""
    proxy = CuttingProxy(target_port)
    try:
        yield proxy
    finally:
        proxy.close()

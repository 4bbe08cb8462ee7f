"""A proxy on the loopback interface that loses answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_CHUNK = 65_536


class Proxy:
    """Hands bytes on between a client and a port.

    `lose(n)` cuts the next n answers off; `cut_after(text)` cuts the next answer behind a text.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.lost = 0
        self._to_lose = 0
        self._last_text = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lose(self, answers: int) -> None:
        self._to_lose = answers

    def cut_after(self, text: bytes) -> None:
        self._last_text = text

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        serving = []
        with suppress(OSError):  # the listener was closed
            while True:
                client, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(client,))
                thread.start()
                serving.append(thread)
        for thread in serving:
            thread.join()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(("127.0.0.1", self.target)) as server:
            asking = threading.Thread(target=_pump, args=(client, server))
            asking.start()
            self._answer(server, client)
            for end in (client, server):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            asking.join()

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        told = b""
        while answer := server.recv(_CHUNK):
            if self._to_lose:
                self._to_lose -= 1
                self.lost += 1
                return
            client.sendall(answer)
            told += answer
            if self._last_text and self._last_text in told:
                self._last_text = b""
                return


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def proxies() -> Iterator[Callable[[int], Proxy]]:
    """Start proxies; none outlives the block."""
    started: list[Proxy] = []

    def start(target: int) -> Proxy:
        started.append(Proxy(target))
        return started[-1]

    yield start
    for each in started:
        each.close()

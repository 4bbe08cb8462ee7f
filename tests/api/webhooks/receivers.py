"""Real receivers of webhooks on loopback, which do what a test tells them to."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

Reply = tuple[int, dict[str, str]]


@dataclass
class Message:
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """Keeps what it is sent, and answers what `answer` says; raising `ConnectionError` hangs up."""

    answer: Callable[[Message], Reply] = lambda _: (204, {})
    messages: list[Message] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def taken(self) -> list[str]:
        """Ids of the messages that were answered 2xx."""
        return [each.id for each in self.messages if 200 <= self.answer(each)[0] < 300]


@contextmanager
def receiving(receiver: Receiver) -> Iterator[Receiver]:
    """Serve at the port that the receiver had before, if it had one."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            message = Message({name.lower(): value for name, value in self.headers.items()}, body)
            receiver.messages.append(message)
            try:
                status, headers = receiver.answer(message)
            except ConnectionError:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", receiver.port), Handler)
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def talking(talk: Callable[[socket.socket, Event], None]) -> Iterator[tuple[int, list[bytes]]]:
    """Accept connections and let `talk` say what it likes; gives the port and what was received.

    The event is set when the test is over.
    """
    received: list[bytes] = []
    is_over = Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.02)

    def serve() -> None:
        while not is_over.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(5)
                try:
                    received.append(connection.recv(65_536))
                    talk(connection, is_over)
                except OSError:
                    pass  # the sender has had enough

    thread = Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1], received
    finally:
        is_over.set()
        thread.join()
        listener.close()

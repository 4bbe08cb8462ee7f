"""The way out of the browser: a proxy that lets nothing through and keeps what was asked for."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

# Chromium itself asks for updates, accounts, and what to fill into forms, whatever is open: docs/console.md.
OF_THE_BROWSER = {
    "accounts.google.com",
    "clients2.google.com",
    "content-autofill.googleapis.com",
    "redirector.gvt1.com",  # where updates are fetched from
    "update.googleapis.com",
}


@dataclass
class Gateway:
    """Where a browser sends all that is not for this machine, workers and fonts included."""

    port: int
    asked_for: list[str] = field(default_factory=list)


@contextmanager
def gateway() -> Iterator[Gateway]:
    """Listen on a free port until the block ends."""

    class Refusal(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked = self.rfile.readline(2_000).decode("latin-1").strip()
            if _host_of(asked) not in OF_THE_BROWSER:
                made.asked_for.append(asked)
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refusal) as server:
        server.daemon_threads = True
        made = Gateway(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()


def _host_of(asked: str) -> str:
    """The host of `CONNECT host:443 HTTP/1.1` and of `GET http://host/ HTTP/1.1`."""
    address = asked.split(" ")[1] if " " in asked else ""
    return urlsplit(address if "//" in address else f"//{address}").hostname or asked

"""Server processes on free ports of the loopback interface."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

SERVE = "from api.server import serve; from api.settings import Settings; serve(Settings())"
ADMIN_TOKEN = "q7Zt1vKx9RbN3mWc8LpYd5HsGf2JaQe4"
PATIENCE_SECONDS = 200  # kernels that were never compiled before take their time
AS_ADMIN = {"Authorization": f"Bearer {ADMIN_TOKEN}"}


@dataclass
class Server:
    """A process and where it listens; `log` has its lines, read to the end once it has ended."""

    process: subprocess.Popen[str]
    log_path: Path
    port: int

    def client(self) -> httpx2.Client:
        return httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60, headers=AS_ADMIN)

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log_path.read_text(encoding="utf-8").splitlines()]

    def stop(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


Start = Callable[..., Server]


@contextmanager
def servers(folder: Path, store_url: str) -> Iterator[Start]:
    """Start servers, each with its log in a folder; none outlives the block."""
    started: list[Server] = []

    def start(**settings: str) -> Server:
        log_path = folder / f"server-{len(started)}.log"
        fixed = {"STORE_URL": store_url, "PORT": "0", "ADMIN_TOKEN": ADMIN_TOKEN}
        given = {**fixed, "REQUEST_SECONDS": str(PATIENCE_SECONDS), **settings}
        environment = {**os.environ, **{f"LASTMETER_{name}": value for name, value in given.items()}}
        with log_path.open("w", encoding="utf-8") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", SERVE], env=environment, stdout=log, stderr=log, text=True
            )
        server = Server(process, log_path, port=0)
        started.append(server)
        server.port = port_of(server)
        with server.client() as client:
            wait_until_ready(client)
        return server

    try:
        yield start
    finally:
        for server in started:
            if server.process.poll() is None:
                server.process.kill()
                server.process.wait()


def port_of(server: Server, seconds: float = 60.0) -> int:
    """Read the port that was taken from the server's own log."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.process.poll() is None:
        for line in server.log_path.read_text(encoding="utf-8").splitlines():
            if "listening on" in line:
                return int(json.loads(line)["event"].split("127.0.0.1:")[1].split()[0])
        time.sleep(0.05)
    raise AssertionError(f"the server did not start: {server.log_path.read_text(encoding='utf-8')}")


def first_of(client: httpx2.Client) -> str:
    """The best provider for the need of the test's city."""
    answer = client.get("/v1/needs/need-1/suggestions").json()
    return str(answer["suggestions"][0]["provider_id"])


def wait_until_ready(client: Any, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < deadline, "the engine was not loaded in time"
        time.sleep(0.01)

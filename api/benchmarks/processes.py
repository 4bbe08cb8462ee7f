"""Processes that listen on a port of the loopback interface."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from graph_models.domain.errors import LastMeterError

_PORT = re.compile(r"listening on http://127\.0\.0\.1:(\d+)")
_WAIT_S, _POLL_S = 600.0, 0.05
_TOKEN = secrets.token_hex(32)
AUTHORIZATION = f"Bearer {_TOKEN}"  # for whatever is started here, with as much as it can do
_SETTINGS = {
    "LASTMETER_ADMIN_TOKEN": _TOKEN,
    "LASTMETER_REQUESTS_PER_MINUTE": "1000000",
    "LASTMETER_DIRECTORY_PAGES_PER_HOUR": "1000000",
    "LASTMETER_QUEUE_SECONDS": "10",
}
_COMMAND_LINE = ("-c", "from api.cli import main; main()")


class DidNotStart(LastMeterError):
    """A process ended, or took too long, before it could be asked anything."""

    def __init__(self, log: str) -> None:
        super().__init__(f"a process of the benchmark did not do its work: {log[-2_000:]}")


def run_command(*arguments: str) -> None:
    """Run the project's command line in a process of its own.

    Raises
    ------
    DidNotStart
        If it failed.
    """
    command = [sys.executable, *_COMMAND_LINE, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise DidNotStart(ended.stderr)


@contextmanager
def serving_command(log: Path, *arguments: str) -> Iterator[int]:
    """Have the project's command line serve; gives its port, and stops it at the end."""
    with _process(log, [*_COMMAND_LINE, *arguments]) as port:
        yield port


@contextmanager
def serving_module(log: Path, *arguments: str) -> Iterator[int]:
    """Have a module serve; gives its port, and stops it at the end."""
    with _process(log, ["-m", *arguments]) as port:
        yield port


def get(port: int, path: str) -> tuple[int, bytes]:
    """Return status and body of a request."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_WAIT_S)
    try:
        connection.request("GET", path, headers={"Authorization": AUTHORIZATION})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def wait_until_ready(port: int) -> None:
    """Wait until a server of the project answers for all providers.

    Raises
    ------
    DidNotStart
        If it takes too long.
    """
    deadline = time.monotonic() + _WAIT_S
    while get(port, "/readyz")[0] != 200:
        if time.monotonic() > deadline:
            raise DidNotStart("the providers were not loaded in time")
        time.sleep(_POLL_S)


@contextmanager
def _process(log: Path, arguments: Sequence[str]) -> Iterator[int]:
    with log.open("w", encoding="utf-8") as output:
        environment = {**os.environ, **_SETTINGS}
        command = [sys.executable, *arguments]
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        try:
            yield _port_of(process, log)
        finally:
            process.terminate()
            process.wait()


def _port_of(process: subprocess.Popen[bytes], log: Path) -> int:
    deadline = time.monotonic() + _WAIT_S
    while time.monotonic() < deadline and process.poll() is None:
        if found := _PORT.search(log.read_text(encoding="utf-8")):
            return int(found[1])
        time.sleep(_POLL_S)
    raise DidNotStart(log.read_text(encoding="utf-8"))

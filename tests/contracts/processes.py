"""Starts workers in processes of their own, lets them go at once, and reads what they print."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

ROOT = Path(__file__).parents[2]
Answer = list[Any]


class Workers:
    """Processes that open one store by its address; none outlives the block."""

    def __init__(self, store_url: str) -> None:
        self._store_url = store_url
        self._started: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start one worker, see `tests.contracts.worker`."""
        command = [sys.executable, "-m", "tests.contracts.worker", self._store_url, *arguments]
        pipe = subprocess.PIPE
        worker = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        self._started.append(worker)
        return worker

    def run(self, commands: list[list[str]]) -> list[Answer]:
        """Run several workers at once, from a common start, and return each one's lines of JSON."""
        workers = self.ready(commands)
        for worker in workers:
            go(worker)
        return [finish(worker) for worker in workers]

    def ready(self, commands: list[list[str]]) -> list[subprocess.Popen[str]]:
        """Start several workers and wait until all have opened the store."""
        workers = [self.start(*command) for command in commands]
        for worker in workers:
            await_ready(worker)
        return workers

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._started:
            worker.kill()
            worker.communicate()


def await_ready(worker: subprocess.Popen[str]) -> None:
    """Wait until a worker has opened the store."""
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n", "the worker could not open the store"


def go(worker: subprocess.Popen[str]) -> None:
    """Let a ready worker begin."""
    assert worker.stdin is not None
    worker.stdin.write("go\n")
    worker.stdin.flush()


def finish(worker: subprocess.Popen[str]) -> Answer:
    """Wait for a worker to end well and return what it printed."""
    output, _ = worker.communicate(timeout=240)
    assert worker.returncode == 0, f"a worker ended with {worker.returncode}"
    return [orjson.loads(line) for line in output.splitlines()]

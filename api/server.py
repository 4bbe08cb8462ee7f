"""Serving: one process, loopback unless configured otherwise, an orderly end on SIGTERM and SIGINT."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from api import logs
from api.app import create_app
from api.settings import Settings


def serve(settings: Settings) -> None:
    """Serve until told to stop; requests under way are finished first.

    Raises
    ------
    LastMeterError
        If the store cannot be opened or the matching parameters are refused.
    """
    logs.configure(settings.log_level)
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,  # our own line has the route template instead of the address
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    with _orderly_end():
        uvicorn.Server(config).run()


@contextmanager
def _orderly_end() -> Iterator[None]:
    """Let the process end with status 0: Uvicorn repeats the signal that stopped it once it is done."""

    def ignore(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        return

    stopping = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, ignore) for number in stopping]
    try:
        yield
    finally:
        for number, handler in zip(stopping, before, strict=True):
            signal.signal(number, handler)

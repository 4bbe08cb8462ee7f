"""Serving: one process, loopback unless configured otherwise, an orderly end on SIGTERM and SIGINT."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import structlog
import uvicorn

from api import logs
from api.app import create_app
from api.console.assets import is_built
from api.limits.connections import closing_after
from api.settings import Settings
from graph_models.domain.errors import LastMeterError

OTHER_FILES = 500  # the store's, those of threads and libraries

log = structlog.stdlib.get_logger("lastmeter.server")


class CannotListen(LastMeterError):
    """Nothing can be served at this address."""

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(f"cannot listen on {host} port {port}: {why}")


def serve(settings: Settings) -> None:
    """Serve until told to stop; requests under way are finished first.

    Raises
    ------
    CannotListen
        If the address is taken or cannot be had.
    LastMeterError
        If the store cannot be opened or the matching parameters are refused.
    """
    logs.configure(settings.log_level)
    _allow_files(settings.max_connections + OTHER_FILES)
    with _listen(settings.host, settings.port) as listener:
        app = create_app(settings)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,  # our own line has the route template instead of the address
            server_header=False,
            timeout_graceful_shutdown=settings.shutdown_seconds,
            http=closing_after(settings.body_seconds),
            limit_concurrency=settings.max_connections,
        )
        host, port = listener.getsockname()[:2]
        if not is_built():
            log.info("the console is not built: /console says how to build it")
        log.info(f"listening on http://{f'[{host}]' if ':' in host else host}:{port}")
        if app.state.generated_token is not None:
            # Not in the log, which is kept: for whoever sits in front of it, until the process ends.
            print(f"LASTMETER_ADMIN_TOKEN={app.state.generated_token}", flush=True)  # noqa: T201
        with _orderly_end():
            _Server(config, lambda: app.state.services.events.close()).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends the event streams when it is stopped: it would wait for them as for requests under way."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._end_streams()
        await super().shutdown(sockets)


def _allow_files(wanted: int) -> None:
    """Ask the system for as many open files as connections may need; it says no beyond its own limit."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft not in (resource.RLIM_INFINITY, max(soft, wanted)):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        # The system's words: those of `create_server` repeat the address, those of a resolver have no number.
        number = error.errno or 0
        why = os.strerror(number) if number > 0 else error.strerror or str(error)
        raise CannotListen(host, port, why) from error


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

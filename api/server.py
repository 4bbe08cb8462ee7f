"""Serving: one process, loopback unless configured otherwise, an orderly end on SIGTERM and SIGINT."""

from __future__ import annotations

import uvicorn

from api import logs
from api.app import create_app
from api.settings import Settings


def serve(settings: Settings) -> None:
    """Serve until told to stop; requests under way are finished first."""
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
    uvicorn.Server(config).run()

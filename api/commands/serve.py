"""`lastmeter serve`: the HTTP service."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands.session import session_of
from api.server import serve as serve_http

HostOption = Annotated[str | None, typer.Option(help="Address to listen on.")]
PortOption = Annotated[int | None, typer.Option(help="Port to listen on.", min=0, max=65_535)]


def serve(context: typer.Context, host: HostOption = None, port: PortOption = None) -> None:
    """Serve the HTTP interface until it is told to stop."""
    given = {"host": host, "port": port}
    changes = {name: value for name, value in given.items() if value is not None}
    serve_http(session_of(context).settings.model_copy(update=changes))

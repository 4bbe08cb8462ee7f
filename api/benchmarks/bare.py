"""The least that a FastAPI route can do: it returns bytes that are there already.

``python -m api.benchmarks.bare FILE`` serves the bodies in a JSON file, by address, on any port, with the
settings of `api.server`.
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Response

LISTENING = "listening on "


def create_app(bodies: dict[str, str]) -> FastAPI:
    """Build an app with one route.

    Parameters
    ----------
    bodies
        What to return for each need.
    """
    app = FastAPI(docs_url=None, redoc_url=None)
    content = {key: body.encode() for key, body in bodies.items()}

    @app.get("/v1/needs/{id}/suggestions")
    async def suggestions(id: str) -> Response:
        return Response(content[id], media_type="application/json")

    return app


def main(path: str) -> None:
    """Serve until told to stop."""
    app = create_app(json.loads(Path(path).read_text(encoding="utf-8")))
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        sys.stdout.write(f"{LISTENING}http://127.0.0.1:{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])

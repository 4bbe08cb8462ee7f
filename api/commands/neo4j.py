"""`lastmeter neo4j start|stop|status|url`: a local Neo4j Community server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from api.commands.session import JsonFlag, console, print_json
from graph_models.domain.errors import LastMeterError
from graph_models.stores import local_neo4j
from graph_models.stores.local_neo4j import RunningNeo4j

DEFAULT_HOME = Path(".lastmeter/neo4j")

app = typer.Typer(help="A local Neo4j Community server, without Docker or root.", no_args_is_help=True)

HomeOption = Annotated[Path, typer.Option("--home", help="Folder of data, logs and credentials.")]
PortOption = Annotated[int, typer.Option(help="Port on the loopback interface; 0: any.", min=0, max=65_535)]


class NotRunning(LastMeterError):
    """Nobody answers for this folder."""


@app.command("start")
def start(
    home: HomeOption = DEFAULT_HOME,
    port: PortOption = local_neo4j.DEFAULT_PORT,
    as_json: JsonFlag = False,
) -> None:
    """Start the server, or find it running; the first start downloads it."""
    report(local_neo4j.start(home, port=port), home, as_json=as_json)


@app.command("stop")
def stop(home: HomeOption = DEFAULT_HOME, as_json: JsonFlag = False) -> None:
    """Shut the server down."""
    was_running = local_neo4j.stop(home)
    if as_json:
        print_json({"was_running": was_running})
        return
    console().print("stopped" if was_running else "was not running")


@app.command("status")
def status(home: HomeOption = DEFAULT_HOME, as_json: JsonFlag = False) -> None:
    """Say where the server listens; exit status 1 if none runs."""
    report(running(home), home, as_json=as_json)


@app.command("url")
def url(home: HomeOption = DEFAULT_HOME) -> None:
    """Print the store address of the running server with its password, for LASTMETER_STORE_URL."""
    server = running(home)
    scheme, _, address = server.url.partition("://")
    sys.stdout.write(f"{scheme}://{quote(server.user)}:{quote(server.password, safe='')}@{address}\n")


def running(home: Path) -> RunningNeo4j:
    server = local_neo4j.status(home)
    if server is None:
        raise NotRunning(f"no Neo4j runs in {home}")
    return server


def report(server: RunningNeo4j, home: Path, *, as_json: bool) -> None:
    credentials = home / local_neo4j.CREDENTIALS_FILE
    if as_json:
        shown = {"url": server.url, "user": server.user, "pid": server.pid, "credentials": str(credentials)}
        print_json(shown)
        return
    console().print(f"Neo4j answers at {server.url} (process {server.pid})")
    console().print(f"user {server.user}, password in {credentials}")

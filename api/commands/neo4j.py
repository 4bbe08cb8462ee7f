"""`lastmeter neo4j start|stop|status|url|import`: a local Neo4j Community server."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from urllib.parse import quote

import typer

from api.commands import load
from api.commands.load import CrsOption, EncodingOption, LoadRefused, ReportOption
from api.commands.session import JsonFlag, Session, console, print_json, progress, session_of
from graph_models.domain.errors import LastMeterError
from graph_models.ports import GraphStore
from graph_models.stores import local_neo4j
from graph_models.stores.importing import import_store
from graph_models.stores.local_neo4j import RunningNeo4j
from graph_models.stores.opening import SQLITE_PREFIX, open_store

DEFAULT_HOME = Path(".lastmeter/neo4j")

app = typer.Typer(help="A local Neo4j Community server, without Docker or root.", no_args_is_help=True)

HomeOption = Annotated[Path, typer.Option("--home", help="Folder of data, logs and credentials.")]
SourcesArgument = Annotated[
    list[Path] | None, typer.Argument(metavar="PATH...", help="Files; without any, the whole --store.")
]
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


@app.command("import")
def import_(
    context: typer.Context,
    paths: SourcesArgument = None,
    crs: CrsOption = None,
    encoding: EncodingOption = "utf-8",
    report_folder: ReportOption = None,
    home: HomeOption = DEFAULT_HOME,
    port: PortOption = local_neo4j.DEFAULT_PORT,
    as_json: JsonFlag = False,
) -> None:
    """Fill an empty database with files or a whole store, by Neo4j's offline importer."""
    session = session_of(context)
    options: dict[str, object] = {"crs": crs, "encoding": encoding, "report_folder": report_folder}
    with loaded(session, paths, options) if paths else session.open_store(must_exist=True) as source:
        server, counts = import_store(source, home, session.clock, port=port)
    if as_json:
        print_json({"url": server.url, "written": counts})
        return
    console().print(f"{sum(counts.values()):,} values imported")
    report(server, home, as_json=False)


@contextmanager
def loaded(session: Session, paths: list[Path], options: dict[str, object]) -> Iterator[GraphStore]:
    """Load files into a store of their own, for it holds them to every rule; refuse any error."""
    with TemporaryDirectory(prefix="lastmeter-") as folder:
        opener = partial(open_store, f"{SQLITE_PREFIX}{folder}/files.db", session.clock)
        with progress("checking", None) as advance:
            found = load.run(replace(session, open_store=opener), paths, advance=advance, **options)
        if found.error_count:
            load.show(found, console())
            raise LoadRefused(
                f"nothing was imported: {load.counted(found.error_count, 'error')} in the files"
            )
        with opener() as store:
            yield store


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

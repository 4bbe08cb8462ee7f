"""The command line `lastmeter`: assembles settings, clock and store, and hands them to a command."""

from __future__ import annotations

import logging
import sys
from functools import partial
from typing import Annotated

import typer

from api.clock import SystemClock
from api.commands.api_key import app as api_key
from api.commands.audit import app as audit
from api.commands.backup import backup, restore
from api.commands.bench import bench
from api.commands.coverage import app as coverage
from api.commands.demo import demo
from api.commands.export import export
from api.commands.generate import generate
from api.commands.keys import app as keys
from api.commands.load import load
from api.commands.migrate import migrate
from api.commands.neo4j import app as neo4j
from api.commands.plan import plan
from api.commands.push import push
from api.commands.serve import serve
from api.commands.session import Session
from api.commands.status import status
from api.commands.suggest import suggest
from api.live.warm_start import index_path
from api.settings import read_settings
from graph_models.domain.errors import LastMeterError
from graph_models.stores.opening import anchored, file_of, open_store

app = typer.Typer(
    name="lastmeter",
    help="Who nearby is able, free and why: resource matching for social assistance.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo)
app.command("generate")(generate)
app.command("load")(load)
app.command("push")(push)
app.command("export")(export)
app.command("suggest")(suggest)
app.command("plan")(plan)
app.command("status")(status)
app.command("migrate")(migrate)
app.command("backup")(backup)
app.command("restore")(restore)
app.command("serve")(serve)
app.command("bench")(bench)
app.add_typer(audit, name="audit")
app.add_typer(coverage, name="coverage")
app.add_typer(neo4j, name="neo4j")
app.add_typer(api_key, name="api-key")
app.add_typer(keys, name="keys")

StoreOption = Annotated[
    str | None,
    typer.Option("--store", metavar="URL", help="Store to use instead of LASTMETER_STORE_URL."),
]


@app.callback()
def assemble(context: typer.Context, store: StoreOption = None) -> None:
    # What the driver has to say about its retries ends in one error of ours, or in none.
    logging.getLogger("neo4j").addHandler(logging.NullHandler())
    settings = read_settings() if store is None else read_settings(store_url=store)
    clock = SystemClock()
    opener = partial(open_store, anchored(settings.store_url), clock)
    context.obj = Session(settings, clock, opener, index_path(settings, file_of(settings.store_url)))


def main() -> None:
    """Run the command line. Exit status: 0 done, 1 refused or failed, 2 wrong usage."""
    try:
        app()
    except LastMeterError as error:
        sys.stderr.write(f"lastmeter: {error}\n")
        sys.exit(1)

"""`lastmeter migrate`: a store of an older version taken to the version of this program."""

from __future__ import annotations

import typer

from api.commands.session import JsonFlag, console, print_json, session_of
from graph_models.schema import SCHEMA_VERSION
from graph_models.stores.opening import anchored
from graph_models.stores.opening import migrate as migrate_store


def migrate(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Take the store to the schema version of this program; stop programs of the old one first."""
    version = migrate_store(anchored(session_of(context).settings.store_url))
    if as_json:
        print_json({"from_version": version, "schema_version": SCHEMA_VERSION})
        return
    done = "was" if version == SCHEMA_VERSION else f"was {version}, is now"
    console().print(f"schema version {done} {SCHEMA_VERSION}")

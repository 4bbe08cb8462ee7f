"""`lastmeter keys new|add|rewrap`: the master keys that seal contacts and the secrets of webhooks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.assembly import vault_of
from api.commands.session import JsonFlag, console, print_json, session_of
from api.personal.errors import NoMasterKey
from api.personal.keys import add_key, new_key_file
from api.personal.rewrapping import rewrap as rewrap_all

app = typer.Typer(
    help="Master keys: a file for LASTMETER_KEYS_FILE, kept apart from the store.", no_args_is_help=True
)

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The key file; its owner's alone.")]


@app.command("new")
def new(file: FileArgument, as_json: JsonFlag = False) -> None:
    """Make a key file with one key. Without the file nobody opens what it seals: keep a copy."""
    _report(new_key_file(file), file, as_json=as_json, done="made")


@app.command("add")
def add(file: FileArgument, as_json: JsonFlag = False) -> None:
    """Add a key that seals from now on; then restart the service and run `lastmeter keys rewrap`."""
    _report(add_key(file), file, as_json=as_json, done="added to")


@app.command("rewrap")
def rewrap(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Seal by the current key what older ones sealed; after that they can be taken out of the file."""
    session = session_of(context)
    vault = vault_of(session.settings)
    if vault is None:
        raise NoMasterKey
    with session.open_store(must_exist=True) as store:
        done = rewrap_all(store, vault)
    if as_json:
        told: dict[str, object] = {
            "contacts": done.contacts,
            "webhooks": done.webhooks,
            "is_purged": done.is_purged,
        }
        print_json(told)
        return
    console().print(f"{done.contacts:,} contacts and {done.webhooks:,} secrets sealed anew")


def _report(key_id: str, file: Path, *, as_json: bool, done: str) -> None:
    if as_json:
        print_json({"file": str(file), "current_key": key_id})
        return
    console().print(f"{key_id} {done} {file}", soft_wrap=True)

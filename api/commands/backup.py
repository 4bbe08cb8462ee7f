"""`lastmeter backup` and `lastmeter restore`: the whole store as one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.session import JsonFlag, console, print_json, session_of
from graph_models.stores import backup as backups
from graph_models.stores.opening import anchored

ArchiveArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The backup, one file.")]


def backup(context: typer.Context, file: ArchiveArgument, as_json: JsonFlag = False) -> None:
    """Write all that the store holds into one new file, while others go on writing to it."""
    session = session_of(context)
    url = anchored(session.settings.store_url)
    report(backups.backup(url, file, session.clock), file, as_json=as_json, done="in")


def restore(context: typer.Context, file: ArchiveArgument, as_json: JsonFlag = False) -> None:
    """Put a backup into the store, which must be empty; of either kind, whatever it was made of."""
    session = session_of(context)
    url = anchored(session.settings.store_url)
    report(backups.restore(file, url, session.clock), file, as_json=as_json, done="restored from")


def report(manifest: backups.Manifest, file: Path, *, as_json: bool, done: str) -> None:
    head = manifest.head
    if as_json:
        print_json(
            {
                "file": str(file),
                "schema_version": manifest.schema_version,
                "created_at": manifest.created_at.isoformat(),
                "change_feed_head": head.sequence,
                "chain": head.chain,
                "counts": manifest.counts,
            }
        )
        return
    values = sum(manifest.counts.values())
    console().print(f"{values:,} values and {head.sequence:,} change sets {done} {file}", soft_wrap=True)
    console().print(f"chain {head.chain}", soft_wrap=True)

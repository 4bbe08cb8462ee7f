"""`lastmeter status`: what the store holds."""

from __future__ import annotations

import typer
from rich.table import Table

from api.commands.session import JsonFlag, console, print_json, session_of
from graph_models.schema import NODE_TYPES, SCHEMA_VERSION


def status(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Count what the store holds."""
    session = session_of(context)
    with session.open_store(must_exist=True) as store:
        counts = {node.plural: store.count(node.entity) for node in NODE_TYPES}
        head = store.head()
    if as_json:
        print_json({"schema_version": SCHEMA_VERSION, "change_feed_head": head, "counts": counts})
        return
    table = Table("kind", "count", title=f"schema {SCHEMA_VERSION}, change feed at {head}")
    for plural, count in counts.items():
        table.add_row(plural, f"{count:,}")
    console().print(table)

"""`lastmeter export`: all that the store holds as files."""

from __future__ import annotations

import typer

from api.commands.generate import FileFormat, FolderArgument, FormatOption
from api.commands.session import JsonFlag, console, print_json, progress, session_of
from graph_models.exchange.tables import export_tables
from graph_models.schema import NODE_TYPES


def export(
    context: typer.Context,
    folder: FolderArgument,
    file_format: FormatOption = FileFormat.PARQUET,
    as_json: JsonFlag = False,
) -> None:
    """Write the store's values, one file a kind, for `load` to read back equal."""
    with session_of(context).open_store(must_exist=True) as store:
        total = sum(store.count(node.entity) for node in NODE_TYPES)
        with progress("exporting", total) as advance:
            written = export_tables(store, folder, file_format, advance)
    if as_json:
        print_json({"written": written})
        return
    console().print(f"{sum(written.values()):,} rows in {folder}")

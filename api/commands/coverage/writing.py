"""The study as files: a page for people, tables and maps for programs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from api.commands.coverage.studies import KOption, least_count, say, study
from api.commands.session import JsonFlag, print_json, session_of
from api.reports import ExportFormat, coverage_html, export_coverage, replaced
from graph_models.domain.errors import LastMeterError
from graph_models.domain.skills import Skill
from matcher.coverage.publishing import publish

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="HTML file to write.")]
FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the files; made if absent.")]
FormatOption = Annotated[ExportFormat, typer.Option("--format", help="What to write.")]


def report(context: typer.Context, path: FileArgument, k: KOption = None, as_json: JsonFlag = False) -> None:
    """Write one HTML file with maps, gaps, certificates and what to do: it opens without a network."""
    session = session_of(context)
    found = study(session)
    with session.open_store(must_exist=True) as store:
        skills = [stored.value for stored in store.scan(Skill)]
    page = coverage_html(
        publish(found, least_count(session, k)), found.city.catalogue.areas.all(), skills
    ).encode()
    with writing():
        path.parent.mkdir(parents=True, exist_ok=True)
        with replaced(path) as beside:
            beside.write_bytes(page)
    if as_json:
        print_json({"written": str(path), "bytes": len(page)})
        return
    say(f"{len(page):,} bytes in {path}")


def export(
    context: typer.Context,
    folder: FolderArgument,
    file_format: FormatOption = ExportFormat.CSV,
    k: KOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Write what analysts may see as tables (CSV, Parquet) or as GeoJSON."""
    session = session_of(context)
    found = study(session)
    with writing():
        paths = export_coverage(
            publish(found, least_count(session, k)), folder, file_format, found.city.catalogue.areas.all()
        )
    if as_json:
        print_json({"written": [str(each) for each in paths]})
        return
    say(f"{len(paths)} files in {folder}")


@contextmanager
def writing() -> Iterator[None]:
    """Say in one line why a file cannot be written."""
    try:
        yield
    except OSError as error:
        raise LastMeterError(f"cannot write {error.filename}: {error.strerror}") from error

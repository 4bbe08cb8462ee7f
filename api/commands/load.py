"""`lastmeter load`: files into the store, with a report that names every row kept out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.commands.session import JsonFlag, Session, console, print_json, progress, session_of
from graph_models.city.hierarchy import district_at
from graph_models.city.menu import load_menu
from graph_models.domain.errors import LastMeterError
from graph_models.exchange.loading import load as load_files
from graph_models.exchange.passes import Progress
from graph_models.exchange.report import LoadReport

SHOWN_PROBLEMS = 20

PathsArgument = Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files, and folders of files.")]
CrsOption = Annotated[str | None, typer.Option(help="Datum of coordinates: wgs84, gcj02 or bd09.")]
StrictFlag = Annotated[bool, typer.Option("--strict", help="Write nothing if any row has an error.")]
DryRunFlag = Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")]
EncodingOption = Annotated[str, typer.Option(help="Encoding of text files, such as gb18030.")]
MappingOption = Annotated[
    Path | None, typer.Option(help="CSV of keywords to skills; keyword_skills.csv beside a directory.")
]
ReportOption = Annotated[
    Path | None, typer.Option("--report", metavar="DIR", help="New folder for problems and rejected rows.")
]


class LoadRefused(LastMeterError):
    """The files were not loaded, or not to their end, because of what was found in them."""


def load(
    context: typer.Context,
    paths: PathsArgument,
    crs: CrsOption = None,
    strict: StrictFlag = False,
    dry_run: DryRunFlag = False,
    encoding: EncodingOption = "utf-8",
    mapping: MappingOption = None,
    report_folder: ReportOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Load CSV, Parquet, HSDS or JSON Lines files into the store."""
    with progress("loading", None) as advance:
        report = run(
            session_of(context),
            paths,
            crs=crs,
            strict=strict,
            dry_run=dry_run,
            encoding=encoding,
            mapping=mapping,
            report_folder=report_folder,
            advance=advance,
        )
    if as_json:
        print_json(report.as_dict())
    else:
        show(report, console())
    if report.is_refused:
        raise LoadRefused(f"nothing was written: {counted(report.error_count, 'error')} in the files")
    if any(each.record is None for each in report.errors):
        raise LoadRefused(f"a file could not be read to its end; {report.written:,} rows were written")
    if report.rejected and not report.written and not any(each.unchanged for each in report.kinds.values()):
        raise LoadRefused(f"all {report.rejected:,} rows were rejected")


def run(
    session: Session, paths: list[Path], *, advance: Callable[[int], None], **options: object
) -> LoadReport:
    menu = load_menu()
    rows_seen = 0

    def follow(state: Progress) -> None:
        nonlocal rows_seen
        advance(max(0, state.rows - rows_seen))
        rows_seen = state.rows

    with session.open_store() as store:
        return load_files(
            store,
            paths,
            base=(*menu.skills, *menu.categories),
            district_of=district_at,
            progress=follow,
            **options,  # type: ignore[arg-type]  # checked by `load` itself, field by field
        )


def show(report: LoadReport, screen: Console) -> None:
    title = "checked, nothing written" if report.is_dry_run or report.is_refused else "loaded"
    table = Table("kind", "read", "written", "unchanged", "rejected", title=title)
    for plural, count in report.kinds.items():
        numbers = (count.read, count.written, count.unchanged, count.rejected)
        table.add_row(plural, *(f"{each:,}" for each in numbers))
    screen.print(table)
    for name, number in report.facts.items():
        screen.print(f"{name}: {number:,}")
    shown = (*report.errors[:SHOWN_PROBLEMS], *report.warnings[: max(0, SHOWN_PROBLEMS - len(report.errors))])
    for problem in shown:
        screen.print(f"{problem.severity}: {problem}", markup=False, soft_wrap=True)
    hidden = report.error_count + report.warning_count - len(shown)
    if hidden:
        screen.print(f"… and {hidden:,} more; --report DIR writes them all")
    screen.print(f"{counted(report.error_count, 'error')}, {counted(report.warning_count, 'warning')}")


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

"""`lastmeter bench`: the project and its peers side by side, in one run, on the same data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.benchmarks import growth, http, plan, suggest
from api.benchmarks.provider_files import Neo4jHome
from api.benchmarks.report import Figure, Report, Section
from api.commands.session import JsonFlag, console, print_json
from graph_models.city.generate import DEMO_SCALE
from graph_models.stores import local_neo4j


class Name(StrEnum):
    """The benchmarks."""

    SUGGEST = "suggest"
    HTTP = "http"
    PLAN = "plan"
    GROWTH = "growth"


NameArgument = Annotated[
    Name | None,
    typer.Argument(metavar="NAME", help="suggest, http, plan or growth; all of them if not given."),
]
ScaleOption = Annotated[float, typer.Option(help="Share of the city, above 0 and up to 1.")]
OutputOption = Annotated[
    Path | None, typer.Option(help="Where `growth` draws its curves: a name that ends in .svg or .png.")
]


def bench(
    name: NameArgument = None,
    scale: ScaleOption = DEMO_SCALE,
    output: OutputOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure the project and its peers in turns on the same synthetic city, and print ratios.

    Needs `pip install 'lastmeter[bench]'`. Your store is left alone: all data is made up and thrown away.
    """
    if not 0 < scale <= 1:
        raise typer.BadParameter("must be above 0 and up to 1", param_hint="--scale")
    if output is not None:
        if name not in (None, Name.GROWTH):
            raise typer.BadParameter("only growth draws curves", param_hint="--output")
        if output.suffix.lower() not in growth.FORMATS:
            raise typer.BadParameter(f"must end in {' or '.join(growth.FORMATS)}", param_hint="--output")
    runs: dict[Name, Callable[[], Report]] = {
        Name.SUGGEST: lambda: suggest_beside_neo4j(scale),
        Name.HTTP: lambda: http.run(scale),
        Name.PLAN: lambda: plan.run(scale),
        Name.GROWTH: lambda: growth.run(scale, output),
    }
    reports = []
    for each in Name if name is None else (name,):
        reports.append(runs[each]())
        if not as_json:
            show(reports[-1], console())
    if as_json:
        print_json({"benchmarks": [each.as_json() for each in reports]})


def suggest_beside_neo4j(scale: float) -> Report:
    # Large enough for all that the city has on disk: what memory cannot hold is no fair peer.
    resources = local_neo4j.Resources(1_024 + round(1_024 * scale), 512 + round(3_584 * scale))
    with empty_neo4j(resources) as neo4j:
        return suggest.run(scale, neo4j)


@contextmanager
def empty_neo4j(resources: local_neo4j.Resources) -> Iterator[Neo4jHome | str]:
    """Start a server without data, and throw it away; where none can be had, say why."""
    with TemporaryDirectory() as name:
        home = Path(name)
        try:
            local_neo4j.start(home, port=local_neo4j.ANY_PORT, resources=resources)
        except local_neo4j.LocalNeo4jError as error:
            yield str(error)
            return
        try:
            yield Neo4jHome(home, resources)
        finally:
            local_neo4j.kill(home)  # nobody waits for a checkpoint of what is thrown away


def show(report: Report, screen: Console) -> None:
    facts = ", ".join(f"{words(name)} {text(value)}" for name, value in report.facts.items())
    screen.print(f"{report.name}, scale {report.scale:g}{f': {facts}' if facts else ''}", soft_wrap=True)
    for section in report.sections:
        screen.print(table(section))
    for skipped in report.skipped:
        screen.print(f"Skipped: {skipped}", markup=False, soft_wrap=True)


def table(section: Section) -> Table:
    columns = list(dict.fromkeys(name for line in section.lines for name in line.figures))
    result = Table(section.title, *map(words, columns), box=None, pad_edge=False, title_justify="left")
    for column in result.columns[1:]:
        column.justify = "right"
    for line in section.lines:
        result.add_row(line.name, *(text(line.figures.get(name)) for name in columns))
    return result


def words(name: str) -> str:
    return name.replace("_", " ")


def text(value: Figure) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) >= 0.001 or not value else f"{value:.1e}"
    return f"{value:,}" if isinstance(value, int) else value

"""`lastmeter generate`: the synthetic city as files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.commands.session import JsonFlag, console, print_json, progress
from graph_models.city.generate import DEFAULT_AS_OF, DEFAULT_SEED, DEMO_SCALE, generate_city
from graph_models.exchange.tables import write_tables
from graph_models.ports import Entity


class FileFormat(StrEnum):
    PARQUET = "parquet"
    CSV = "csv"


FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the files; made if absent.")]
ScaleOption = Annotated[float, typer.Option(help="Share of the real city, above 0 and up to 1.")]
SeedOption = Annotated[int, typer.Option(help="The same seed gives the same city.", min=0)]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%dT%H:%M:%S%z"], help="When the city stands, like 2026-03-02T09:00:00+0800."
    ),
]
FormatOption = Annotated[FileFormat, typer.Option("--format", help="Format of the files.")]


def generate(
    folder: FolderArgument,
    scale: ScaleOption = DEMO_SCALE,
    seed: SeedOption = DEFAULT_SEED,
    as_of: AsOfOption = None,
    file_format: FormatOption = FileFormat.PARQUET,
    as_json: JsonFlag = False,
) -> None:
    """Write a synthetic Guangzhou, one file a kind."""
    city = generate_city(scale, seed, as_of or DEFAULT_AS_OF)
    with progress("writing the city", sum(city.counts().values())) as advance:
        written = write_tables(folder, counted(city.entities(), advance), file_format)
    if as_json:
        print_json({"is_synthetic": True, "scale": scale, "seed": seed, "written": written})
        return
    console().print(f"Synthetic Guangzhou, scale {scale:g}, seed {seed}: {sum(written.values()):,} rows")


def counted(values: Iterable[Entity], advance: Callable[[int], None]) -> Iterator[Entity]:
    for value in values:
        yield value
        advance(1)

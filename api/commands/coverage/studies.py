"""What the commands about coverage share: a city read anew, a study of it, figures as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter
from rich.table import Table

from api.commands.session import Session, console, print_json, stages
from api.commands.suggest import open_matcher
from graph_models.domain.errors import LastMeterError, UnknownReference
from graph_models.domain.identifiers import AreaCode, CategoryId
from matcher.coverage.city import City
from matcher.coverage.published import Coverage
from matcher.coverage.publishing import publish
from matcher.coverage.study import Study, make_study
from matcher.coverage.suppression import LEAST_K

HIDDEN = "hidden"  # in place of a figure that would tell of few people, or that there is not

KOption = Annotated[
    int | None,
    typer.Option(
        "--least-count",
        help="Least count of needs or residents that is shown besides 0, instead of LASTMETER_LEAST_COUNT.",
        min=LEAST_K,
        max=1_000,
    ),
]
AreaOption = Annotated[str | None, typer.Option("--area", metavar="CODE", help="This area and all in it.")]
RowsOption = Annotated[int, typer.Option("--limit", help="Most rows.", min=1, max=100_000)]


@contextmanager
def read_city(session: Session) -> Iterator[City]:
    """Read the whole city of the store; what the block complains of names options."""
    with session.open_store(must_exist=True) as store:
        city = open_matcher(session, store).city()
    try:
        yield city
    except UnknownReference as error:
        raise LastMeterError(f"there is no {error.kind} {error.key!r} in the store") from error


def refuse_unknown(city: City, area: str | None, category: str | None = None) -> None:
    """Refuse what is not on record: an empty table would read as no gaps."""
    if area is not None and AreaCode(area) not in city.catalogue.areas:
        raise UnknownReference("area_code", "Area", area)
    if category is not None and CategoryId(category) not in city.catalogue.categories:
        raise UnknownReference("category_id", "Category", category)


def study(session: Session, area: str | None = None, category: str | None = None) -> Study:
    with read_city(session) as city, stages("coverage") as tell:
        refuse_unknown(city, area, category)
        return make_study(city, tell)


def least_count(session: Session, given: int | None) -> int:
    return session.settings.least_count if given is None else given


def published(
    session: Session, given: int | None, area: str | None = None, category: str | None = None
) -> Coverage:
    return publish(study(session, area, category), least_count(session, given))


def print_value(value: Any) -> None:
    """Write a value of `matcher.coverage` as one JSON object."""
    print_json(plain(value))


def plain(value: Any) -> Any:
    """Return a value of `matcher.coverage`, or several, as JSON has them."""
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return TypeAdapter(type(value)).dump_python(value, mode="json")


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    table = Table(*columns, title=title, title_justify="left", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(text, row))
    console().print(table)


def text(value: object) -> str:
    if value is None:
        return HIDDEN
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1_000 else f"{value:,.0f}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)


def say(*lines: str) -> None:
    for line in lines:
        console().print(line, markup=False, soft_wrap=True)

"""What every command needs: the settings, the clock and a way to open the store."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Protocol

import orjson
import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.settings import Settings
from graph_models.ports import Clock, GraphStore

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]


class StoreOpener(Protocol):
    """Opens the store of the settings; a command that only reads asks for one that is there."""

    def __call__(self, *, must_exist: bool = False) -> GraphStore: ...


@dataclass(frozen=True, slots=True)
class Session:
    """Handed by the command line to each command through the Typer context."""

    settings: Settings
    clock: Clock
    open_store: StoreOpener
    index_path: Path | None


def session_of(context: typer.Context) -> Session:
    session = context.obj
    if not isinstance(session, Session):
        raise TypeError("the command was called without a session")
    return session


def console() -> Console:
    """Where people read: standard output, plain text when it is not a terminal."""
    return Console(highlight=False)


def print_json(value: BaseModel | dict[str, object]) -> None:
    """Write one JSON object to standard output, UTF-8 with two spaces of indentation."""
    content = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    sys.stdout.write(orjson.dumps(content, option=orjson.OPT_INDENT_2).decode() + "\n")


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on standard error while a terminal is there to see it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.advance(task, done)


@contextmanager
def stages(label: str) -> Iterator[Callable[[str, int, int], None]]:
    """Show the stages of a long piece of work as `progress` shows one."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(label, total=None)
        yield lambda stage, done, total: bar.update(
            task, description=f"{label}: {stage}", completed=done, total=total
        )

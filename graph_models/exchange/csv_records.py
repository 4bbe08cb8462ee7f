"""CSV records with their physical lines; a stray quote costs its own line, not the rest of the file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graph_models.exchange.opening import MAX_LINE_CHARACTERS, Lines, LineTooLong, is_damaged
from graph_models.exchange.problems import Finding

_TOO_LONG = Finding(None, "text", f"the line is longer than {MAX_LINE_CHARACTERS} characters")
_DAMAGED = Finding(None, "text", "the line holds bytes that are not valid in the file's encoding")
_QUOTES = Finding(
    None, "text", "the quotes do not match", "a quoted cell ends with a quote; a quote in it is doubled"
)


@dataclass(slots=True)
class CsvRecord:
    """The cells of one record, or what is wrong with it."""

    line: int
    cells: list[str]
    finding: Finding | None = None
    position: int = 0


class _Feed:
    """Hands lines to the CSV parser and remembers those of the current record."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.taken: list[str] = []

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.taken.append(line)
        return line


def read_records(path: Path, encoding: str) -> Iterator[CsvRecord]:
    """Read CSV records in bounded memory; blank lines are passed over.

    After a record that cannot be parsed, reading goes on at the next physical line: the lines that an
    open quote swallowed are read again on their own.

    Raises
    ------
    BadFile
        If the file cannot be opened, or breaks off.
    """
    with Lines(path, encoding) as lines:
        feed = _Feed(lines)
        parser = csv.reader(feed, strict=True)
        while True:
            feed.taken.clear()
            start = lines.number + 1
            finding = None
            cells: list[str] = []
            try:
                cells = next(parser)
            except StopIteration:
                return
            except LineTooLong:
                finding = _TOO_LONG
            except csv.Error as error:
                is_long = "field larger" in str(error) and len(feed.taken) == 1
                finding = _TOO_LONG if is_long else _QUOTES
                lines.give_back(feed.taken[1:])
            if finding is not None:
                parser = csv.reader(feed, strict=True)
            elif any(map(is_damaged, feed.taken)):
                finding = _DAMAGED
            if finding is not None or any(cells):
                yield CsvRecord(start, cells, finding, lines.position)


def read_header(path: Path, encoding: str) -> CsvRecord | None:
    """Read the first record only."""
    return next(read_records(path, encoding), None)

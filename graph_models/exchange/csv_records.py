"""CSV records with their physical lines; a stray quote costs its own line, not the rest of the file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

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


def read_records(stream: BinaryIO, encoding: str) -> Iterator[CsvRecord]:
    """Read CSV records in bounded memory; blank lines are passed over.

    After a record that cannot be parsed, reading goes on at the next physical line: the lines that an
    open quote swallowed are read again on their own.
    """
    lines = Lines(stream, encoding)
    feed = _Feed(lines)
    parser = csv.reader(feed, strict=True)
    while True:
        feed.taken.clear()
        start = lines.number + 1
        try:
            cells = next(parser)
        except StopIteration:
            return
        except LineTooLong:
            yield CsvRecord(lines.number, [], _TOO_LONG)
            parser = csv.reader(feed, strict=True)
            continue
        except csv.Error as error:
            cell_limit = "field larger" in str(error)
            lines.give_back(feed.taken[1:])
            yield CsvRecord(start, [], _TOO_LONG if cell_limit and len(feed.taken) == 1 else _QUOTES)
            parser = csv.reader(feed, strict=True)
            continue
        if any(map(is_damaged, feed.taken)):
            yield CsvRecord(start, cells, _DAMAGED)
        elif any(cells):
            yield CsvRecord(start, cells)

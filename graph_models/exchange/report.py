"""What a load did: counts, problems, and the rejected rows to correct and send again."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

import orjson

from graph_models.domain.errors import InvalidValue
from graph_models.exchange.cells import guard, parse_number
from graph_models.exchange.columns import Column, columns_of
from graph_models.exchange.problems import CellError, RowProblem, Severity
from graph_models.exchange.sources import Source, SourceRow

KEPT_PROBLEMS = 100
PROBLEMS_FILE = "problems.csv"
UNMAPPED_FILE = "unmapped_keywords.csv"
PROBLEM_COLUMNS = ("file", "line", "record", "column", "value_class", "reason", "hint", "severity")


@dataclass(frozen=True, slots=True)
class KindCount:
    """What became of the rows of one kind: read = written + unchanged + rejected."""

    read: int
    written: int
    unchanged: int
    rejected: int


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Outcome of a load.

    Parameters
    ----------
    kinds
        Counts by the plural of each kind. In a dry run or a refused load `written` counts what would
        have been written.
    errors, warnings
        The first `KEPT_PROBLEMS` of each.
    error_count, warning_count
        All of them.
    facts
        What the readers of outside formats counted: keywords mapped, hours understood, …
    is_refused
        Whether nothing was written because of problems: a file as a whole was unfit, or the load was
        strict.
    is_dry_run
        Whether nothing was to be written.
    """

    kinds: Mapping[str, KindCount]
    errors: tuple[RowProblem, ...]
    warnings: tuple[RowProblem, ...]
    error_count: int
    warning_count: int
    facts: Mapping[str, int]
    is_refused: bool
    is_dry_run: bool

    @property
    def rejected(self) -> int:
        """Rows kept out, of all kinds."""
        return sum(each.rejected for each in self.kinds.values())

    @property
    def written(self) -> int:
        """Rows that changed the store (or would have), of all kinds."""
        return sum(each.written for each in self.kinds.values())

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values for ``--json``."""
        return asdict(self)


class ProblemLog:
    """Counts all problems, keeps the first few, and writes them and the rejected rows to a folder.

    The folder gets ``problems.csv``; for each source with rejected rows a file of the same layout, to be
    corrected and loaded again; and the keywords that no mapping knows.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.first: dict[Severity, list[RowProblem]] = {each: [] for each in Severity}
        self.counts: Counter[Severity] = Counter()
        self._folder = folder
        self._problems: TextIO | None = None
        self._rejects: dict[Path, TextIO] = {}
        self._names: set[Path] = set()
        self._last_raw: Any = None

    def __enter__(self) -> Self:
        if self._folder is not None:
            if self._folder.is_dir() and any(self._folder.iterdir()):
                raise InvalidValue("report_folder", "be a new or an empty folder")
            self._folder.mkdir(parents=True, exist_ok=True)
            self._problems = (self._folder / PROBLEMS_FILE).open("w", encoding="utf-8", newline="")
            csv.writer(self._problems).writerow(PROBLEM_COLUMNS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in (self._problems, *self._rejects.values()):
            if stream is not None:
                stream.close()

    def add(self, problem: RowProblem) -> None:
        """Record one problem."""
        self.counts[problem.severity] += 1
        kept = self.first[problem.severity]
        if len(kept) < KEPT_PROBLEMS:
            kept.append(problem)
        if self._problems is not None:
            values = (getattr(problem, name) for name in PROBLEM_COLUMNS)
            csv.writer(self._problems).writerow(_safe("" if each is None else str(each)) for each in values)

    def reject(self, source: Source, row: SourceRow) -> None:
        """Give back a row that was kept out, in the layout in which it came."""
        if self._folder is None or row.raw is self._last_raw:
            return  # an HSDS object with several bad services is given back once
        self._last_raw = row.raw
        header = source.header()
        stream = self._rejects.get(source.path)
        if stream is None:
            stream = self._rejects[source.path] = self._open(self._folder, source.path, header)
        if header is None:
            stream.write(orjson.dumps(row.raw, default=str).decode() + "\n")
        else:
            csv.writer(stream).writerow(_safe(each) for each in _raw_cells(row, header))

    def list_unmapped(self, uses: Mapping[str, int]) -> None:
        """Write the keywords that a mapping could be extended by, most used first."""
        if self._folder is None or not uses:
            return
        ordered = sorted(uses.items(), key=lambda each: (-each[1], each[0]))
        with (self._folder / UNMAPPED_FILE).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerow(("keyword", "uses"))
            csv.writer(stream).writerows((_safe(keyword), count) for keyword, count in ordered)

    def _open(self, folder: Path, source: Path, header: Sequence[str] | None) -> TextIO:
        stem, suffix = source.name.partition(".")[0], "csv" if header is not None else "jsonl"
        name = f"{stem}.{suffix}"
        number = 1
        while (path := folder / f"{number}" / name if number > 1 else folder / name) in self._names:
            number += 1  # sources of one name in several folders
        self._names.add(path)
        path.parent.mkdir(exist_ok=True)
        stream = path.open("w", encoding="utf-8", errors="replace", newline="")
        if header is not None:
            csv.writer(stream).writerow(header)
        return stream


def _safe(cell: str) -> str:
    """Guard a cell unless it is a number, which may well start with a minus."""
    try:
        parse_number(cell)
    except CellError:
        return cell if cell.startswith("'") else guard(cell)
    return cell


def _raw_cells(row: SourceRow, header: Sequence[str]) -> list[str]:
    if isinstance(row.raw, list):
        return row.raw
    columns = columns_of(row.kind)
    return [_format(columns[name], row, given) for name, given in zip(header, row.raw, strict=True)]


def _format(column: Column, row: SourceRow, given: Any) -> str:
    if given is None or isinstance(given, str):
        return given or ""
    if column.is_list:
        given = row.row.get(column.name, ())
    try:
        return column.format(given)
    except (TypeError, ValueError, AttributeError):
        return str(given)

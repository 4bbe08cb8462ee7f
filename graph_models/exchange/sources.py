"""What every kind of input offers to a load: its kinds, a first inspection, and rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph_models.exchange.problems import Finding, RowProblem, Severity
from graph_models.ports import Entity
from graph_models.records import Row


@dataclass(slots=True)
class SourceRow:
    """One row as it was read, before the rules of the domain.

    Parameters
    ----------
    kind
        What the row describes.
    row
        Values by column; a column that is not a key here keeps what the store holds.
    file, line, record
        Where the row stands, see `RowProblem`.
    raw
        The row as it came, to be given back if it is rejected: cells, or a JSON value.
    findings
        What could not be read; a row with an error is rejected.
    """

    kind: type[Entity]
    row: Row
    file: str
    line: int | None
    record: int
    raw: Any
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_rejected(self) -> bool:
        """Whether something keeps the row out."""
        return bool(self.findings) and any(each.severity is Severity.ERROR for each in self.findings)

    def problem(self, finding: Finding) -> RowProblem:
        """Give a finding the place of this row."""
        return finding.at(self.file, self.line, self.record)


class Source(ABC):
    """One file or folder that rows come from.

    Parameters
    ----------
    path
        Where it is; shown in problems.
    """

    needs_menu = False
    """Whether its skills are words of an outside directory, to be mapped to those of a menu."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes_read = 0

    @property
    def size_bytes(self) -> int:
        """Size on disk, for progress."""
        return self.path.stat().st_size

    @abstractmethod
    def inspect(self) -> Iterator[RowProblem]:
        """Yield what makes the source as a whole unfit, before anything is loaded from it."""

    @abstractmethod
    def kinds(self) -> Sequence[type[Entity]]:
        """Return the kinds that it holds; known after `inspect`."""

    @abstractmethod
    def rows(self, kind: type[Entity]) -> Iterator[SourceRow]:
        """Iterate over the rows of one kind, in bounded memory.

        Raises
        ------
        BadFile
            If the source breaks off in the middle.
        """

    def header(self) -> Sequence[str] | None:
        """Return the names of the cells in `SourceRow.raw`; None if it holds JSON values."""
        return None

    def facts(self) -> dict[str, int]:
        """Return counts worth reporting beside the rows."""
        return {}

    def unmapped(self) -> Mapping[str, int]:
        """Return the keywords that stand for no skill yet, with their uses."""
        return {}

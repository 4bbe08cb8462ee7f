"""What a benchmark tells, and how it measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

import numpy as np

from graph_models.domain.errors import LastMeterError

T = TypeVar("T")
Figure = float | int | bool | str | None


class MissingLibrary(LastMeterError):
    """A peer's library is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(f"{package} is not installed: pip install 'lastmeter[bench]' brings it")


def library(module: str, package: str) -> Any:
    """Import the library of a peer.

    Raises
    ------
    MissingLibrary
        If it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingLibrary(package) from error


@dataclass(frozen=True, slots=True)
class Line:
    """Figures of one contestant; their names say their units."""

    name: str
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Section:
    """Contestants that did the same job side by side.

    Parameters
    ----------
    title
        What the job was.
    lines
        The project comes first.
    """

    title: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Report:
    """What a benchmark found out.

    Parameters
    ----------
    name, scale
        Which benchmark, and of which share of the city.
    sections
        Its contests.
    facts
        What they were about.
    skipped
        Peers that did not take part, and why.
    """

    name: str
    scale: float
    sections: Sequence[Section]
    facts: Mapping[str, Figure] = field(default_factory=dict)
    skipped: Sequence[str] = ()

    def as_json(self) -> dict[str, object]:
        """Return the report as JSON has it."""
        sections = [
            {"title": each.title, "results": [{"name": line.name, **line.figures} for line in each.lines]}
            for each in self.sections
        ]
        return {
            "benchmark": self.name,
            "scale": self.scale,
            "facts": dict(self.facts),
            "sections": sections,
            "skipped": list(self.skipped),
        }


def timed(work: Callable[..., T], *arguments: Any) -> tuple[float, T]:
    """Return the seconds that some work takes, and what it returns."""
    start = perf_counter()
    result = work(*arguments)
    return perf_counter() - start, result


def in_turns(
    contestants: Mapping[str, Callable[..., Any]], questions: Sequence[Any], in_a_row: int = 1
) -> dict[str, list[float]]:
    """Ask each contestant each question, one after another, so that whatever slows the machine slows all.

    Parameters
    ----------
    in_a_row
        Questions that one is asked before it is another's turn: one that reads all there is leaves
        nothing of the next one's in the processor's caches.

    Returns
    -------
    dict[str, list[float]]
        Seconds of each answer.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for first in range(0, len(questions), in_a_row):
        for name, answer in contestants.items():
            seconds[name] += [timed(answer, each)[0] for each in questions[first : first + in_a_row]]
    return seconds


def percentiles(seconds: Sequence[float]) -> dict[str, Figure]:
    """Return the median and the 99th percentile in milliseconds, None of nothing."""
    if not seconds:
        return {"p50_ms": None, "p99_ms": None}
    p50, p99 = np.percentile(np.array(seconds) * 1_000, (50, 99)).tolist()
    return {"p50_ms": round(p50, 4), "p99_ms": round(p99, 4)}


def times(theirs: Sequence[float], ours: Sequence[float]) -> Figure:
    """Return how many times our median theirs is, None if one of them did nothing."""
    return round(median(theirs) / median(ours), 3) if theirs and ours else None

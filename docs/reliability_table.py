"""Print the table of runs that docs/reliability.md holds, out of docs/reliability.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).with_name("reliability.json")
COLUMNS = ("test", "store", "runs", "faults", "acknowledged", "lost", "doubled", "date", "by")


def table() -> str:
    told: dict[str, dict[str, Any]] = json.loads(FIGURES.read_text(encoding="utf-8"))
    lines = [f"| {' | '.join(COLUMNS)} |", "|---|---|--:|--:|--:|--:|--:|---|---|"]
    for name, figures in sorted(told.items()):
        test, _, store = name.removesuffix("]").rpartition(" [")
        if "runs" in figures:
            lines.append(f"| {' | '.join((test, store, *_cells(figures)))} |")
    return "\n".join(lines)


def _cells(figures: dict[str, Any]) -> list[str]:
    runs, full = figures["runs"], figures.get("of")
    counts = [_number(figures.get(name)) for name in ("faults", "acknowledged", "lost", "doubled")]
    shown = _number(runs) if full in (None, runs) else f"{runs:,} of {full:,}"
    return [shown, *counts, figures["date"], f"`{figures['command']}`"]


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


if __name__ == "__main__":
    print(table())  # noqa: T201

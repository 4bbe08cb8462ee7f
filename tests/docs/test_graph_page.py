"""The page about the graph is the schema."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_page_is_made_from_the_schema() -> None:
    """`docs/graph.md` is what the schema says today; regenerate it after a change."""
    made = subprocess.run(
        [sys.executable, "docs/graph_page.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (ROOT / "docs/graph.md").read_text(encoding="utf-8") == made.stdout

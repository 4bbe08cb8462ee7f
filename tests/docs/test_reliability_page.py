"""The page about reliability shows the figures that were measured, and commands that exist."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")


def test_table_is_made_from_the_figures() -> None:
    made = subprocess.run(
        [sys.executable, "docs/reliability_table.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    held = re.search(r"<!-- runs -->\n(.*)<!-- /runs -->", PAGE, re.DOTALL)
    assert held is not None
    assert held[1] == made.stdout


def test_commands_exist() -> None:
    """Each figure names the test that made it."""
    for figures in json.loads((ROOT / "docs/reliability.json").read_text(encoding="utf-8")).values():
        path, _, name = figures["command"].partition("::")
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not name or f"def {name}(" in text

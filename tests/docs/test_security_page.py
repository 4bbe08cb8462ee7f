"""What the page about security says of roles is what the policy does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_table_of_roles_is_made_from_the_policy() -> None:
    """`docs/security.md` has the table that `docs/roles_table.py` prints today, and no other row of it."""
    made = subprocess.run(
        [sys.executable, "docs/roles_table.py"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    head, rows = made.split("\n", 1)
    assert page.count(head) == 1
    assert page.partition(head)[2].split("\n\n")[0].strip() == rows.strip()

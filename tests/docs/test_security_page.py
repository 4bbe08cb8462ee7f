"""The page about security cites tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")


def test_every_cited_test_exists() -> None:
    """A path to a file or folder, and after it the names of tests in there."""
    table = PAGE.partition("## OWASP API Security Top 10")[2]
    rows = [row for row in table.splitlines() if row.startswith("| API")]
    assert len(rows) == 10
    for row in rows:
        cited = re.findall(r"`([\w/.:]+)`", row.split("|")[3])
        assert cited, row
        text = ""
        for each in cited:
            path, _, name = each.partition("::")
            if path.startswith("tests/"):
                target = ROOT / path
                files = target.rglob("test_*.py") if target.is_dir() else [target]
                text += "".join(file.read_text(encoding="utf-8") for file in files)
                assert text, path
            else:
                name = path
            assert all(part in text for part in name.split("::")), each

"""The page about the closed loop says what the code does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from graph_models.domain.referrals import ReasonCode
from matcher.closed_loop.policy import LoopPolicy

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/closed-loop.md").read_text(encoding="utf-8")


def test_table_is_made_from_the_code() -> None:
    made = subprocess.run(
        [sys.executable, "docs/life_cycle_table.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    held = re.search(r"<!-- life cycle -->\n(.*)<!-- /life cycle -->", PAGE, re.DOTALL)
    assert held is not None
    assert held[1] == made.stdout


def test_reasons_are_all_named() -> None:
    assert all(f"`{each}`" in PAGE for each in ReasonCode)


def test_times_are_those_of_the_policy() -> None:
    policy = LoopPolicy()
    assert list(policy.hold_minutes.values()) == [24 * 60, 4 * 60, 60, 15]
    assert list(policy.answer_minutes.values()) == [24 * 60, 2 * 60, 30, 10]
    assert "24 hours, 4 hours, 60 or 15 minutes" in " ".join(PAGE.split())
    assert "24 hours, 2 hours, 30 or 10 minutes" in " ".join(PAGE.split())

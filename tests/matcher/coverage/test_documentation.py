from __future__ import annotations

import doctest
import re
from pathlib import Path

from matcher.coverage import Spot, Undefined

PAGE = Path(__file__).parents[3] / "docs" / "coverage.md"


def test_numbers_on_the_page_run() -> None:
    """They are computed, not copied."""
    failed, attempted = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert (failed, attempted > 10) == (0, True)


def test_every_spot_and_reason_is_on_the_page() -> None:
    """Under the heading of spots."""
    section = PAGE.read_text("utf-8").partition("## Hot and cold spots\n")[2].partition("\n## ")[0]
    assert {*Spot, *Undefined} <= set(re.findall(r"`(\w+)`", section))

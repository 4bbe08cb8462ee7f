from __future__ import annotations

import doctest
import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from matcher.parameters import FactorName
from matcher.rules import Reason

PAGE = Path(__file__).parents[2] / "docs" / "matching.md"


def rows_of(heading: str) -> list[str]:
    """First cells of the table below a heading."""
    section = PAGE.read_text("utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [found for found in re.findall(r"^\| `([^|]+)` \|", section, re.MULTILINE)]


def keys_of(table: dict[str, Any], path: str = "") -> set[str]:
    keys: set[str] = set()
    for key, value in table.items():
        keys |= keys_of(value, f"{path}{key}.") if isinstance(value, dict) else {path + key}
    return keys


def test_examples_on_the_page_run() -> None:
    """The worked example is computed, not copied."""
    failed, attempted = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert (failed, attempted > 20) == (0, True)


def test_numbers_on_the_page_about_plans_run() -> None:
    """So is the small assignment there."""
    failed, attempted = doctest.testfile(
        str(PAGE.with_name("planning.md")), module_relative=False, encoding="utf-8"
    )
    assert (failed, attempted > 3) == (0, True)


def test_every_rule_and_factor_is_on_the_page_in_order() -> None:
    """The tables list exactly the reasons and factors that the code knows."""
    assert rows_of("Rules") == list(Reason)
    assert rows_of("Factors") == list(FactorName)


def test_every_parameter_is_on_the_page() -> None:
    """The table lists exactly the keys of the packaged file."""
    text = (resources.files("matcher") / "parameters.toml").read_text("utf-8")
    named = (re.escape(key).replace(r"\*", "[^.]+") for key in rows_of("Parameters"))
    patterns = [re.sub(r"<\w+>", "[^.]+", key) for key in named]
    keys = keys_of(tomllib.loads(text)) | {"weights.categories.any.skill"}
    unmatched = {key for key in keys if not any(re.fullmatch(pattern, key) for pattern in patterns)}
    idle = [each for each in patterns if not any(re.fullmatch(each, key) for key in keys)]
    assert (unmatched, idle) == (set(), [])

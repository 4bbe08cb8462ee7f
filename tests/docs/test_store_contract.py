"""The store contract and its tests are twins: each number stands in both."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from tests.contracts.graph_store import GraphStoreContract

PAGE = Path(__file__).parents[2] / "docs" / "store-contract.md"
NUMBER = re.compile(r"\d+\.\d+")


def test_every_promise_has_a_test_and_every_test_a_promise() -> None:
    """The numbers in the page are those that the contract tests cite."""
    promised = re.findall(r"^- \*\*(\d+\.\d+)\*\* ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    cited = set()
    for name, test in inspect.getmembers(GraphStoreContract, inspect.isfunction):
        if name.startswith("test_"):
            number = NUMBER.match(test.__doc__ or "")
            assert number, f"{name} cites no promise"
            cited.add(number[0])
    assert len(set(promised)) == len(promised)
    assert set(promised) == cited

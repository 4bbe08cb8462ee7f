"""The command `lastmeter bench`."""

from __future__ import annotations

import socket
import sys

import pytest

from api.commands.bench import empty_neo4j
from tests.api.command_line import Run
from tests.conftest import Neo4jServer


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
    def test_starts_a_neo4j_and_throws_it_away(self, neo4j_server: Neo4jServer) -> None:  # noqa: ARG002
        """The server is empty, of its own, and gone afterwards."""
        with empty_neo4j() as session:
            assert not isinstance(session, str)
            assert session.run("MATCH (n) RETURN count(n)").single(strict=True).value() == 0
            address = session.run("RETURN 1").consume().server.address
        with pytest.raises(OSError, match="refused"), socket.create_connection(address, timeout=5):
            pass

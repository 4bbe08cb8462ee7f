"""The server beside a bare route: real processes, real connections."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.benchmarks import http
from api.benchmarks.load import Refused, press
from api.benchmarks.processes import DidNotStart, get, run_command, serving_module


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a bare route that knows two needs, one with a long answer."""
    folder = tmp_path_factory.mktemp("bare")
    bodies = folder / "bodies.json"
    bodies.write_text(json.dumps({"a": "{}", "b": "老" * 100_000}), encoding="utf-8")
    with serving_module(folder / "bare.log", "api.benchmarks.bare", str(bodies)) as port:
        yield port


def path_of(need: str) -> str:
    return f"/v1/needs/{need}/suggestions"


class TestBare:
    def test_returns_the_bytes(self, bare: int) -> None:
        """A body is returned as it is."""
        assert get(bare, path_of("a")) == (200, b"{}")
        assert get(bare, path_of("b")) == (200, ("老" * 100_000).encode())


class TestPress:
    def test_counts_every_answer(self, bare: int) -> None:
        """Each connection asks again once it is answered, also where an answer comes in pieces."""
        seconds, answers = press(bare, [path_of("a"), path_of("b")], 8, 0.3)
        assert seconds >= 0.3
        assert len(answers) >= 16
        assert all(0 < each <= seconds for each in answers)

    def test_refuses_what_is_no_answer(self, bare: int) -> None:
        """A server that fails is not measured."""
        with pytest.raises(Refused, match="404"):
            press(bare, ["/nothing"], 2, 0.1)


class TestProcesses:
    def test_a_failing_command_says_why(self) -> None:
        """What a process had to say is not lost."""
        with pytest.raises(DidNotStart, match="scale"):
            run_command("demo", "--scale", "-1")

    def test_a_module_that_ends_early_says_why(self, tmp_path: Path) -> None:
        """A server that never listens is told of with its log."""
        with (
            pytest.raises(DidNotStart, match="FileNotFoundError"),
            serving_module(tmp_path / "log", "api.benchmarks.bare", str(tmp_path / "missing.json")),
        ):
            pass


def test_both_return_the_same_bytes() -> None:
    """The bare route answers with what `lastmeter serve` answers, to the byte."""
    report = http.run(0.001, rounds=1, round_s=0.3)
    assert report.facts["is_same_bytes"] is True
    [section] = report.sections
    ours, bare = section.lines
    assert bare.figures["times"] == 1.0
    for line in (ours, bare):
        rate = line.figures["requests_per_s"]
        assert isinstance(rate, float)
        assert rate > 0

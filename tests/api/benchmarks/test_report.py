"""Measuring and telling."""

from __future__ import annotations

import pytest

from api.benchmarks.latency import read_ns
from api.benchmarks.report import (
    Line,
    MissingLibrary,
    Report,
    Section,
    in_turns,
    library,
    percentiles,
    times,
)


class TestInTurns:
    def test_contestants_alternate(self) -> None:
        """Each question goes to everybody before the next one is asked."""
        asked: list[str] = []
        contestants = {name: (lambda question, name=name: asked.append(name + question)) for name in "ab"}
        seconds = in_turns(contestants, ["1", "2"])
        assert asked == ["a1", "b1", "a2", "b2"]
        assert {name: len(several) for name, several in seconds.items()} == {"a": 2, "b": 2}

    def test_several_in_a_row(self) -> None:
        """The last turn may be shorter."""
        asked: list[str] = []
        contestants = {name: (lambda question, name=name: asked.append(name + question)) for name in "ab"}
        seconds = in_turns(contestants, ["1", "2", "3"], in_a_row=2)
        assert asked == ["a1", "a2", "b1", "b2", "a3", "b3"]
        assert {name: len(several) for name, several in seconds.items()} == {"a": 3, "b": 3}


class TestFigures:
    def test_percentiles_are_milliseconds(self) -> None:
        """Seconds become milliseconds; of nothing there is no percentile."""
        assert percentiles([0.001, 0.002, 0.003])["p50_ms"] == 2.0
        assert percentiles([]) == {"p50_ms": None, "p99_ms": None}

    def test_times_is_the_ratio_of_medians(self) -> None:
        """Outliers on either side do not count."""
        assert times([4, 4, 100], [0, 2, 2]) == 2.0
        assert times([], [1]) is None

    def test_json_has_a_result_per_line(self) -> None:
        """Figures stand beside the name of their contestant."""
        report = Report("plan", 0.1, [Section("job", [Line("a", {"seconds": 1.0})])], {"needs": 3})
        assert report.as_json() == {
            "benchmark": "plan",
            "scale": 0.1,
            "facts": {"needs": 3},
            "sections": [{"title": "job", "results": [{"name": "a", "seconds": 1.0}]}],
            "skipped": [],
        }


class TestLibrary:
    def test_a_missing_one_is_named_with_its_extra(self) -> None:
        """Who lacks a peer's library is told what to install."""
        with pytest.raises(MissingLibrary, match=r"no-such-peer is not installed.*lastmeter\[bench\]"):
            library("no_such_peer", "no-such-peer")


def test_a_read_takes_time() -> None:
    """Pointers are followed: a read from any size of memory takes some nanoseconds, not none."""
    assert 0 < read_ns(1 << 12) < 10_000

"""Growth curves: figures for three sizes, and a picture of them."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from api.benchmarks import growth
from api.benchmarks.report import Report


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Path]:
    path = tmp_path_factory.mktemp("growth") / "growth.svg"
    return growth.run(0.01, path, asked=10, rounds=1), path


class TestGrowth:
    def test_cities_grow_tenfold(self, drawn: tuple[Report, Path]) -> None:
        """There are three cities, each ten times as large, and the largest one has full lists."""
        report, _ = drawn
        lines = report.sections[0].lines
        sizes = [line.figures["providers"] for line in lines]
        assert len(lines) == 3
        assert isinstance(sizes[2], int)
        assert sizes[0] < sizes[1] < sizes[2]
        assert lines[2].figures["needs"] == 10
        assert isinstance(lines[2].figures["p50_ms"], float)

    def test_ratios_are_to_the_smallest_that_answers(self, drawn: tuple[Report, Path]) -> None:
        """A city without full lists has no ratio, and the first one that has some is told as 1."""
        report, _ = drawn
        ratios = [line.figures["times"] for line in report.sections[0].lines if line.figures["needs"]]
        assert ratios[0] == 1.0
        assert None not in ratios

    def test_plans_grow_to_all_needs(self, drawn: tuple[Report, Path]) -> None:
        """The last plan is for all open needs of the largest city."""
        report, _ = drawn
        assert [line.figures["needs"] for line in report.sections[1].lines] == [10, 100, 443]

    def test_draws_an_svg(self, drawn: tuple[Report, Path]) -> None:
        """The picture is one that a browser shows."""
        _, path = drawn
        assert ElementTree.parse(path).getroot().tag == "{http://www.w3.org/2000/svg}svg"

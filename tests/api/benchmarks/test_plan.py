"""The plan beside its peers: all must find the same optimum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from api.benchmarks import plan
from api.benchmarks.flows import matching, network_simplex, or_tools, single_units, transport_of
from api.benchmarks.report import Report
from api.benchmarks.stages import COMPARE, plan_for
from api.benchmarks.town import Town, draw_town
from matcher.planning.solving import price
from matcher.problem import NO_LIMIT, Problem

SCALE = 0.002


@pytest.fixture(scope="module")
def town() -> Town:
    return draw_town(SCALE)


@pytest.fixture(scope="module")
def report() -> Report:
    return plan.run(SCALE, rounds=1)


def random_problem(seed: int) -> Problem:
    """Needs of one unit that quarrel for few providers."""
    random = np.random.default_rng(seed)
    need, provider = np.nonzero(random.random((12, 5)) < 0.6)
    count = len(need)
    return Problem(
        weight=random.integers(1, 4, 12),
        units=np.ones(12, np.int64),
        is_whole=np.ones(12, np.bool_),
        capacity=random.integers(0, 4, 5),
        referrals=np.full(5, NO_LIMIT, np.int64),
        need=need.astype(np.int32),
        provider=provider.astype(np.int32),
        score=random.integers(0, 100, count) * 10**6,
    )


class TestFlows:
    @pytest.mark.parametrize("seed", range(20))
    def test_all_solvers_find_the_optimum_of_the_project(self, seed: int) -> None:
        """OR-Tools, networkx and SciPy agree with `price`; some pairs are worth nothing."""
        problem = single_units(random_problem(seed), 12)
        priced = price(problem)
        transport = transport_of(problem, priced.objective.gains(problem))
        best = transport.worth(priced.relaxed.given)
        assert best > 0
        assert [transport.worth(solve(transport)) for solve in (or_tools, network_simplex, matching)] == [
            best,
            best,
            best,
        ]

    def test_splits_and_counts_referrals_as_units(self) -> None:
        """The relaxed problem lets a need be split, and a provider of one referral give one need's units."""
        problem = replace(
            random_problem(1),
            units=np.full(12, 3),
            is_whole=np.zeros(12, np.bool_),
            capacity=np.full(5, 9),
            referrals=np.ones(5, np.int64),
        )
        priced = price(problem)
        transport = transport_of(problem, priced.objective.gains(problem))
        given = or_tools(transport)
        assert given.sum() == 15
        assert transport.worth(given) == transport.worth(priced.relaxed.given)


class TestPlanFor:
    def test_tells_its_stages(self, town: Town) -> None:
        """Searching, pricing, keeping whole and comparing are told apart."""
        found, stages = plan_for(town, 20)
        assert {"search", "price", "keep whole", COMPARE} <= stages.keys()
        assert found.result.needs == 20


class TestRun:
    def test_or_tools_finds_the_same_optimum(self, report: Report) -> None:
        """On the final candidates and on both smaller problems every peer's optimum is the project's."""
        told = [line.figures for section in report.sections for line in section.lines]
        optima = [figures["is_same_optimum"] for figures in told if "is_same_optimum" in figures]
        assert optima == [True] * 8

    def test_a_plan_is_no_worse_than_first_come(self, report: Report) -> None:
        """The plan serves at least the weight that serving in the order of arrival does."""
        ours, *_, greedy = report.sections[0].lines
        weights = ours.figures["weight"], greedy.figures["weight"]
        assert isinstance(weights[0], float)
        assert isinstance(weights[1], float)
        assert weights[0] >= weights[1] > 0

    def test_tells_a_ratio_for_everybody(self, report: Report) -> None:
        """OR-Tools is what all others are told in."""
        for section in (report.sections[0], *report.sections[2:]):
            for line in section.lines:
                is_measure = line.name.startswith("OR-Tools")
                assert line.figures["times"] == 1.0 if is_measure else line.figures["times"]

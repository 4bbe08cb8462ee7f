"""The relaxed plan, its parts, and what they rest on."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.planning import relaxation as relaxation_module
from matcher.planning import solving as solving_module
from matcher.planning.flow import TooLargeNumbers
from matcher.planning.prices import lowest_prices
from matcher.planning.solving import price, slack
from matcher.problem import Problem
from tests.matcher.planning.problems import a_problem, best_worth, problems, worth

plain = problems(whole=False, limited=False)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(problem=plain)
def test_the_flow_is_the_best_of_all(problem: Problem) -> None:
    """Divisible needs and no limits of referrals: nothing else has to be done."""
    assert worth(problem, price(problem).relaxed.given) == best_worth(problem)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(problem=plain)
def test_nobody_would_rather_have_another_provider(problem: Problem) -> None:
    """No usable pair is worth more than its prices, used pairs are worth them; only full providers cost."""
    priced = price(problem)
    left_over = slack(problem, priced.objective, priced.certificate)
    usable, given_units = problem.most > 0, priced.relaxed.given
    assert (left_over[usable] >= 0).all()
    assert not left_over[given_units > 0].any()
    taken = np.bincount(problem.provider, given_units, len(problem.capacity))
    costs = priced.certificate.unit_price + priced.certificate.referral_price
    assert (taken[costs > 0] == problem.capacity[costs > 0]).all()


@settings(max_examples=100, derandomize=True, deadline=None)
@given(problem=problems())
def test_pairs_that_are_left_out_are_not_missed(problem: Problem) -> None:
    """Without the pairs that the presolve leaves out the best plan is worth the same."""
    stays = price(problem).relaxed.stays
    fewer = replace(
        problem, need=problem.need[stays], provider=problem.provider[stays], score=problem.score[stays]
    )
    assert best_worth(fewer) == best_worth(problem)


def test_a_larger_market_agrees_with_networkx() -> None:
    """300 needs of several units at 60 providers: the same value as the network simplex method."""
    random = np.random.default_rng(5)
    pairs = {
        (need, int(provider)): 12 * int(random.integers(0, 1_000))
        for need in range(300)
        for provider in random.choice(60, 8, replace=False)
    }
    units, capacity = random.integers(1, 4, 300).tolist(), random.integers(1, 9, 60).tolist()
    problem = a_problem(pairs, capacity, units=units, weight=random.integers(1, 4, 300).tolist())
    priced = price(problem)
    gains = priced.objective.gains(problem)
    graph = nx.DiGraph()
    graph.add_node("end", demand=sum(units))
    for need, wanted in enumerate(units):
        graph.add_node(("need", need), demand=-wanted)
        graph.add_edge(("need", need), "end", weight=0)
    for provider, most in enumerate(capacity):
        graph.add_edge(("provider", provider), "end", capacity=most, weight=0)
    for (need, provider), gain in zip(sorted(pairs), gains.tolist(), strict=True):
        graph.add_edge(("need", need), ("provider", provider), weight=-gain)
    cost, _ = nx.network_simplex(graph)
    assert -cost == int(gains @ priced.relaxed.given)


def test_numbers_that_grow_too_large_are_told_in_coarser_quanta(monkeypatch: pytest.MonkeyPatch) -> None:
    """The solver refuses, the quantum grows, the plan is found."""
    problem = a_problem({(0, 0): 10**12, (0, 1): 5 * 10**11, (1, 0): 9 * 10**11}, [1, 1])
    asked: list[int] = []

    def refuse_twice(*arguments: object) -> object:
        asked.append(1)
        if len(asked) < 3:
            raise TooLargeNumbers
        return relaxation_module.relax(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(solving_module, "relax", refuse_twice)
    priced = price(problem)
    assert priced.objective.quantum == 100
    assert worth(problem, priced.relaxed.given) == best_worth(problem)


def test_scores_as_large_as_they_go_do_not_overflow() -> None:
    """Thousands of needs with full scores: the quantum adapts by itself."""
    random = np.random.default_rng(1)
    count = 3_000
    pairs = {
        (need, int(each)): int(random.integers(1, 10**12))
        for need in range(count)
        for each in random.choice(900, 3, replace=False)
    }
    problem = a_problem(pairs, [1] * 900, weight=[8] * count)
    priced = price(problem)
    assert priced.objective.quantum > 1
    assert priced.certificate.bound(problem) == sum(
        map(int, priced.objective.gains(problem) * priced.relaxed.given)
    )


@given(st.data())
@settings(max_examples=20, derandomize=True, deadline=None)
def test_prices_of_a_plan_that_is_not_best_are_refused(data: st.DataObject) -> None:
    """Two needs with each other's provider would outbid each other for ever."""
    better = data.draw(st.integers(2, 9))
    starts, provider = np.array([0, 2, 4]), np.array([0, 1, 0, 1])
    gains, crossed = np.array([better, 1, 1, better]), np.array([0, 1, 1, 0])
    with pytest.raises(RuntimeError, match="not a best one"):
        lowest_prices(starts, provider, gains, crossed, np.array([1, 1]), 2)

"""Plans with whole needs and limits of referrals are the best there are, and their bound is one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from matcher.certificate import check_plan, verify
from matcher.planning import whole as whole_module
from matcher.planning.limits import tighten
from matcher.planning.solving import price
from matcher.planning.whole import finish
from matcher.problem import Problem
from tests.matcher.planning.problems import a_problem, best_worth, problems, worth


@settings(max_examples=200, derandomize=True, deadline=None)
@given(problem=problems())
def test_the_plan_is_the_best_of_all(problem: Problem) -> None:
    """Nobody who tries everything finds a better plan, and the certificate bounds what there is."""
    solution = finish(problem, tighten(problem, price(problem)))
    assert worth(problem, solution.given) == best_worth(problem)
    proof = verify(solution.certificate, problem, solution.given)
    assert proof.bound >= proof.value
    assert solution.is_proven


@settings(max_examples=200, derandomize=True, deadline=None)
@given(problem=problems(whole=False, limited=False))
def test_without_such_limits_nothing_is_lacking(problem: Problem) -> None:
    """Then the bound is what the plan is worth, to the last quantum."""
    solution = finish(problem, price(problem))
    proof = verify(solution.certificate, problem, solution.given)
    assert (proof.bound, proof.is_most_served) == (proof.value, True)


def test_closer_prices_show_that_a_volunteer_cannot_rest_and_work() -> None:
    """Two needs of one unit want the one referral of a volunteer; a larger need blurs the limit."""
    problem = a_problem(
        {(0, 0): 120, (1, 0): 60, (2, 0): 12, (2, 1): 120}, [3, 3], units=[1, 1, 3], referrals=[1, 9]
    )
    loose = price(problem)
    closer = tighten(problem, loose)
    assert closer.certificate.bound(problem) < loose.certificate.bound(problem)
    solution = finish(problem, closer)
    assert worth(problem, solution.given) == best_worth(problem) == (2, 240)
    assert verify(solution.certificate, problem, solution.given).is_most_served


def test_a_search_that_is_cut_short_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not exhausted is not called proven, and still breaks no limit."""
    problem = a_problem({(0, 0): 12, (1, 0): 12}, [4], units=[3, 3], is_whole=[True, True])
    monkeypatch.setattr(whole_module, "best_of", lambda *given: (np.zeros(len(given[2]), np.int64), False))
    solution = finish(problem, price(problem))
    check_plan(problem, solution.given)
    assert not solution.is_proven


@settings(max_examples=200, derandomize=True, deadline=None)
@given(problem=problems())
def test_the_solver_and_trying_everything_agree(problem: Problem) -> None:
    """With no market small enough to be tried, HiGHS finds a plan of the same worth."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(whole_module, "FEW", 0)
        solution = finish(problem, tighten(problem, price(problem)))
    assert worth(problem, solution.given) == best_worth(problem)
    assert solution.is_proven

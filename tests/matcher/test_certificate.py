"""A certificate is checked without the solver, and a wrong one is found out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from graph_models.domain.errors import InvalidValue
from matcher.certificate import Certificate, verify
from matcher.problem import Problem, check_problem
from tests.matcher.planning.problems import a_problem

# Two needs for the one unit of provider 0; provider 1 is worth less to the second.
PROBLEM = a_problem({(0, 0): 9, (1, 0): 8, (1, 1): 3}, [1, 1])
GIVEN = np.array([1, 0, 1])
GOOD = Certificate(1, 18, 1, np.array([22, 21]), np.array([5, 0]), np.array([0, 0]))


def test_a_good_certificate_closes_the_gap() -> None:
    """18 for each need that is served, 9 and 3 for the pairs: 48, and no plan is worth more."""
    proof = verify(GOOD, PROBLEM, GIVEN)
    assert (proof.value, proof.bound, proof.score, proof.gap) == (48, 48, 12, 0)
    assert proof.is_most_served


def test_a_worse_plan_shows_its_gap() -> None:
    """The same prices say how much a plan that leaves a need out is short of."""
    proof = verify(GOOD, PROBLEM, np.array([0, 1, 0]))
    assert (proof.value, proof.bound, proof.is_most_served) == (26, 48, False)
    assert proof.gap == 22 / 8


def test_a_price_of_a_referral_is_shared_by_its_units() -> None:
    """A need of three units and one of one want the one referral of a provider."""
    problem = a_problem({(0, 0): 9, (1, 0): 9}, [3], units=[3, 1], referrals=[1])
    prices = Certificate(3, 19, 1, np.array([0, 0]), np.array([0]), np.array([66]))
    proof = verify(prices, problem, np.array([3, 0]))
    assert (proof.value, proof.bound) == (66, 66)
    with pytest.raises(InvalidValue, match="not be worth more than its prices"):
        verify(replace(prices, referral_price=np.array([65])), problem, np.array([3, 0]))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"unit_price": np.array([4, 0])}, "certificate.pair must not be worth more than its prices, got 0"),
        (
            {"need_price": np.array([22, 20])},
            "certificate.pair must not be worth more than its prices, got 1",
        ),
        ({"unit_price": np.array([5, -1])}, "certificate.unit_price must be at least 0"),
        ({"referral_price": np.array([0])}, "certificate.referral_price must be at least 0, of shape"),
        ({"step": 17}, "certificate.step must be more than all scores can differ"),
    ],
)
def test_a_wrong_certificate_is_found_out(changed: dict[str, Any], message: str) -> None:
    """Prices that are too low, negative, missing, or that let scores outweigh service."""
    with pytest.raises(InvalidValue, match=message):
        verify(replace(GOOD, **changed), PROBLEM, GIVEN)


@pytest.mark.parametrize(
    ("given", "changed", "message"),
    [
        ([1, 1, 0], {}, "plan.capacity must not exceed"),
        ([2, 0, 0], {"capacity": np.array([2, 1])}, "plan.units must not exceed"),
        ([0, 1, 1], {}, "plan.units must not exceed"),
        ([1, 0, -1], {}, "plan.given must have a number of units of at least 0"),
        ([1, 0], {}, "plan.given must have"),
        (
            [1, 0, 1],
            {"units": np.array([2, 1]), "is_whole": np.array([True, False])},
            "plan.is_whole must be all or nothing",
        ),
        (
            [1, 1, 0],
            {"capacity": np.array([2, 1]), "referrals": np.array([1, 1])},
            "plan.referrals must not give a provider more needs",
        ),
    ],
)
def test_a_plan_that_breaks_a_limit_is_refused(
    given: list[int], changed: dict[str, Any], message: str
) -> None:
    """Whatever its prices."""
    with pytest.raises(InvalidValue, match=message):
        verify(GOOD, replace(PROBLEM, **changed), np.array(given))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"weight": np.array([1, 0])}, "problem.weight must be at least 1"),
        ({"units": np.array([1])}, r"problem.units must have the shape \(2,\)"),
        ({"capacity": np.array([-1, 1])}, "problem.capacity must be at least 0"),
        ({"provider": np.array([0, 0, 2], np.int32)}, "problem.provider must be below 2"),
        ({"need": np.array([1, 0, 1], np.int32)}, "problem.need must be in ascending order"),
        ({"provider": np.array([0, 0, 0], np.int32)}, "problem.need must be in ascending order"),
    ],
)
def test_numbers_that_are_no_problem_are_refused(changed: dict[str, Any], message: str) -> None:
    """The error names the field and the rule."""
    problem: Problem = replace(PROBLEM, **changed)
    with pytest.raises(InvalidValue, match=message):
        check_problem(problem)

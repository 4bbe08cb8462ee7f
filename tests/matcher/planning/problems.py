"""Small planning problems, and what is best in them by trying everything."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import strategies as st

from matcher.problem import NO_LIMIT, Problem


def a_problem(
    pairs: dict[tuple[int, int], int],
    capacity: list[int],
    *,
    units: list[int] | None = None,
    weight: list[int] | None = None,
    is_whole: list[bool] | None = None,
    referrals: list[int] | None = None,
) -> Problem:
    """Scores by (need, provider); all else is 1, divisible and without limit unless told."""
    several = sorted(pairs)
    count = max([need for need, _ in several], default=-1) + 1
    count = max([count, *(len(each) for each in (units, weight, is_whole) if each is not None)])
    return Problem(
        np.array(weight or [1] * count, np.int64),
        np.array(units or [1] * count, np.int64),
        np.array(is_whole or [False] * count, np.bool_),
        np.array(capacity, np.int64),
        np.array(referrals or [NO_LIMIT] * len(capacity), np.int64),
        np.array([need for need, _ in several], np.int32),
        np.array([provider for _, provider in several], np.int32),
        np.array([pairs[each] for each in several], np.int64),
    )


@st.composite
def problems(draw: st.DrawFn, *, whole: bool = True, limited: bool = True) -> Problem:
    """Few enough pairs to try everything; scores are multiples of 12, so that shares are whole."""
    n_needs, n_providers = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    every = list(product(range(n_needs), range(n_providers)))
    chosen = draw(st.lists(st.sampled_from(every), unique=True, max_size=7))
    limits = st.sampled_from((1, 1, 2, NO_LIMIT)) if limited else st.just(NO_LIMIT)

    def several(each: st.SearchStrategy[int], count: int) -> list[int]:
        return draw(st.lists(each, min_size=count, max_size=count))

    return a_problem(
        {pair: 12 * draw(st.integers(0, 9)) for pair in chosen},
        several(st.integers(0, 4), n_providers),
        units=several(st.sampled_from((1, 1, 2, 3)), n_needs),
        weight=several(st.integers(1, 3), n_needs),
        is_whole=[bool(each) for each in several(st.integers(0, int(whole)), n_needs)],
        referrals=several(limits, n_providers),
    )


def worth(problem: Problem, given: np.ndarray) -> tuple[float, float]:
    """Weight served and score."""
    share = given / problem.units[problem.need]
    return (
        round(float((problem.weight[problem.need] * share).sum()), 9),
        round(float((problem.score * share).sum()), 9),
    )


def best_worth(problem: Problem) -> tuple[float, float]:
    """Of all plans that break no limit."""
    choices = [
        sorted({0, int(most)}) if problem.is_whole[need] else range(int(most) + 1)
        for need, most in zip(problem.need.tolist(), problem.most.tolist(), strict=True)
    ]
    return max(
        worth(problem, np.array(given, np.int64)) for given in product(*choices) if fits(problem, given)
    )


def fits(problem: Problem, given: tuple[int, ...]) -> bool:
    """Whether a plan breaks no limit, told in the plainest way."""
    served, taken, asked = [0] * len(problem.units), [0] * len(problem.capacity), [0] * len(problem.capacity)
    for need, provider, units in zip(problem.need.tolist(), problem.provider.tolist(), given, strict=True):
        served[need] += units
        taken[provider] += units
        asked[provider] += units > 0
    return (
        all(a <= b for a, b in zip(served, problem.units.tolist(), strict=True))
        and all(a <= b for a, b in zip(taken, problem.capacity.tolist(), strict=True))
        and all(a <= b for a, b in zip(asked, problem.referrals.tolist(), strict=True))
    )

"""The planning problem in numbers: needs, providers, and the pairs of them that are eligible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graph_models.domain.errors import InvalidValue

Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

NO_LIMIT = 2**31 - 1  # of referrals


@dataclass(frozen=True, slots=True)
class Problem:
    """Who may serve whom, and what it is worth.

    Maximise first the sum of weights served, where serving a part of a divisible need counts as
    that part of its weight, then the sum of scores, counted in the same way.

    Parameters
    ----------
    weight
        Of each need, by its urgency: whole numbers of at least 1, shape (n_needs,).
    units
        That each need asks for, at least 1: shape (n_needs,).
    is_whole
        Whether one provider must serve all units of a need: shape (n_needs,).
    capacity
        Units that each provider can still take: shape (n_providers,).
    referrals
        Most needs that each provider may be given, `NO_LIMIT` if it does not matter: shape (n_providers,).
    need, provider
        Eligible pairs, in ascending order, each once: shape (n_pairs,).
    score
        Of each pair, in any unit: shape (n_pairs,).
    """

    weight: Int64Array
    units: Int64Array
    is_whole: BoolArray
    capacity: Int64Array
    referrals: Int64Array
    need: Int32Array
    provider: Int32Array
    score: Int64Array

    @property
    def most(self) -> Int64Array:
        """Most units that each pair can come to: shape (n_pairs,); 0 if the pair cannot be used."""
        most = np.minimum(self.units[self.need], self.capacity[self.provider])
        is_short = self.is_whole[self.need] & (most < self.units[self.need])
        most[is_short | (self.referrals[self.provider] < 1)] = 0
        return most


def check_problem(problem: Problem) -> None:
    """Refuse numbers that are no planning problem.

    Raises
    ------
    InvalidValue
        Naming the field and the rule.
    """
    n_needs, n_providers = len(problem.weight), len(problem.capacity)
    for name, values, count, least in (
        ("weight", problem.weight, n_needs, 1),
        ("units", problem.units, n_needs, 1),
        ("is_whole", problem.is_whole, n_needs, 0),
        ("capacity", problem.capacity, n_providers, 0),
        ("referrals", problem.referrals, n_providers, 0),
        ("need", problem.need, len(problem.score), 0),
        ("provider", problem.provider, len(problem.score), 0),
    ):
        if values.shape != (count,):
            raise InvalidValue(f"problem.{name}", f"have the shape ({count},)", values.shape)
        if count and values.min() < least:
            raise InvalidValue(f"problem.{name}", f"be at least {least}", values.min().item())
    for name, numbers, count in (
        ("need", problem.need, n_needs),
        ("provider", problem.provider, n_providers),
    ):
        if len(numbers) and numbers.max() >= count:
            raise InvalidValue(f"problem.{name}", f"be below {count}", numbers.max().item())
    place = problem.need.astype(np.int64) * max(n_providers, 1) + problem.provider
    if not (np.diff(place) > 0).all():
        raise InvalidValue("problem.need", "be in ascending order with its provider, each pair once")

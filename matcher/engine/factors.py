"""The five factors over many candidates at once, in millionths."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from matcher.engine.candidates import Candidates
from matcher.fixed_point import MILLION, IntArray, divide_each_half_even, halve_each
from matcher.parameters import FactorName
from matcher.scoring import half_distance_m
from matcher.travel import UNKNOWN_M


def _proximity(candidates: Candidates) -> IntArray:
    values = halve_each(candidates.distance, half_distance_m(candidates.context))
    return np.where(candidates.distance == UNKNOWN_M, 0, values)


def _skill(candidates: Candidates) -> IntArray:
    if not candidates.context.requirements:
        return np.full(len(candidates), MILLION, np.int64)
    return divide_each_half_even(candidates.best.sum(axis=0, dtype=np.int64), len(candidates.best))


def _capacity(candidates: Candidates) -> IntArray:
    left = np.maximum(candidates.column("remaining").astype(np.int64) - candidates.context.need.units, 0)
    return divide_each_half_even(left * MILLION, np.maximum(candidates.column("total"), 1))


def _continuity(candidates: Candidates) -> IntArray:
    context, index = candidates.context, candidates.index
    parts, here = context.parameters.continuity, context.community_code
    is_based_here = candidates.column("community") == index.communities.find(here)
    is_assigned = candidates.holding(
        "serves", index.serves, lambda codes: not context.assignment_codes.isdisjoint(codes)
    )
    total = np.zeros(len(candidates), np.int64)
    total += parts.served_resident * candidates.naming(context.served_before)
    total += parts.based_in_community * (is_based_here & (here is not None))
    total += parts.serves_by_assignment * is_assigned
    return total


def _fairness(candidates: Candidates) -> IntArray:
    kinds, parameters = candidates.index.kinds, candidates.context.parameters
    halves = np.array([parameters.half_referrals_of(kinds[n]) for n in range(len(kinds))], np.int64)
    return halve_each(candidates.column("recent").astype(np.int64), halves[candidates.column("kind")])


VALUES: dict[FactorName, Callable[[Candidates], IntArray]] = {
    FactorName.PROXIMITY: _proximity,
    FactorName.SKILL: _skill,
    FactorName.CAPACITY: _capacity,
    FactorName.CONTINUITY: _continuity,
    FactorName.FAIRNESS: _fairness,
}


def scores(candidates: Candidates) -> IntArray:
    """Return the scores in units of 1e-12, of shape (n,)."""
    total = np.zeros(len(candidates), np.int64)
    for weight, values in zip(candidates.context.weights, VALUES.values(), strict=True):
        if weight:
            total += weight * values(candidates)
    return total

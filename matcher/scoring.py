"""The five factors of the score, each from 0 to 1, in millionths."""

from __future__ import annotations

from operator import mul

from graph_models.domain.providers import Provider
from matcher.context import NeedContext
from matcher.fixed_point import MILLION, divide_half_even, halving
from matcher.rules import distance_between, skill_value
from matcher.travel import UNKNOWN_M, to_metres


def factor_values(context: NeedContext, provider: Provider) -> tuple[int, ...]:
    """Return the values of the factors in the order of `FactorName`, in millionths.

    They are defined for every provider, also one that a rule excludes: near misses are ranked by them.

    Notes
    -----
    ==========  =====================================================================================
    proximity   2^(−distance / half distance of the category); 0 if the distance is not known
    skill       mean over required skills of the best similarity · level; 1 if none is required
    capacity    (remaining − served) / total with served = min(units, remaining); 0 if total is 0
    continuity  sum of the parts that hold: served this resident well, is based in the community of
                the need, serves that community or its street by name
    fairness    2^(−referrals in 30 days / half referrals of the kind)
    ==========  =====================================================================================
    """
    return (
        _proximity(context, provider),
        _skill(context, provider),
        _capacity(context, provider),
        _continuity(context, provider),
        halving(provider.recent_referrals, context.parameters.half_referrals_of(provider.kind)),
    )


def score_of(weights: tuple[int, ...], values: tuple[int, ...]) -> int:
    """Return Σ weight · value: the score in units of 1e-12.

    >>> score_of((600_000, 400_000), (500_000, 1_000_000))
    700000000000
    """
    return sum(map(mul, weights, values))


def half_distance_m(context: NeedContext) -> int:
    """Return the distance at which proximity is worth one half, in whole metres of at least 1."""
    return max(1, to_metres(context.category.half_distance_km))


def _proximity(context: NeedContext, provider: Provider) -> int:
    distance = distance_between(context, provider)
    return 0 if distance == UNKNOWN_M else halving(distance, half_distance_m(context))


def _skill(context: NeedContext, provider: Provider) -> int:
    if not context.requirements:
        return MILLION
    best = [skill_value(each, provider.skills) for each in context.requirements]
    return divide_half_even(sum(best), len(best))


def _capacity(context: NeedContext, provider: Provider) -> int:
    capacity = provider.capacity
    left = max(capacity.remaining - context.need.units, 0)
    return divide_half_even(left * MILLION, max(capacity.total, 1))


def _continuity(context: NeedContext, provider: Provider) -> int:
    parts = context.parameters.continuity
    is_based_here = context.community_code is not None and provider.community_code == context.community_code
    is_assigned = not context.assignment_codes.isdisjoint(provider.serves)
    return (
        parts.served_resident * (provider.id in context.served_before)
        + parts.based_in_community * is_based_here
        + parts.serves_by_assignment * is_assigned
    )

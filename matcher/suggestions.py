"""The answer to one need: ranked providers, and on request why there are not more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from graph_models.domain.identifiers import ProviderId
from matcher.fixed_point import MILLION
from matcher.parameters import FactorName
from matcher.rules import Reason
from matcher.travel import UNKNOWN_M

_FACTORS = tuple(FactorName)  # going through the members of an enumeration takes longer
_TRILLION = MILLION**2
_made = tuple.__new__  # a named tuple with its values in order, in half the time


class Factor(NamedTuple):
    """One part of a score: a tuple, which is made in a third of the time.

    Parameters
    ----------
    weight, value
        From 0 to 1, with at most 6 decimals.
    contribution
        Their product, with at most 12 decimals.
    """

    weight: float
    value: float
    contribution: float


class Suggestion(NamedTuple):
    """One ranked provider for one need.

    Parameters
    ----------
    rank
        From 1.
    provider_id, kind, name
        Who.
    score
        From 0 to 1. As printed, it is the exact decimal sum of the printed contributions.
    factors
        Its parts, in the order of `FactorName`.
    distance_km
        To the metre; None if a location is not known.
    remaining_units
        Units that the provider has free before it serves this need.
    """

    rank: int
    provider_id: ProviderId
    kind: str
    name: str
    score: float
    factors: Mapping[FactorName, Factor]
    distance_km: float | None
    remaining_units: int

    def as_json(self) -> dict[str, Any]:
        """Return the same as what JSON is made of."""
        return {**self._asdict(), "factors": {name: each._asdict() for name, each in self.factors.items()}}


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that would have to change for a near miss.

    Parameters
    ----------
    reason
        The failing rule.
    change
        What, as a phrase in English.
    subject
        Skill or area that it is about, if it is about one.
    actual, required
        What the provider has and what is asked for, where that can be measured.
    unit
        Unit of both.
    """

    reason: Reason
    change: str
    subject: str | None = None
    actual: float | None = None
    required: float | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A provider that fails exactly one rule.

    Parameters
    ----------
    provider_id, kind, name
        Who.
    reason
        The failing rule.
    gaps
        What would have to change: at least one entry, several if several skills are missing.
    score
        What the score would be without the rule.
    """

    provider_id: ProviderId
    kind: str
    name: str
    reason: Reason
    gaps: tuple[Gap, ...]
    score: float

    @property
    def change(self) -> str:
        """What would have to change, in English and without personal data."""
        return "; ".join(gap.change for gap in self.gaps)


@dataclass(frozen=True, slots=True)
class SuggestionList:
    """Suggestions for one need, best first; equal scores in the order of provider ids.

    Parameters
    ----------
    suggestions
        At most as many as were asked for.
    considered
        How many candidates there were. This and what follows is None unless asked for, or unless
        there are fewer suggestions than asked for.
    rejected
        Candidates by first failing rule, in rule order, without zeros. With the eligible ones they
        add up to `considered`.
    near_misses
        Candidates that fail exactly one rule, best first.
    """

    suggestions: tuple[Suggestion, ...]
    considered: int | None = None
    rejected: Mapping[Reason, int] | None = None
    near_misses: tuple[NearMiss, ...] | None = None


def to_score(units: int) -> float:
    """Turn a score in units of 1e-12 into a number that prints as exactly that decimal.

    A double holds 15 digits, so the shortest decimal that reads back as it is the one put in.

    >>> to_score(700_000_000_000), to_score(123_456_789_012)
    (0.7, 0.123456789012)
    """
    return units / _TRILLION


def describe_suggestion(
    rank: int,
    provider: tuple[ProviderId, str, str],
    weights: Sequence[int],
    values: Sequence[int],
    distance_m: int,
    remaining_units: int,
) -> Suggestion:
    """Turn the integers of one ranked provider into the printed form.

    Parameters
    ----------
    rank
        From 1.
    provider
        Id, kind and name.
    weights, values
        Millionths, in the order of `FactorName`.
    distance_m
        Metres, `UNKNOWN_M` if not known.
    remaining_units
        Units free.
    """
    factors, score = {}, 0
    for name, weight, value in zip(_FACTORS, weights, values, strict=True):
        part = weight * value
        score += part
        factors[name] = _made(Factor, (weight / MILLION, value / MILLION, part / _TRILLION))
    distance_km = None if distance_m == UNKNOWN_M else distance_m / 1000
    return _made(Suggestion, (rank, *provider, to_score(score), factors, distance_km, remaining_units))

"""What one provider is worth for one need, suggested or not: the answer to "why not X?"."""

from __future__ import annotations

from dataclasses import dataclass

from graph_models.domain.identifiers import ProviderId
from graph_models.domain.providers import Provider
from matcher.context import NeedContext
from matcher.engine import Engine
from matcher.explanation import describe_near_miss
from matcher.rules import Reason, distance_between, failing_rules
from matcher.scoring import factor_values
from matcher.suggestions import Gap, Suggestion, describe_suggestion

# How far down the list is looked for the provider: whoever stands lower has no rank worth telling.
_LIMITS = (100, 1_000, 10_000)
_NO_RANK = 0
_TRIES = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """What speaks for a provider, and all that speaks against it.

    Parameters
    ----------
    reasons
        Every rule that it fails, in rule order; empty if it is eligible.
    gaps
        What would have to change, for each of them.
    rank
        Its place among the eligible, from 1; None if it is not eligible, or not among the first 10,000.
    suggestion
        Its score and factors. Of a provider that is not eligible: what they would be now.
    """

    reasons: tuple[Reason, ...]
    gaps: tuple[Gap, ...]
    rank: int | None
    suggestion: Suggestion


def verdict_on(context: NeedContext, provider_id: ProviderId, engine: Engine) -> Verdict | None:
    """Judge one provider by all rules; None if the engine does not have it.

    If the provider changes meanwhile, it is judged anew.
    """
    for _ in range(_TRIES):
        [provider] = engine.find([provider_id])
        if provider is None:
            return None
        reasons = failing_rules(context, provider)
        if reasons:
            gaps = (gap for each in reasons for gap in describe_near_miss(context, provider, each).gaps)
            return Verdict(reasons, tuple(gaps), None, _described(context, provider))
        for limit in _LIMITS:
            listed = engine.suggest(context, limit).suggestions
            for each in listed:
                if each.provider_id == provider_id:
                    return Verdict((), (), each.rank, each)
            if len(listed) < limit:
                break  # it was eligible a moment ago
        else:
            return Verdict((), (), None, _described(context, provider))
    raise RuntimeError("the ranking leaves out a provider that no rule speaks against")


def _described(context: NeedContext, provider: Provider) -> Suggestion:
    return describe_suggestion(
        _NO_RANK,
        (provider.id, provider.kind, provider.name),
        context.weights,
        factor_values(context, provider),
        distance_between(context, provider),
        provider.capacity.remaining,
    )

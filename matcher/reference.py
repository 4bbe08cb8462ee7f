"""The reference implementation: one pair at a time, in plain Python. It defines the truth.

The engine must equal it; whoever doubts an answer reads this module.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from graph_models.domain.providers import Provider
from matcher.context import NeedContext
from matcher.explanation import describe_near_miss
from matcher.rules import Reason, distance_between, failing_rules, is_candidate
from matcher.scoring import factor_values, score_of
from matcher.suggestions import Suggestion, SuggestionList, describe_suggestion


def reference_suggestions(
    context: NeedContext, providers: Iterable[Provider], limit: int = 10, *, explain: bool = False
) -> SuggestionList:
    """Rank the eligible providers for one need.

    Parameters
    ----------
    context
        The need.
    providers
        All providers, in any order.
    limit
        Most suggestions, at least 1.
    explain
        Whether to count candidates and name near misses even if there are `limit` suggestions.
    """
    ranked = sorted(providers, key=lambda provider: _rank(context, provider))
    failing = {provider.id: failing_rules(context, provider) for provider in ranked}
    eligible = [provider for provider in ranked if not failing[provider.id]]
    suggestions = tuple(
        _suggestion(context, provider, rank) for rank, provider in enumerate(eligible[:limit], start=1)
    )
    if not explain and len(suggestions) == limit:
        return SuggestionList(suggestions)
    candidates = [provider for provider in ranked if is_candidate(context, provider)]
    first = Counter(failing[provider.id][0] for provider in candidates if failing[provider.id])
    missed = [provider for provider in candidates if len(failing[provider.id]) == 1]
    return SuggestionList(
        suggestions,
        considered=len(candidates),
        rejected={reason: first[reason] for reason in Reason if first[reason]},
        near_misses=tuple(
            describe_near_miss(context, provider, failing[provider.id][0])
            for provider in missed[: context.parameters.near_misses]
        ),
    )


def _rank(context: NeedContext, provider: Provider) -> tuple[int, str]:
    return -score_of(context.weights, factor_values(context, provider)), provider.id


def _suggestion(context: NeedContext, provider: Provider, rank: int) -> Suggestion:
    return describe_suggestion(
        rank,
        (provider.id, provider.kind, provider.name),
        context.weights,
        factor_values(context, provider),
        distance_between(context, provider),
        provider.capacity.remaining,
    )

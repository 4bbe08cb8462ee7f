"""Suggestions over all providers of a city at once: equal to the reference in every value."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

import numpy as np

from graph_models.domain.identifiers import ProviderId
from graph_models.domain.providers import Provider
from matcher.context import NeedContext
from matcher.engine.candidates import Candidates, considered, skilled
from matcher.engine.factors import VALUES, scores
from matcher.engine.filters import FAILS
from matcher.engine.index import ProviderIndex
from matcher.explanation import describe_near_miss
from matcher.fixed_point import IntArray
from matcher.rules import Reason
from matcher.suggestions import NearMiss, Suggestion, SuggestionList, describe_suggestion


class Engine:
    """Answers for a changing set of providers.

    Not safe to share between threads by itself: an update must not run beside anything else.
    `matcher.use_cases.LiveMatcher` holds one lock over both.

    Examples
    --------
    >>> engine = Engine()
    >>> len(engine)
    0
    """

    def __init__(self, providers: Iterable[Provider] = ()) -> None:
        self._index = ProviderIndex()
        self._index.put(providers)

    def __len__(self) -> int:
        return len(self._index)

    def put(self, providers: Iterable[Provider]) -> None:
        """Add providers, or replace those whose ids are there already; constant time for each."""
        self._index.put(providers)

    def remove(self, provider_ids: Iterable[ProviderId]) -> None:
        """Remove providers; one that is not there is removed already."""
        for each in provider_ids:
            self._index.remove(each)

    def suggest(self, context: NeedContext, limit: int = 10, *, explain: bool = False) -> SuggestionList:
        """Rank the eligible providers for one need.

        Parameters
        ----------
        context
            The need.
        limit
            Most suggestions, at least 1.
        explain
            Whether to count candidates and name near misses even if there are `limit` suggestions.
        """
        eligible = skilled(self._index, context)
        for reason, fails in FAILS.items():
            if reason is not Reason.NOT_SKILLED:
                eligible = eligible.only(~fails(eligible))
        suggestions = _describe(_best(eligible, limit))
        if not explain and len(suggestions) == limit:
            return SuggestionList(suggestions)
        return _explain(considered(self._index, context), suggestions)


def _best(candidates: Candidates, limit: int) -> Candidates:
    """Return the candidates with the highest scores, best first, equal ones by id."""
    score = scores(candidates)
    contenders: IntArray = np.arange(len(candidates))
    if len(candidates) > limit:
        least = np.partition(score, -limit)[-limit]
        contenders = np.flatnonzero(score >= least)
    ids = candidates.index.ids
    ranks = zip((-score[contenders]).tolist(), (ids[row] for row in candidates.rows[contenders]), strict=True)
    order = heapq.nsmallest(limit, zip(ranks, contenders.tolist(), strict=True))
    return candidates.only(np.array([place for _, place in order], np.int64))


def _describe(ranked: Candidates) -> tuple[Suggestion, ...]:
    index = ranked.index
    values = np.column_stack([each(ranked) for each in VALUES.values()]).tolist()
    kinds, remaining = ranked.column("kind").tolist(), ranked.column("remaining").tolist()
    distances = ranked.distance.tolist()
    return tuple(
        describe_suggestion(
            rank=place + 1,
            provider=(index.ids[row], index.kinds[kinds[place]], index.name_at(row)),
            weights=ranked.context.weights,
            values=tuple(values[place]),
            distance_m=distances[place],
            remaining_units=remaining[place],
        )
        for place, row in enumerate(ranked.rows.tolist())
    )


def _explain(candidates: Candidates, suggestions: tuple[Suggestion, ...]) -> SuggestionList:
    """Count candidates by first failing rule, and find those that fail exactly one."""
    fails = np.array([each(candidates) for each in FAILS.values()])
    failing = fails.sum(axis=0)
    first = fails.argmax(axis=0)
    counts = np.bincount(first[failing > 0], minlength=len(FAILS)).tolist()
    missed, which = candidates.only(failing == 1), first[failing == 1]
    return SuggestionList(
        suggestions,
        considered=len(candidates),
        rejected={reason: count for reason, count in zip(FAILS, counts, strict=True) if count},
        near_misses=_near_misses(missed, which),
    )


def _near_misses(missed: Candidates, which: IntArray) -> tuple[NearMiss, ...]:
    context, index = missed.context, missed.index
    reason_of = dict(zip(missed.rows.tolist(), which.tolist(), strict=True))
    reasons = tuple(FAILS)
    best = _best(missed, context.parameters.near_misses)
    return tuple(
        describe_near_miss(context, index.provider_at(row), reasons[reason_of[row]])
        for row in best.rows.tolist()
    )

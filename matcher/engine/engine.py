"""Suggestions over all providers of a city at once: equal to the reference in every value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain, islice
from typing import TypeVar

import numpy as np

from graph_models.domain.identifiers import AreaCode, ProviderId
from graph_models.domain.providers import Provider
from graph_models.ports import Columns
from matcher.context import NeedContext
from matcher.engine.asked import Asked
from matcher.engine.footprint import Footprint, footprint
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.index import ProviderIndex
from matcher.engine.judging import NO_DOUBT
from matcher.engine.naming import NamedProvider, named
from matcher.engine.packing import in_columns
from matcher.engine.question import Doubt, Question, put_question
from matcher.engine.ranking import PLAIN, Terms
from matcher.engine.reach import NOBODY, Places, Reach, area_numbers, reach_of
from matcher.engine.roll import Roll, roll_of
from matcher.engine.roster import NO_PAIRS, Pairs, Roster, joined
from matcher.engine.saving import SavedEngine, UnusableIndex, current_layout, saved_words
from matcher.engine.search import Found, nearest_first, nearest_first_aside, nothing_found
from matcher.engine.snapshot import STALE, Snapshot
from matcher.engine.standings import Standings, best_standing, best_standing_aside
from matcher.engine.survey import Surveyed, survey
from matcher.explanation import describe_near_miss
from matcher.parameters import MatchParameters, default_parameters
from matcher.rules import Reason, distance_between
from matcher.scoring import factor_values
from matcher.suggestions import NearMiss, Suggestion, SuggestionList, describe_suggestion
from matcher.travel import FloatArray

A = TypeVar("A", Found, Surveyed)
_TRIES = 10
_LONG_TRIES = 3  # of what looks at every provider
_BATCH = 10_000
_AT_ONCE = 256  # needs of a plan that are asked about while writers wait
_IN_A_ROW = 32  # of them by one thread
_THREADS = 2
_REASONS = tuple(Reason)


class Engine:
    """Answers for a changing set of providers.

    May be shared between threads. Answers never see an update by halves, and do not wait for one unless
    they were overtaken ten times.

    Parameters
    ----------
    providers
        Those that are there from the start.
    parameters
        Those that most questions will come with; others are answered as well, more slowly.

    Examples
    --------
    >>> engine = Engine()
    >>> len(engine)
    0
    """

    def __init__(self, providers: Iterable[Provider] = (), parameters: MatchParameters | None = None) -> None:
        self._index = ProviderIndex(parameters or default_parameters())
        self._standings = Standings()
        self._asked = Asked()
        remaining = iter(providers)
        batches = iter(lambda: list(islice(remaining, _BATCH)), [])
        self.load(map(in_columns, batches))

    @classmethod
    def restored(cls, saved: SavedEngine, parameters: MatchParameters) -> Engine:
        """Return an engine with the providers of another, at once.

        Parameters
        ----------
        saved
            What `saved` gave. Its arrays belong to the engine from now on, which writes to them.
        parameters
            Those that most questions will come with.

        Raises
        ------
        UnusableIndex
            If it was laid out by other rules than those of this program, or for other parameters.
        """
        if saved.layout != current_layout():
            raise UnusableIndex("it was laid out by another version of the matching model")
        engine = cls((), parameters)
        engine._index.take_over(saved)
        engine._standings.take_over(saved.arrays, engine._index.snapshot)
        return engine

    def saved(self) -> SavedEngine:
        """Return everything that an equal engine can be made from: good until the next change."""
        words, arrays = saved_words(self._index.vocabulary)
        arrays |= self._index.arrays() | self._standings.arrays(self._index.snapshot)
        return SavedEngine(current_layout(), words, arrays)

    def copy(self) -> Engine:
        """Return an engine with the same providers that changes by itself: to try things out."""
        with self._index.writing:
            saved = self.saved()
            saved = saved._replace(arrays={name: array.copy() for name, array in saved.arrays.items()})
        return Engine.restored(saved, self._index.vocabulary.parameters)

    def __len__(self) -> int:
        return len(self._index)

    def change(self, put: Iterable[Provider] = (), remove: Iterable[ProviderId] = ()) -> None:
        """Add or replace some providers and remove others: an answer sees all of it or nothing.

        Parameters
        ----------
        put
            Providers; those whose ids are there already are replaced. Constant time for each.
        remove
            Ids, none of them among those put; one that is not there is removed already.
        """
        self._index.change(put, remove)

    def load(self, parts: Iterable[Columns]) -> None:
        """Add or replace many providers without a domain value for each; an answer may see some of them.

        Parameters
        ----------
        parts
            `matcher.engine.COLUMNS` of providers, each id once in a part, as from
            `GraphStore.scan_columns`.
        """
        self._index.load(parts)

    def prepare(self, context: NeedContext) -> None:
        """Make what is kept for needs like this one, so that the first of them does not wait for it."""
        snapshot = self._index.snapshot
        question = self._question(snapshot, context)
        self._without_doubt(snapshot, context, question, lambda asked: self._find(snapshot, asked, 1))

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
        for _ in range(_TRIES):
            snapshot = self._index.snapshot
            answer = self._answer(snapshot, context, limit, explain)
            if answer is not None and snapshot.is_current:
                return answer
        with self._index.writing:
            answer = self._answer(self._index.snapshot, context, limit, explain)
        if answer is None:
            raise RuntimeError("the providers changed while nobody could change them")
        return answer

    def pairs(
        self,
        contexts: Sequence[NeedContext],
        limit: int,
        roster: Roster,
        terms: Sequence[Terms] | None = None,
        tell: Callable[[int], None] | None = None,
    ) -> Pairs:
        """Return the best pairs of each of many needs, for a plan.

        Writers wait for at most a quarter of a second; other questions do not wait.

        Parameters
        ----------
        contexts
            The needs.
        limit
            Most pairs of each.
        roster
            Numbers the providers.
        terms
            On which the pairs of each need are chosen, without prices; those of the roster are put in.
        tell
            Called with the number of needs that are done.
        """
        found, asked = [NO_PAIRS], terms or [PLAIN] * len(contexts)
        with ThreadPoolExecutor(_THREADS) as threads:
            for first in range(0, len(contexts), _AT_ONCE):
                several = range(first, min(first + _AT_ONCE, len(contexts)))
                rows = [slice(at, min(at + _IN_A_ROW, several.stop)) for at in several[::_IN_A_ROW]]
                with self._index.writing:
                    snapshot = self._index.snapshot
                    ask = partial(self._pairs_of, snapshot, limit, roster.prices_by_row(self._index))
                    mapped = threads.map if len(rows) > 1 else map  # a single row needs no other thread
                    answers = mapped(ask, (contexts[row] for row in rows), (asked[row] for row in rows))
                    weights = np.array([contexts[place].weights for place in several], np.int64)
                    found.append(roster.entered(snapshot, several, [*chain(*answers)], weights))
                if tell is not None:
                    tell(several.stop)
        return joined(found)

    def reach(
        self, context: NeedContext, places: Places, weights: FloatArray, *, counts_total: bool = False
    ) -> Reach:
        """Tell which places the providers of a category reach. Nobody may change providers meanwhile.

        Parameters
        ----------
        context
            A need of the category; where and whose it is does not matter.
        places
            Where help may be wanted, with areas as `area_numbers` gives them.
        weights
            Of a pair, by its distance in metres, up to the search radius: shape (radius + 1,).
        counts_total
            Whether units count that are taken.
        """
        snapshot = self._index.snapshot
        return reach_of(self._question(snapshot, context), snapshot, places, weights, counts_total)

    def area_numbers(self, codes: Sequence[Sequence[AreaCode]]) -> Int32Array:
        """Return the numbers of the areas around some places, for `Places`: shape (n, n_levels)."""
        return area_numbers(self._index.vocabulary, codes)

    def ids_at(self, rows: Int32Array) -> list[ProviderId | None]:
        """Return the ids of the providers in some rows, None for `NOBODY`."""
        snapshot = self._index.snapshot
        names = iter(snapshot.names(rows[rows != NOBODY]))
        return [None if row == NOBODY else ProviderId(next(names)[0]) for row in rows.tolist()]

    def roll(self) -> Roll:
        """Return all providers as columns."""
        with self._index.writing:
            return roll_of(self._index.snapshot, self._index.vocabulary)

    def find(self, provider_ids: Iterable[ProviderId]) -> list[Provider | None]:
        """Rebuild some providers, as far as matching can tell; None for one that is not there."""
        with self._index.writing:
            snapshot = self._index.snapshot
            rows = self._index.find(provider_ids, snapshot).tolist()
            return [None if row < 0 else snapshot.provider_at(row, self._index.vocabulary) for row in rows]

    def named(self, text: str, limit: int) -> list[NamedProvider]:
        """Find providers by a part of their names or the beginning of their ids, in any case.

        Writers do not wait for it unless they have overtaken it three times.

        Parameters
        ----------
        text
            At least one character. A letter stands for both its cases if they take equally many bytes.
        limit
            Most providers, at least 1.

        Returns
        -------
        list[NamedProvider]
            First the one whose id it is, then those whose names begin with it, then those with it
            elsewhere in their names, each by name and then id in the order of code points; last those
            whose ids begin with it, by id.
        """
        words = self._index.vocabulary
        for _ in range(_LONG_TRIES):
            snapshot = self._index.snapshot
            found = named(snapshot, words, text, limit)
            if snapshot.is_current:
                return found
        with self._index.writing:
            return named(self._index.snapshot, words, text, limit)

    def footprint(self, context: NeedContext, limit: int = 10) -> Footprint:
        """Return what the search for a need on the spot has to read; nobody may change providers meanwhile.

        Raises
        ------
        ValueError
            If the need is served by phone: it is answered from a list, without a search.
        """
        if context.category.is_remote:
            raise ValueError(f"{context.need.id} is served by phone")
        snapshot = self._index.snapshot
        found, question = self._without_doubt(
            snapshot,
            context,
            self._question(snapshot, context),
            lambda asked: self._find(snapshot, asked, limit),
        )
        scores = found.described[:, :5] @ np.array(context.weights, np.int64)
        return footprint(question, snapshot, int(scores[-1]) if len(scores) == limit else 0)

    def _pairs_of(
        self,
        snapshot: Snapshot,
        limit: int,
        prices: Int64Array,
        contexts: Sequence[NeedContext],
        terms: Sequence[Terms],
    ) -> list[Found]:
        """Return the best rows of some needs, one need after the other."""
        several = []
        for context, plain in zip(contexts, terms, strict=True):
            asked = plain._replace(prices=prices)
            ask = partial(self._find_aside, snapshot, limit, asked)
            several.append(self._without_doubt(snapshot, context, self._question(snapshot, context), ask)[0])
        return several

    def _answer(
        self, snapshot: Snapshot, context: NeedContext, limit: int, explain: bool
    ) -> SuggestionList | None:
        """Answer from a snapshot; None if it turns out to be stale."""
        question = self._question(snapshot, context)
        found, question = self._without_doubt(
            snapshot, context, question, lambda asked: self._find(snapshot, asked, limit)
        )
        if found.doubt == STALE:
            return None
        suggestions = self._describe(snapshot, context, found)
        if not explain and len(suggestions) == limit:
            return SuggestionList(suggestions)
        most = context.parameters.near_misses
        seen, _ = self._without_doubt(
            snapshot, context, question, lambda asked: survey(asked, snapshot, most)
        )
        if seen.doubt == STALE:
            return None
        counts = zip(_REASONS, seen.counts.tolist(), strict=True)
        return SuggestionList(
            suggestions,
            considered=int(seen.considered),
            rejected={reason: count for reason, count in counts if count},
            near_misses=self._near_misses(snapshot, context, seen),
        )

    def _question(self, snapshot: Snapshot, context: NeedContext) -> Question:
        index, words, asked = self._index, snapshot.nodes.skills.shape[1], self._asked
        return put_question(
            context,
            index.vocabulary,
            asked.skills(context.requirements, index.vocabulary, words),
            asked.areas(context, index.vocabulary),
            index.find(context.excluded, snapshot),
            index.find(context.served_before, snapshot),
        )

    def _find(self, snapshot: Snapshot, question: Question, limit: int) -> Found:
        if not question.aim.is_remote:
            return nearest_first(question, snapshot, limit, PLAIN)
        standing = self._standings.current(question, snapshot)
        if isinstance(standing, int):
            return nothing_found(standing)
        return best_standing(question, snapshot, standing, limit, PLAIN)

    def _find_aside(self, snapshot: Snapshot, limit: int, terms: Terms, question: Question) -> Found:
        if not question.aim.is_remote:
            return nearest_first_aside(question, snapshot, limit, terms)
        standing = self._standings.current(question, snapshot)
        if isinstance(standing, int):
            return nothing_found(standing)
        return best_standing_aside(question, snapshot, standing, limit, terms)

    def _without_doubt(
        self, snapshot: Snapshot, context: NeedContext, question: Question, ask: Callable[[Question], A]
    ) -> tuple[A, Question]:
        """Ask until no value is in doubt, each time telling exactly what was."""
        while (answer := ask(question)).doubt not in (NO_DOUBT, STALE):
            provider = snapshot.provider_at(answer.doubt, self._index.vocabulary)
            values = factor_values(context, provider)
            exact = [distance_between(context, provider), values[0], values[4]]
            doubt = Doubt(
                np.append(question.doubt.rows, np.int32(answer.doubt)),
                np.vstack((question.doubt.values, np.array([exact], np.int64))),
            )
            question = question._replace(doubt=doubt)
        return answer, question

    def _describe(self, snapshot: Snapshot, context: NeedContext, found: Found) -> tuple[Suggestion, ...]:
        kinds, weights = self._index.vocabulary.kinds, context.weights
        described = zip(snapshot.names(found.rows), found.described.tolist(), strict=True)
        return tuple(
            describe_suggestion(
                rank, (ProviderId(provider_id), kinds[kind], name), weights, values, distance, remaining
            )
            for rank, ((provider_id, name), (*values, distance, remaining, kind)) in enumerate(described, 1)
        )

    def _near_misses(self, snapshot: Snapshot, context: NeedContext, seen: Surveyed) -> tuple[NearMiss, ...]:
        return tuple(
            describe_near_miss(context, snapshot.provider_at(row, self._index.vocabulary), _REASONS[reason])
            for row, reason in zip(seen.missed.tolist(), seen.reasons.tolist(), strict=True)
        )

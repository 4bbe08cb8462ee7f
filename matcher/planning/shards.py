"""Parts of all providers, so that many machines find the pairs of one plan.

Cells tile the sphere. A shard has the providers of its cell and those around it that a need in the
cell may reach (the halo), so a need on the spot finds all of its providers in one shard. A need that
is served by phone is asked about in all shards: the best of all are among the best of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from zlib import crc32

import numpy as np
from geopy.distance import EARTH_RADIUS

from graph_models.domain.identifiers import ProviderId
from graph_models.ports import Columns
from matcher.context import NeedContext
from matcher.engine import NO_PAIRS, PLAIN, Engine, Met, Pairs, Roster, Terms, costs, joined
from matcher.problem import BoolArray, Int64Array
from matcher.travel import FloatArray, unit_vectors

_AT_ONCE = 500  # needs of a question
_RADIUS_M = EARTH_RADIUS * 1000.0
_ROUNDING_M = 1.0
_Vector = tuple[float, float, float]
_EVERYWHERE: tuple[_Vector, _Vector] = ((-np.inf,) * 3, (np.inf,) * 3)


@dataclass(frozen=True, slots=True)
class Shard:
    """Providers that are kept together.

    Parameters
    ----------
    number, count
        Which one it is, from 0, of how many.
    low, high
        Corners of the cell, a box around a part of the sphere of radius 1.
    halo_m
        Metres around the cell from which providers are taken as well.
    """

    number: int
    count: int
    low: _Vector
    high: _Vector
    halo_m: int

    def encloses(self, points: FloatArray) -> BoolArray:
        """Return which points are in the cell: shape (n,)."""
        return np.asarray(((points >= self.low) & (points <= self.high)).all(axis=1), np.bool_)

    def holds(self, ids: Sequence[ProviderId], points: FloatArray) -> BoolArray:
        """Return which providers belong to the shard; those of unknown place are dealt out by their ids.

        Parameters
        ----------
        points
            On the unit sphere, NaN if not known: shape (n, 3).
        """
        # The straight way to a box is never longer than the way over the Earth into it, and hardly shorter.
        aside = np.maximum(np.maximum(self.low - points, points - self.high), 0.0)
        away_m = _RADIUS_M * np.sqrt((aside**2).sum(axis=1))
        held = np.asarray(away_m <= self.halo_m + _ROUNDING_M, np.bool_)
        for place in np.flatnonzero(np.isnan(points).any(axis=1)).tolist():
            held[place] = crc32(ids[place].encode()) % self.count == self.number
        return held

    def part_of(self, columns: Columns) -> Columns:
        """Return the columns of those providers that belong to the shard."""
        latitude, longitude = (np.array(columns[name], np.float64) for name in ("latitude", "longitude"))
        held = self.holds(columns["id"], unit_vectors(latitude, longitude)).tolist()
        return {name: list(compress(values, held)) for name, values in columns.items()}


@dataclass(frozen=True, slots=True)
class Question:
    """What a shard is asked: `Engine.pairs`, with the prices of its providers.

    Parameters
    ----------
    contexts, limit, terms
        As there.
    priced, prices
        Providers that cost something, and what: shape (n, 2).
    """

    contexts: Sequence[NeedContext]
    limit: int
    terms: Sequence[Terms] | None
    priced: Met
    prices: Int64Array


@dataclass(frozen=True, slots=True)
class Answer:
    """Pairs of the needs of a question, and their providers, by place among these."""

    pairs: Pairs
    met: Met


# Answers questions, each with the number of the shard that it is for; tells the place of each as it comes.
AskShards = Callable[[Sequence[tuple[int, Question]]], Iterable[tuple[int, Answer]]]


def make_shards(contexts: Iterable[NeedContext], most: int) -> tuple[Shard, ...]:
    """Cut the sphere so that about as many needs are in each cell.

    Parameters
    ----------
    most
        How many shards; fewer are made of needs that are too few, or all at one place.

    Examples
    --------
    >>> make_shards([], most=4)
    (Shard(number=0, count=1, low=(-inf, -inf, -inf), high=(inf, inf, inf), halo_m=0),)
    """
    near = [each for each in contexts if not each.category.is_remote]
    cells = _cells(_points(near), most, *_EVERYWHERE)
    shards = [Shard(number, len(cells), *corners, halo_m=0) for number, corners in enumerate(cells)]
    radius_m, home = np.array([each.search_radius_m for each in near], np.int64), homes(shards, near)
    return tuple(replace(each, halo_m=int(radius_m[home == each.number].max(initial=0))) for each in shards)


def homes(shards: Sequence[Shard], contexts: Sequence[NeedContext]) -> Int64Array:
    """Return the numbers of the shards for some needs, -1 for one that all are asked about: shape (n,)."""
    points, home = _points(contexts), np.full(len(contexts), -1, np.int64)
    is_remote = np.array([each.category.is_remote for each in contexts], np.bool_)
    for shard in shards:
        home[(home < 0) & ~is_remote & shard.encloses(points)] = shard.number
    return home


def ask(engine: Engine, question: Question) -> Answer:
    """Answer a question from the engine of its shard."""
    roster = Roster()
    roster.enter(question.priced)
    roster.set_prices(question.prices)
    pairs = engine.pairs(question.contexts, question.limit, roster, question.terms)
    used, places = np.unique(pairs.provider, return_inverse=True)
    return Answer(pairs._replace(provider=places.astype(np.int32)), roster.met(used.astype(np.int64)))


class ShardedFinder:
    """Finds the pairs of a plan in shards: the same pairs in the same order as one engine of them all.

    Parameters
    ----------
    shards
        Of `make_shards` for the needs of the plan.
    ask_shards
        Answers the questions.
    """

    def __init__(self, shards: Sequence[Shard], ask_shards: AskShards) -> None:
        self._shards, self._ask_shards = shards, ask_shards

    def pairs(
        self,
        contexts: Sequence[NeedContext],
        limit: int,
        roster: Roster,
        terms: Sequence[Terms] | None = None,
        tell: Callable[[int], None] | None = None,
    ) -> Pairs:
        """Return the best pairs of each of many needs, as `Engine.pairs` does."""
        asked = list(self._questions(contexts, limit, roster, terms))
        answers: dict[int, Answer] = {}
        for place, answer in self._ask_shards([(number, question) for number, _, question in asked]):
            answers[place] = answer
            if tell is not None:
                tell(len(contexts) * len(answers) // len(asked))
        units = np.array([each.units for each in terms or [PLAIN] * len(contexts)], np.int64)
        found = [(places, answers[place]) for place, (_, places, _) in enumerate(asked)]
        return _merged(found, units, limit, roster)

    def _questions(
        self, contexts: Sequence[NeedContext], limit: int, roster: Roster, terms: Sequence[Terms] | None
    ) -> Iterator[tuple[int, Int64Array, Question]]:
        """Iterate over questions with the number of the shard and the places of the needs."""
        home = homes(self._shards, contexts)
        costing = np.flatnonzero(roster.prices.any(axis=1))
        priced, prices = roster.met(costing), roster.prices[costing]
        for shard in self._shards:
            places = np.flatnonzero((home == shard.number) | (home < 0))
            if not len(places):
                continue
            held = shard.holds(priced.ids, priced.points)
            ids = list(compress(priced.ids, held.tolist()))
            there = Met(ids, priced.capacity[held], priced.referrals[held], priced.points[held])
            for first in range(0, len(places), _AT_ONCE):
                some = places[first : first + _AT_ONCE]
                several = [contexts[place] for place in some.tolist()]
                on_terms = None if terms is None else [terms[place] for place in some.tolist()]
                yield shard.number, some, Question(several, limit, on_terms, there, prices[held])


def _merged(
    answers: Iterable[tuple[Int64Array, Answer]], units: Int64Array, limit: int, roster: Roster
) -> Pairs:
    """Put answers together, keep the best of each need, and number their providers in that order."""
    all_met, parts = Roster(), [NO_PAIRS]
    for places, answer in answers:
        numbers, found = all_met.enter(answer.met), answer.pairs
        parts.append(
            found._replace(
                need=places[found.need].astype(np.int32), provider=numbers[found.provider].astype(np.int32)
            )
        )
    found = joined(parts)
    _, first = np.unique(found.need.astype(np.int64) << 32 | found.provider, return_index=True)
    found = _taken(found, first)  # a provider in two halos is found twice
    by_id = np.empty(len(all_met), np.int64)
    by_id[sorted(range(len(all_met)), key=all_met.ids.__getitem__)] = np.arange(len(all_met))
    cost = costs(
        roster.prices_of(all_met.ids)[found.provider], units[found.need], all_met.capacity[found.provider]
    )
    found = _taken(found, np.lexsort((by_id[found.provider], cost - found.score, found.need)))
    rank = np.arange(len(found.need)) - np.searchsorted(found.need, found.need)
    found = _taken(found, np.flatnonzero(rank < limit))
    _, first = np.unique(found.provider, return_index=True)
    kept = found.provider[np.sort(first)].astype(np.int64)
    number_of = np.empty(len(all_met), np.int32)
    number_of[kept] = roster.enter(all_met.met(kept))
    return found._replace(provider=number_of[found.provider])


def _taken(pairs: Pairs, which: Int64Array) -> Pairs:
    return Pairs(pairs.need[which], pairs.provider[which], pairs.score[which], pairs.distance_m[which])


def _points(contexts: Sequence[NeedContext]) -> FloatArray:
    places = [each.location for each in contexts]
    degrees = [(np.nan,) * 2 if each is None else (each.latitude, each.longitude) for each in places]
    return unit_vectors(*np.array(degrees, np.float64).reshape(-1, 2).T)


def _cells(points: FloatArray, most: int, low: _Vector, high: _Vector) -> list[tuple[_Vector, _Vector]]:
    """Cut a cell across its longest side, so that each piece gets its share of the points in it."""
    extent = np.ptp(points, axis=0) if len(points) else np.zeros(3)
    if most < 2 or not extent.any():
        return [(low, high)]
    axis = int(extent.argmax())
    along, below = points[:, axis], most // 2
    cut = float(np.quantile(along, below / most))
    if not (along < cut).any():  # so many of them are at the lower end
        cut = float(along.min() / 2 + along.max() / 2)
    return [
        *_cells(points[along < cut], below, low, _moved(high, axis, cut)),
        *_cells(points[along >= cut], most - below, _moved(low, axis, cut), high),
    ]


def _moved(corner: _Vector, axis: int, to: float) -> _Vector:
    x, y, z = (to if place == axis else value for place, value in enumerate(corner))
    return x, y, z

"""Needs that together outnumber everything that could serve them, each with its proof.

Needs, providers and the pairs that the matcher would suggest are a network: so many units flow from
each need, so many into each provider. Where not everything can flow, a minimum cut names a set of
needs whose providers, all of them together, have fewer units than the needs want (Hall's condition).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.graph.python import max_flow
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from graph_models.domain.identifiers import NeedId, ProviderId
from matcher.context import NeedContext
from matcher.engine import NO_PAIRS, PairFinder, Pairs, Roster, joined

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_FIRST_LIMIT = 16  # pairs of each need to begin with
_GROWTH = 8


@dataclass(frozen=True, slots=True)
class Deficit:
    """A set of needs, and all the providers that could serve any of them.

    Parameters
    ----------
    need_ids, provider_ids
        In order. No provider outside of them is eligible for any of the needs.
    units
        Units that the needs want.
    capacity
        Units that the providers can give to them at most.
    """

    need_ids: tuple[NeedId, ...]
    provider_ids: tuple[ProviderId, ...]
    units: int
    capacity: int

    @property
    def missing(self) -> int:
        """Units that nobody can serve, whoever plans."""
        return self.units - self.capacity


@dataclass(frozen=True, slots=True)
class Deficits:
    """How much of the demand can be served at all.

    Parameters
    ----------
    deficits
        Sets that share no provider, the largest first.
    units
        Units that are wanted.
    served
        Most units that can be served: with the missing ones of all deficits they make up all units.
    unserved
        Units of each need that one such best flow leaves: shape (n_needs,).
    is_alone
        Whether nobody at all is eligible for a need: shape (n_needs,).
    """

    deficits: tuple[Deficit, ...]
    units: int
    served: int
    unserved: IntArray
    is_alone: BoolArray


def find_deficits(
    finder: PairFinder,
    contexts: Sequence[NeedContext],
    tell: Callable[[str, int, int], None] = lambda *_: None,
) -> Deficits:
    """Find the needs that cannot all be served, with a proof for each set of them.

    Units may be split over providers here, also those of indivisible needs; a provider gives at most its
    free units, and serves no more needs than its monthly cap and its rest allow. What is missing here is
    missing in every plan. The pairs are found little by little: only needs in a deficit need all of
    theirs.

    Parameters
    ----------
    tell
        Called with what is being done, how much of it is done, and how much there is to do.

    References
    ----------
    Hall (1935), J. London Math. Soc. 10; Ford & Fulkerson (1956), Canadian J. Math. 8.
    """
    roster, pairs = Roster(), NO_PAIRS
    units = np.array([each.need.units for each in contexts], np.int64)
    limits = np.full(len(contexts), _FIRST_LIMIT, np.int64)
    is_complete = np.zeros(len(contexts), np.bool_)
    asked = np.arange(len(contexts))
    while len(asked):
        limit = int(limits[asked[0]])
        tell("find pairs", 0, len(asked))
        found = finder.pairs([contexts[need] for need in asked.tolist()], limit, roster)
        is_complete[asked] = np.bincount(found.need, minlength=len(asked)) < limit
        found = found._replace(need=asked[found.need].astype(np.int32))
        pairs = joined([_without(pairs, asked), found])
        capacity = _capacity(roster, pairs, units)
        given, cut = _flow(units, capacity, pairs)
        limits[asked] *= _GROWTH
        waiting = np.flatnonzero(cut & ~is_complete)
        # Those that were asked for least so far go first: one question has one limit.
        asked = waiting[limits[waiting] == limits[waiting].min()] if len(waiting) else waiting
    if not len(contexts):
        return Deficits((), 0, 0, units, is_complete)
    alone = np.bincount(pairs.need, minlength=len(units)) == 0
    deficits = sorted(
        _split(contexts, units, capacity, pairs, cut, roster),
        key=lambda each: (-each.missing, each.need_ids),
    )
    return Deficits(tuple(deficits), int(units.sum()), int(given.sum()), units - given, alone)


def _without(pairs: Pairs, needs: IntArray) -> Pairs:
    kept = ~np.isin(pairs.need, needs)
    return Pairs(pairs.need[kept], pairs.provider[kept], pairs.score[kept], pairs.distance_m[kept])


def _capacity(roster: Roster, pairs: Pairs, units: IntArray) -> IntArray:
    """Return the most units that each provider can give to the needs it is paired with."""
    largest = np.zeros(len(roster), np.int64)
    np.maximum.at(largest, pairs.provider, units[pairs.need])
    by_referrals = np.minimum(roster.referrals, roster.capacity) * largest
    capacity: IntArray = np.minimum(roster.capacity, by_referrals)
    return capacity


def _flow(units: IntArray, capacity: IntArray, pairs: Pairs) -> tuple[IntArray, BoolArray]:
    """Return the units of each need that flow, and the needs on the near side of the least cut."""
    n_needs, n_providers = len(units), len(capacity)
    source, sink = n_needs + n_providers, n_needs + n_providers + 1
    solver = max_flow.SimpleMaxFlow()
    needs, providers = np.arange(n_needs), np.arange(n_needs, n_needs + n_providers)
    out = solver.add_arcs_with_capacity(np.full(n_needs, source, np.int32), needs.astype(np.int32), units)
    solver.add_arcs_with_capacity(
        pairs.need.astype(np.int32), (pairs.provider + n_needs).astype(np.int32), units[pairs.need] + 1
    )
    solver.add_arcs_with_capacity(providers.astype(np.int32), np.full(n_providers, sink, np.int32), capacity)
    solver.add_arc_with_capacity(source, sink, 0)  # without an arc into the sink no cut is told
    if (status := solver.solve(source, sink)) != solver.OPTIMAL:
        raise RuntimeError(f"the flow was not found: {status}")
    side = np.zeros(sink + 1, np.bool_)
    side[solver.get_source_side_min_cut()] = True
    return solver.flows(out), side[:n_needs]


def _split(
    contexts: Sequence[NeedContext],
    units: IntArray,
    capacity: IntArray,
    pairs: Pairs,
    cut: BoolArray,
    roster: Roster,
) -> Iterator[Deficit]:
    """Take the near side of the cut apart into sets that share no provider."""
    inside = cut[pairs.need]
    need, provider = pairs.need[inside], pairs.provider[inside]
    size = len(units) + len(capacity)
    links = coo_array((np.ones(len(need), np.int8), (need, provider + len(units))), (size, size))
    _, part = connected_components(links, directed=False)
    of_needs = np.flatnonzero(cut)
    providers = np.unique(provider)
    for number in np.unique(part[of_needs]):
        theirs = of_needs[part[of_needs] == number]
        serving = providers[part[providers + len(units)] == number]
        yield Deficit(
            tuple(sorted(contexts[each].need.id for each in theirs)),
            tuple(sorted(roster.ids[each] for each in serving)),
            int(units[theirs].sum()),
            int(capacity[serving].sum()),
        )

"""First come, first served: what a plan is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from matcher.context import NeedContext
from matcher.engine import PLAIN, PairFinder, Roster
from matcher.planning.candidates import Candidates
from matcher.planning.tally import Tally, tally

_OUT_OF_REACH = 2 * 10**12  # twice the highest score
_AT_ONCE = 8


def first_come(
    finder: PairFinder, contexts: Sequence[NeedContext], candidates: Candidates, roster: Roster
) -> Tally:
    """Serve needs in the order in which they were raised, each by the best providers that are left.

    Parameters
    ----------
    candidates
        Pairs that are at hand; where they do not suffice the engine is asked for others, which are added.
    """
    roster.set_prices(np.zeros((len(roster), 2), np.int64))
    desk = _Desk(finder, candidates, roster)
    order = sorted(range(len(contexts)), key=lambda place: _raised(contexts[place]))
    for place in order:
        desk.serve(place, contexts[place])
    problem = candidates.problem(roster)
    given = np.zeros(len(problem.need), np.int64)
    need, provider, units = np.array(desk.given, np.int64).reshape(-1, 3).T
    given[candidates.places(need, provider)] = units
    return tally(problem, candidates.distance_m, given)


def _raised(context: NeedContext) -> tuple[float, str]:
    return context.need.created_at.timestamp(), context.need.id


class _Desk:
    """Serves one need after another, and knows what each provider has left."""

    def __init__(self, finder: PairFinder, candidates: Candidates, roster: Roster) -> None:
        self._finder, self._candidates, self._roster = finder, candidates, roster
        problem = candidates.problem(roster)
        order = np.lexsort((problem.provider, -problem.score, problem.need))
        self._starts = np.searchsorted(problem.need, np.arange(len(problem.units) + 1)).tolist()
        self._provider = problem.provider[order].tolist()
        self._left: dict[int, int] = {}
        self._turns: dict[int, int] = {}
        self.given: list[tuple[int, int, int]] = []  # need, provider, units

    def serve(self, place: int, context: NeedContext) -> None:
        """Give a need what it asks for, as far as there is any."""
        wanted, is_whole = context.need.units, context.need.is_indivisible
        seen: set[int] = set()
        for number in self._by_worth(place, context, seen):
            seen.add(number)
            units = min(wanted, self._left.setdefault(number, int(self._roster.capacity[number])))
            turns = self._turns.setdefault(number, int(self._roster.referrals[number]))
            if turns and units and not (is_whole and units < wanted):
                self.given.append((place, number, units))
                self._left[number] -= units
                self._turns[number] -= 1
                wanted -= units
            if not self._left[number] or not self._turns[number]:
                self._roster.set_price(number, _OUT_OF_REACH)
            if not wanted:
                return

    def _by_worth(self, place: int, context: NeedContext, seen: set[int]) -> Iterator[int]:
        """Iterate over the providers of a need: those at hand, then those that the engine finds."""
        yield from self._provider[self._starts[place] : self._starts[place + 1]]
        limit = _AT_ONCE
        while True:
            found = self._finder.pairs([context], limit, self._roster, [PLAIN._replace(least=0)])
            self._candidates.add(found._replace(need=found.need + np.int32(place)))
            yield from (number for number in found.provider.tolist() if number not in seen)
            if len(found.provider) < limit:
                return
            limit *= 4

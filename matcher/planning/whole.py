"""From the relaxed plan to one that keeps needs whole and referrals within their limits.

Where the relaxed plan breaks a limit, markets are solved in whole numbers over the pairs that cost
little at its prices (fixing by reduced costs). What a market then lacks to its bound is what another
plan could gain there at most. If it is more than half of what was called little, more pairs are opened
at its needs and providers, and what it is connected to by them is solved with it.

In the end no plan is better. For it would use some pairs that were left out. Each of them costs more
than twice what the market at either of its ends lacks, so more than both lack together; hence all of
them cost more than all the markets that they touch lack, and in the other markets nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.certificate import Certificate, dot
from matcher.planning.exhaustion import exhausted
from matcher.planning.limits import broken_pairs, shares, troubled_pairs
from matcher.planning.markets import Floats, Places, best_in, market_of, markets
from matcher.planning.solving import Priced, slack
from matcher.problem import Int32Array, Int64Array, Problem

LITTLE = 1_000  # th part of the highest score
FARTHER = 16  # th part, for needs that must give something up
FEW = 60  # pairs that are worth trying everything with
MANY = 20_000  # pairs of all markets, beyond which no wider search is worth its time
_WIDER = 8
_WIDEST = 2**60  # quanta


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan.

    Parameters
    ----------
    given
        Units of each pair: shape (n_pairs,).
    certificate
        Prices that bound what any plan can be worth.
    is_proven
        Whether it is known that no plan over the pairs given is better: by the certificate, or by
        exhausting what it leaves.
    needs
        Whose markets were solved in whole numbers; empty if that was not called for.
    width
        Pairs that cost more than this, in quanta, were left out; 0 if none were asked for.
    """

    given: Int64Array
    certificate: Certificate
    is_proven: bool
    needs: Int32Array
    width: int


def finish(problem: Problem, priced: Priced) -> Solution:
    """Find a best plan that breaks no limit."""
    troubled = troubled_pairs(problem, priced)
    if not len(troubled):
        return Solution(priced.relaxed.given, priced.certificate, True, np.empty(0, np.int32), 0)
    return _Search(problem, priced, troubled).run()


class _Search:
    """Opens more pairs until what every market lacks is little.

    Parameters
    ----------
    troubled
        Pairs of the markets in which something is broken.
    """

    def __init__(self, problem: Problem, priced: Priced, troubled: Places) -> None:
        self._problem, self._certificate = problem, priced.certificate
        self._gains = priced.objective.gains(problem)
        self._share, self._score, highest = shares(problem, priced)
        at_least = np.where(problem.is_whole[problem.need], problem.units[problem.need], 1)
        self._at_least, self._cost = at_least, slack(problem, priced.objective, priced.certificate)
        self._usable, self._relaxed = problem.most > 0, priced.relaxed.given
        self._matters = np.zeros(len(problem.need), np.bool_)
        self._matters[troubled] = True
        self._broken = broken_pairs(problem, priced.relaxed.given)
        least = max(int(highest) // LITTLE, 1)
        self._need_width = np.full(len(problem.units), least)
        self._provider_width = np.full(len(problem.capacity), least)
        # A need that must give something up may go farther than others.
        self._need_width[problem.need[self._broken]] = max(int(highest) // FARTHER, 1)
        self._solved: dict[bytes, tuple[Int64Array, bool]] = {}

    def run(self) -> Solution:
        """Solve and widen, until nothing lacks or the next step would be too large."""
        found: Solution | None = None
        while True:
            several = self._markets()
            fresh = sum(len(pairs) for pairs in several if pairs.tobytes() not in self._solved)
            if found is not None and fresh > MANY:
                return found
            given, is_proven = self._relaxed.copy(), True
            for pairs in several:
                if self._broken[pairs].any() or self._lacks(pairs, given) > 0:
                    given[pairs], is_best = self._best(pairs)
                    is_proven &= is_best
            needs = np.unique(self._problem.need[np.concatenate(several)])
            width = int(max(self._need_width.max(), self._provider_width.max()))
            is_wide = not self._widen(several, given)
            found = Solution(given, self._certificate, is_proven and is_wide, needs, width)
            if is_wide:
                return found

    def _markets(self) -> list[Places]:
        """Return the pairs of the markets that matter, as far as they are open."""
        problem = self._problem
        width = np.maximum(self._need_width[problem.need], self._provider_width[problem.provider])
        is_open = self._usable & ((self._cost <= width // self._at_least) | (self._relaxed > 0))
        return markets(problem, np.flatnonzero(is_open), self._matters)

    def _best(self, pairs: Places) -> tuple[Int64Array, bool]:
        """Return the best units of the pairs of a market, and whether the search was exhaustive."""
        key = pairs.tobytes()
        if key not in self._solved:
            self._solved[key] = best_of(self._problem, self._gains, pairs, self._share, self._score)
        return self._solved[key]

    def _widen(self, several: list[Places], given: Int64Array) -> bool:
        """Open more pairs where a market lacks too much; False if none does."""
        is_wider = False
        for pairs in several:
            if not (wanted := self._lacks(pairs, given)):
                continue
            needs, providers = self._problem.need[pairs], self._problem.provider[pairs]
            before = int(max(self._need_width[needs].max(), self._provider_width[providers].max()))
            width = min(wanted, _WIDER * before)
            if width >= _WIDEST // _WIDER:
                width = _WIDEST
            self._need_width[needs], self._provider_width[providers] = width, width
            is_wider = True
        return is_wider

    def _lacks(self, pairs: Places, given: Int64Array) -> int:
        """Return the width that a market calls for, 0 if what it has suffices."""
        problem, certificate = self._problem, self._certificate
        needs, providers = np.unique(problem.need[pairs]), np.unique(problem.provider[pairs])
        bound = (
            dot(certificate.need_price[needs], problem.units[needs])
            + dot(certificate.unit_price[providers], problem.capacity[providers])
            + dot(certificate.referral_price[providers], problem.referrals[providers])
        )
        wanted = 2 * (bound - dot(self._gains[pairs], given[pairs]))
        width = int(min(self._need_width[needs].min(), self._provider_width[providers].min()))
        return 0 if wanted <= width or width == _WIDEST else min(wanted, _WIDEST)


def best_of(
    problem: Problem, gains: Int64Array, pairs: Places, share: Int64Array, score: Floats
) -> tuple[Int64Array, bool]:
    """Return the best units of the pairs of a market, and whether the search was exhaustive."""
    if len(pairs) <= FEW and (best := exhausted(problem, gains, pairs)) is not None:
        return best, True
    return best_in(market_of(problem, pairs, share, score))

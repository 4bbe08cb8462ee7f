"""The least largest cost of a given number of sites: the p-center (Hakimi 1964).

The answer is one of the costs. A cost is enough if `count` sites cover every place within it, which is
a covering problem (Minieka 1970); bisection over the sorted costs finds the least that is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from matcher.coverage.siting.case import Case, Found, fill
from matcher.coverage.siting.covering import greedy, reaches_all, separate
from matcher.coverage.siting.result import FloatArray, IndexArray
from matcher.coverage.siting.solver import Clock

Answer = IndexArray | bool | None
_PART = 0.3  # of the time that is left, for one cost


def least_radius(case: Case, start: IndexArray, clock: Clock) -> Found:
    """Open `count` sites so that the farthest peopled place is as near as possible.

    Parameters
    ----------
    case
        The question.
    start
        A choice of `count` sites or fewer that gives every peopled place a route.
    clock
        When to stop.
    """
    rows = np.where(np.isnan(case.cost[case.is_peopled]), np.inf, case.cost[case.is_peopled])
    if not len(rows):
        return Found(fill(start, case.count, case.cost.shape[1]), 0.0)
    costs = np.unique(rows[rows >= rows.min(axis=1).max()])
    search = _Bisection(case, rows, costs, start)
    search.run(search.quick, clock)
    search.run(lambda cost: search.exact(cost, clock.share(_PART)), clock)
    return Found(fill(search.sites, case.count, case.cost.shape[1]), float(costs[search.least]))


class _Bisection:
    """The least cost not refuted and the least that is known to do, by position in `costs`."""

    def __init__(self, case: Case, rows: FloatArray, costs: FloatArray, start: IndexArray) -> None:
        self._case, self._rows, self._costs = case, rows, costs
        self.least, self.most = 0, len(costs) - 1
        self.sites = start
        self._keep(start)

    def run(self, decide: Callable[[float], Answer], clock: Clock) -> None:
        """Bisect; a cost that is left undecided moves neither bound, and higher ones are tried."""
        first = self.least
        while first < self.most and clock.left_s:
            middle = (first + self.most) // 2
            answer = decide(float(self._costs[middle]))
            if isinstance(answer, np.ndarray):
                self._keep(answer)
            else:
                first = middle + 1
                self.least = first if answer is False else self.least

    def quick(self, cost: float) -> Answer:
        """Decide without a solver, where that is possible."""
        reach = self._rows <= cost
        reach = reach[~reach[:, self._case.fixed].any(axis=1)]
        budget = self._case.count - len(self._case.fixed)
        if separate(reach) > budget:
            return False
        chosen = greedy(reach)
        return np.union1d(self._case.fixed, chosen).astype(np.int64) if len(chosen) <= budget else None

    def exact(self, cost: float, clock: Clock) -> Answer:
        """Decide with the covering problem."""
        return reaches_all(replace(self._case, is_reached=self._case.cost <= cost), clock)

    def _keep(self, sites: IndexArray) -> None:
        largest = self._rows[:, sites].min(axis=1).max()
        position = int(np.searchsorted(self._costs, largest))
        if position <= self.most:
            self.sites, self.most = sites, position

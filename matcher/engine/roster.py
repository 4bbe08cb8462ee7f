"""The providers that a plan has met, by number, whatever rows they move to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from graph_models.domain.identifiers import ProviderId
from matcher.context import NeedContext
from matcher.engine.growing import Growing, Int32Array, Int64Array
from matcher.engine.index import ProviderIndex
from matcher.engine.ranking import Terms
from matcher.engine.rows import NO_CAP, Table
from matcher.engine.search import Found
from matcher.engine.snapshot import Snapshot
from matcher.problem import NO_LIMIT
from matcher.travel import FloatArray


class Pairs(NamedTuple):
    """Eligible pairs of needs and providers, by need, and of a need the best first.

    Parameters
    ----------
    need, provider
        Place of the need among those asked about, and number in the roster: shape (n_pairs,).
    score
        In units of 1e-12: shape (n_pairs,).
    distance_m
        Metres, `UNKNOWN_M` if not known: shape (n_pairs,).
    """

    need: Int32Array
    provider: Int32Array
    score: Int64Array
    distance_m: Int32Array


NO_PAIRS = Pairs(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int32))


_FREE = np.empty((0, 2), np.int64)


class Met(NamedTuple):
    """Some providers, each once, as they were when they were met.

    Parameters
    ----------
    ids
        Of length n.
    capacity, referrals
        Units that each could take, and most needs that each may be given: shape (n,).
    points
        Where they are on the unit sphere, NaN if not known: shape (n, 3).
    """

    ids: list[ProviderId]
    capacity: Int64Array
    referrals: Int64Array
    points: FloatArray


class Roster:
    """Numbers providers in the order of meeting, with what they could take when they were met.

    The order is that of needs asked about, and of one need the best first: it is the same wherever and
    however the providers are kept.
    """

    def __init__(self) -> None:
        self.ids: list[ProviderId] = []
        self._number_of: dict[str, int] = {}
        self._capacity, self._referrals = Growing(np.int64), Growing(np.int64)
        self._points = Growing(np.float64)
        self._prices = _FREE
        self._generation = -1
        self._rows = np.empty(0, np.int32)  # of the providers, -1 for one that is gone
        self._number_at = np.empty(0, np.int32)  # by row
        self._price_at = _FREE

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def capacity(self) -> Int64Array:
        """Units that each could take: shape (n,)."""
        return self._capacity.array

    @property
    def referrals(self) -> Int64Array:
        """Most needs that each may be given, for its monthly cap and its rest: shape (n,)."""
        return self._referrals.array

    @property
    def points(self) -> FloatArray:
        """Where they are on the unit sphere, NaN if not known: shape (n, 3)."""
        return self._points.array.reshape(-1, 3)

    @property
    def prices(self) -> Int64Array:
        """What each costs, as in `Terms`: shape (n, 2)."""
        return _longer(self._prices, len(self.ids))

    def prices_of(self, ids: Sequence[ProviderId]) -> Int64Array:
        """Return what some providers cost, nothing for those that were not met: shape (n, 2)."""
        numbers = np.array([self._number_of.get(each, -1) for each in ids], np.int64)
        return np.concatenate((self.prices, np.zeros((1, 2), np.int64)))[numbers]

    def met(self, numbers: Int64Array) -> Met:
        """Return the providers of some numbers."""
        ids = [self.ids[number] for number in numbers.tolist()]
        return Met(ids, self.capacity[numbers], self.referrals[numbers], self.points[numbers])

    def enter(self, met: Met) -> Int64Array:
        """Give providers that were met elsewhere numbers, and return these: shape (n,)."""
        self._generation = -1  # their rows are not known
        return self._number(met)

    def set_prices(self, prices: Int64Array) -> None:
        """Set what the providers cost, as in `Terms`: shape (n, 2)."""
        self._prices = prices.copy()
        self._lay_out_prices()

    def set_price(self, number: int, price: int) -> None:
        """Set what a unit of one of the providers costs."""
        self._prices = _longer(self._prices, len(self.ids))
        self._prices[number, 0] = price
        if (row := int(self._rows[number])) >= 0:
            self._price_at = _longer(self._price_at, len(self._number_at))
            self._price_at[row, 0] = price

    def prices_by_row(self, index: ProviderIndex) -> Int64Array:
        """Return what each row costs: shape (n_rows, 2), or shorter if the others cost nothing."""
        snapshot = index.snapshot
        if snapshot.generation != self._generation:  # all rows were laid out anew
            self._generation = snapshot.generation
            self._rows = index.find(self.ids, snapshot)
            self._number_at = np.full(snapshot.used, -1, np.int32)
            self._number_at[self._rows[self._rows >= 0]] = np.flatnonzero(self._rows >= 0)
            self._lay_out_prices()
        return self._price_at

    def entered(
        self, snapshot: Snapshot, needs: Sequence[int], answers: Sequence[Found], weights: Int64Array
    ) -> Pairs:
        """Give the providers of some answers numbers.

        Parameters
        ----------
        needs
            What the answers are for.
        weights
            Of the five factors, in millionths: shape (n_answers, 5).
        """
        rows = np.concatenate([each.rows for each in answers])
        described = np.concatenate([each.described for each in answers])
        of = np.repeat(np.arange(len(answers)), [len(each.rows) for each in answers])
        _, first = np.unique(rows, return_index=True)
        self._enter(snapshot, rows[np.sort(first)])
        return Pairs(
            np.array(needs, np.int32)[of],
            self._number_at[rows],
            (weights[of] * described[:, :5]).sum(axis=1),
            described[:, 5].astype(np.int32),
        )

    def _lay_out_prices(self) -> None:
        self._price_at = np.zeros((len(self._number_at) if self._prices.any() else 0, 2), np.int64)
        if len(self._price_at):
            rows = self._rows[: len(self._prices)]
            self._price_at[rows[rows >= 0]] = self._prices[rows >= 0]

    def _enter(self, snapshot: Snapshot, rows: Int32Array) -> None:
        """Give the providers in some rows numbers; one that moved to another row keeps its own."""
        longer = np.full(max(0, snapshot.used - len(self._number_at)), -1, np.int32)
        self._number_at = np.concatenate((self._number_at, longer))
        fresh = rows[self._number_at[rows] < 0]
        if not len(fresh):
            return
        table = snapshot.table[fresh]
        numbers = self._number(
            Met(
                [ProviderId(provider_id) for provider_id, _ in snapshot.names(fresh)],
                table["remaining"].astype(np.int64),
                _referrals_left(table),
                np.column_stack((table["x"], table["y"], table["z"])),
            )
        )
        self._number_at[fresh] = numbers
        self._rows[numbers] = fresh

    def _number(self, met: Met) -> Int64Array:
        known = len(self.ids)
        numbers = np.array([self._number_of.setdefault(each, len(self._number_of)) for each in met.ids], int)
        is_new = numbers >= known
        self.ids.extend(each for each, new in zip(met.ids, is_new.tolist(), strict=True) if new)
        self._rows = np.concatenate((self._rows, np.full(int(is_new.sum()), -1, np.int32)))
        self._capacity.extend(met.capacity[is_new])
        self._referrals.extend(met.referrals[is_new])
        self._points.extend(met.points[is_new].ravel())
        return numbers


class PairFinder(Protocol):
    """Whoever finds pairs for a plan: an engine, or many of them on other machines."""

    def pairs(
        self,
        contexts: Sequence[NeedContext],
        limit: int,
        roster: Roster,
        terms: Sequence[Terms] | None = None,
        tell: Callable[[int], None] | None = None,
    ) -> Pairs:
        """Return the best pairs of each of many needs, as `Engine.pairs` does."""


def _longer(prices: Int64Array, length: int) -> Int64Array:
    missing = length - len(prices)
    return np.concatenate((prices, np.zeros((missing, 2), np.int64))) if missing > 0 else prices


def joined(several: Sequence[Pairs]) -> Pairs:
    """Put pairs one after another."""
    return Pairs(*(np.concatenate(columns) for columns in zip(*several, strict=True)))


def _referrals_left(table: Table) -> Int64Array:
    until_cap = np.where(table["cap"] == NO_CAP, NO_LIMIT, table["cap"] - table["recent"])
    return np.where(table["rests"], np.minimum(until_cap, 1), until_cap).astype(np.int64)

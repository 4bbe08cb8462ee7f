"""The providers that a plan has met, by number, whatever rows they move to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from graph_models.domain.identifiers import ProviderId
from matcher.engine.growing import Growing, Int32Array, Int64Array
from matcher.engine.index import ProviderIndex
from matcher.engine.rows import NO_CAP, Table
from matcher.engine.search import Found
from matcher.engine.snapshot import Snapshot
from matcher.problem import NO_LIMIT


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


class Roster:
    """Numbers providers in the order of meeting, with what they could take when they were met."""

    def __init__(self) -> None:
        self.ids: list[ProviderId] = []
        self._number_of: dict[str, int] = {}
        self._capacity, self._referrals = Growing(np.int64), Growing(np.int64)
        self._prices = np.empty(0, np.int64)
        self._generation = -1
        self._rows = np.empty(0, np.int32)  # of the providers, -1 for one that is gone
        self._number_at = np.empty(0, np.int32)  # by row
        self._price_at = np.empty(0, np.int64)

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

    def set_prices(self, prices: Int64Array) -> None:
        """Set what the providers cost, as in `Terms`: shape (n,)."""
        self._prices = prices.copy()
        self._lay_out_prices()

    def set_price(self, number: int, price: int) -> None:
        """Set what one of the providers costs."""
        self._prices = _longer(self._prices, len(self.ids))
        self._prices[number] = price
        if (row := int(self._rows[number])) >= 0:
            self._price_at = _longer(self._price_at, len(self._number_at))
            self._price_at[row] = price

    def prices_by_row(self, index: ProviderIndex) -> Int64Array:
        """Return what each row costs: shape (n_rows,), or shorter if the others cost nothing."""
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
        self._enter(snapshot, np.unique(rows))
        return Pairs(
            np.array(needs, np.int32)[of],
            self._number_at[rows],
            (weights[of] * described[:, :5]).sum(axis=1),
            described[:, 5].astype(np.int32),
        )

    def _lay_out_prices(self) -> None:
        self._price_at = np.zeros(len(self._number_at) if self._prices.any() else 0, np.int64)
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
        table, known = snapshot.table[fresh], len(self.ids)
        names = [provider_id for provider_id, _ in snapshot.names(table)]
        numbers = np.array([self._number_of.setdefault(each, len(self._number_of)) for each in names])
        self._number_at[fresh] = numbers
        is_new = numbers >= known
        self.ids.extend(ProviderId(name) for name, new in zip(names, is_new.tolist(), strict=True) if new)
        self._rows = np.concatenate((self._rows, np.empty(int(is_new.sum()), np.int32)))
        self._rows[numbers] = fresh
        self._capacity.extend(table["remaining"][is_new])
        self._referrals.extend(_referrals_left(table[is_new]))


def _longer(prices: Int64Array, length: int) -> Int64Array:
    missing = length - len(prices)
    return np.concatenate((prices, np.zeros(missing, np.int64))) if missing > 0 else prices


def joined(several: Sequence[Pairs]) -> Pairs:
    """Put pairs one after another."""
    return Pairs(*(np.concatenate(columns) for columns in zip(*several, strict=True)))


def _referrals_left(table: Table) -> Int64Array:
    until_cap = np.where(table["cap"] == NO_CAP, NO_LIMIT, table["cap"] - table["recent"])
    return np.where(table["rests"], np.minimum(until_cap, 1), until_cap).astype(np.int64)

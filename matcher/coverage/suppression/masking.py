"""Which cells of a table to hide: the small ones, and others so that totals do not tell them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from graph_models.domain.errors import InvalidValue
from matcher.coverage.suppression.hierarchy import Hierarchy
from matcher.coverage.suppression.network import make_network
from matcher.coverage.suppression.protection import (
    HIDDEN,
    KNOWN,
    SHOWN,
    Arcs,
    Search,
    Table,
    make_search,
    widen,
)
from matcher.problem import BoolArray, Int64Array

_PRICE = 1_000  # per person, of hiding a cell; a step through a hidden one costs 1
_DEAREST = 10**6  # persons above which all cells are as dear


class Reason(IntEnum):
    """Why a cell is shown or hidden. For whoever keeps the data; it would tell analysts too much."""

    SHOWN = 0
    SMALL = 1
    COMPLEMENTARY = 2


@dataclass(frozen=True, slots=True)
class Mask:
    """Which cells to hide in all measures of a table. Not to be published: see `Reason`.

    Parameters
    ----------
    reason
        A `Reason` for each cell: shape (n_areas, n_columns + 1).
    shows_zeros
        Whether all zeros are shown.
    """

    reason: npt.NDArray[np.int8]
    shows_zeros: bool

    @property
    def is_hidden(self) -> BoolArray:
        """Of shape (n_areas, n_columns + 1)."""
        is_hidden: BoolArray = self.reason != Reason.SHOWN
        return is_hidden


def make_mask(
    parts: Sequence[Int64Array],
    hierarchy: Hierarchy,
    k: int,
    *,
    shows_zeros: bool = True,
    hidden: BoolArray | None = None,
) -> Mask:
    """Choose the cells to hide.

    Parameters
    ----------
    parts
        Counts of the measures that add up to the base count, totals included: each of shape
        (n_areas, n_columns + 1).
    hierarchy
        The areas.
    k
        Least count that is shown.
    shows_zeros
        Whether to show all zeros, if that leaves every small cell wide enough.
    hidden
        Cells to hide in any case, of the same shape.

    Returns
    -------
    Mask
        In which each small cell of each part can have `k` values at least.

    Raises
    ------
    InvalidValue
        If there is none: rather no table than one that tells. Hiding all but the whole is always enough.
    """
    base = np.sum(parts, axis=0)
    wanted = np.zeros(base.shape, np.bool_) if hidden is None else hidden
    masking = _Masking(parts, base, hierarchy, k, shows_zeros=shows_zeros, wanted=wanted)
    if not masking.protect():
        # Everybody knows that a hidden cell is at least 1 where zeros are shown. So little is left
        # beyond that, that the only way out is not to show them.
        masking = _Masking(parts, base, hierarchy, k, shows_zeros=False, wanted=wanted)
        if not masking.protect():
            raise InvalidValue("counts", "leave each small cell in doubt", base.shape)
    return masking.mask()


class _Masking:
    """One attempt, with or without zeros."""

    def __init__(
        self,
        parts: Sequence[Int64Array],
        base: Int64Array,
        hierarchy: Hierarchy,
        k: int,
        *,
        shows_zeros: bool,
        wanted: BoolArray,
    ) -> None:
        self._k, self._shows_zeros, self._shape = k, shows_zeros, base.shape
        is_small = np.any([(part > 0) & (part < k) for part in parts], axis=0)
        if not shows_zeros:
            is_small |= base == 0
        self._is_small: BoolArray = is_small.ravel()
        status = np.where(is_small | wanted, HIDDEN, SHOWN)
        if shows_zeros:
            status[base == 0] = KNOWN
        if not is_small[0, -1]:
            status[0, -1] = KNOWN  # the whole is always shown
        network = make_network(hierarchy.parent, status != KNOWN)
        self._net = Arcs(network.tail, network.head, network.first, network.arcs)
        self._search: Search = make_search(network)
        self._status: Int64Array = status.ravel().astype(np.int64)
        price = (_PRICE * np.minimum(base, _DEAREST) + _PRICE).ravel()
        self._tables = [self._table(part, base, price) for part in parts]

    def _table(self, part: Int64Array, base: Int64Array, price: Int64Array) -> Table:
        # Where the other parts come to nothing, this one is what keeps a cell above zero.
        is_alone = (part == base) if self._shows_zeros else np.zeros(base.shape, np.bool_)
        up, down, moved = np.zeros((3, base.size), np.int64)
        return Table(self._status, price, part.ravel(), is_alone.ravel().astype(np.int64), up, down, moved)

    def protect(self) -> bool:
        """Hide what must be hidden besides the small cells; False if that is not enough."""
        for table in self._tables:
            if not widen(
                self._net, table, self._search, self._cells_of(table), self._k - 1, may_hide=True
            ).all():
                return False
        self._show_what_can_be_computed()
        return True

    def _cells_of(self, table: Table) -> Int64Array:
        """Return the cells that are small in a part, those of large areas first."""
        is_small = (table.value > 0) & (table.value < self._k)
        if not self._shows_zeros and table is self._largest():
            is_small |= self._is_small & (table.value == 0)
        return np.flatnonzero(is_small)

    def _largest(self) -> Table:
        """Return the part that says whether a base count may be other than zero, if zeros are hidden."""
        return max(self._tables, key=lambda table: int(table.value[self._shape[1] - 1]))

    def _show_what_can_be_computed(self) -> None:
        """Show the cells that an attacker can compute: hiding them keeps nothing from anybody."""
        others = np.flatnonzero((self._status == HIDDEN) & ~self._is_small)
        can_move = np.zeros(len(others), np.bool_)
        for table in self._tables:
            can_move |= widen(self._net, table, self._search, others, 1, may_hide=False)
        self._status[others[~can_move]] = SHOWN

    def mask(self) -> Mask:
        """Return what was chosen."""
        reason = np.where(self._is_small, Reason.SMALL, Reason.COMPLEMENTARY)
        reason[self._status != HIDDEN] = Reason.SHOWN
        return Mask(reason.reshape(self._shape).astype(np.int8), self._shows_zeros)

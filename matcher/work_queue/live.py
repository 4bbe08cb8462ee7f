"""The queue of a store, kept up with its change feed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from graph_models.bulk import behind
from graph_models.domain.categories import Category
from graph_models.domain.identifiers import NeedId
from graph_models.domain.places import Area
from graph_models.ports import ChangeSet, GraphStore, Within
from matcher.cells import Box, CellCounts, count_in_cells
from matcher.rounds import Rounds
from matcher.work_queue.columns import QueueColumns
from matcher.work_queue.entries import URGENCIES, Held, QueueEntry, QueueFilter
from matcher.work_queue.following import changed_needs
from matcher.work_queue.places import Menu, Places
from matcher.work_queue.reading import open_needs

_NAMING = frozenset({Area, Category})


@dataclass(frozen=True, slots=True)
class QueueWindow:
    """A part of the queue.

    Parameters
    ----------
    graph_revision
        Sequence number of the last change set that it takes account of.
    total
        How many needs the filter leaves.
    entries
        Those of the window, in order.
    counts
        Needs by ``urgency`` and by ``level``, and by ``state`` as if that were no filter.
    """

    graph_revision: int
    total: int
    entries: tuple[QueueEntry, ...]
    counts: Mapping[str, Mapping[Any, int]]


class WorkQueue:
    """Open needs in the order in which they should be seen to.

    May be shared between threads. Nothing is read from the store for an answer but what has changed,
    and no answer sees a change set by halves. Of what changed again meanwhile it may show the later state.

    Parameters
    ----------
    store
        Where the graph lives. Loading reads its open needs and, once, all referrals and audit events.

    Raises
    ------
    StoreUnavailable
        If the store is away, also from `refresh`.
    """

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._catching_up = Rounds(self._catch_up)
        self._lock = Lock()  # nobody looks while columns change
        # The cursor first: what changes meanwhile is read twice rather than never.
        self._cursor = store.head()
        self._held: dict[NeedId, Held] = {each.stored.value.id: each for each in open_needs(store)}
        self._need_of = {key: need for need, held in self._held.items() for key in held.referrals}
        self._columns = self._laid_out()
        self.refresh()

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def cursor(self) -> int:
        """Sequence number of the last change set that answers take account of."""
        return self._cursor

    def refresh(self) -> None:
        """Catch up with everything that was committed before the call."""
        self._catching_up.join()

    def window(
        self, asked: QueueFilter, offset: int, limit: int, actor: str, within: Within = None
    ) -> QueueWindow:
        """Return a part of the queue as it stands.

        Parameters
        ----------
        asked
            Which needs.
        offset, limit
            How many to pass over, and how many to show.
        actor
            Who asks.
        within
            Prefixes of area codes that a need or its resident must lie in; None means anywhere.
        """
        with self._lock:
            columns = self._columns
            matching = columns.matching(asked, within, actor)
            rows = columns.in_state(matching, asked.state)
            counts = columns.counts(rows)
            if asked.state is not None:
                counts = {**counts, "state": columns.counts(matching)["state"]}
            shown = tuple(columns.entry(row, actor) for row in rows[offset : offset + limit].tolist())
            return QueueWindow(self._cursor, len(rows), shown, counts)

    def cells(
        self, box: Box, cell_degrees: float, within: Within = None, most_points: int = 0
    ) -> tuple[CellCounts, int]:
        """Count open needs in a grid, by urgency, and name them where they are few.

        Parameters
        ----------
        box
            What is looked at.
        cell_degrees
            Width and height of a cell.
        within
            As for `window`.
        most_points
            Up to how many needs are named one by one.

        Returns
        -------
        tuple[CellCounts, int]
            With the sequence number of the last change set that they take account of.
        """
        with self._lock:
            columns = self._columns
            rows = columns.in_order(within)
            urgencies = columns.urgencies(rows)
            parts = {str(each): urgencies == place for place, each in enumerate(URGENCIES)}

            def name(places: npt.NDArray[np.int64]) -> list[str]:
                return columns.ids(rows[places])

            longitude, latitude = columns.points(rows)
            found = count_in_cells(longitude, latitude, box, cell_degrees, parts, name, most_points)
            return found, self._cursor

    def _catch_up(self) -> None:
        for part in behind(self._store, self._cursor):
            self._follow(part)

    def _follow(self, change_sets: tuple[ChangeSet, ...]) -> None:
        keys: dict[type[Any], set[str]] = defaultdict(set)
        for change in (each for some in change_sets for each in some.changes):
            keys[change.kind].add(change.key)
        changed = changed_needs(self._store, keys, self._held, self._need_of)
        are_names_stale = not _NAMING.isdisjoint(keys)
        self._apply(changed, change_sets[-1].sequence, are_names_stale=are_names_stale)

    def _apply(self, changed: Mapping[NeedId, Held | None], sequence: int, *, are_names_stale: bool) -> None:
        """Put changed needs in force, all at once; None for one that is open no more."""
        for key, held in changed.items():
            before = self._held.pop(key, None)
            for referral in () if before is None else before.referrals:
                self._need_of.pop(referral, None)
            if held is not None:
                self._held[key] = held
        for key, held in changed.items():
            self._need_of |= dict.fromkeys(() if held is None else held.referrals, key)
        columns = self._laid_out() if are_names_stale else None
        with self._lock:
            if columns is not None:
                self._columns = columns
            else:
                self._columns.remove(key for key, held in changed.items() if held is None)
                self._columns.put(held for held in changed.values() if held is not None)
            self._cursor = sequence

    def _laid_out(self) -> QueueColumns:
        places = Places(stored.value for stored in self._store.scan(Area))
        columns = QueueColumns(places, Menu(stored.value for stored in self._store.scan(Category)))
        columns.put(self._held.values())
        return columns

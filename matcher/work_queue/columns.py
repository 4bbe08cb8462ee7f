"""The queue as columns, kept in order: a question is answered by masks over them, not by a search."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import nan
from typing import Any

import numpy as np
import numpy.typing as npt

from graph_models.domain.places import AREA_LEVELS
from graph_models.ports import Within
from matcher.work_queue.entries import (
    URGENCIES,
    Held,
    OrderKey,
    QueueEntry,
    QueueFilter,
    WorkState,
    state_of,
)
from matcher.work_queue.places import Mask, Menu, Places

Rows = npt.NDArray[np.int32]
_STATES = tuple(WorkState)
_LEVELS = (None, *AREA_LEVELS)
_ROW = np.dtype(
    [
        ("urgency", np.int8),
        ("level", np.int8),
        ("state", np.int8),
        ("category", np.int32),
        ("places", np.int32, (3,)),  # where help is wanted, and the two communities of the resident
        ("latitude", np.float64),
        ("longitude", np.float64),
    ]
)
_FEW = 64
_FIRST_ROOM = 1_024


class QueueColumns:
    """Open needs with what they are sorted, filtered and counted by. For one thread at a time.

    Parameters
    ----------
    places, menu
        Numbers of areas and categories.
    """

    def __init__(self, places: Places, menu: Menu) -> None:
        self._places, self._menu = places, menu
        self._table = np.zeros(_FIRST_ROOM, _ROW)
        self._held: list[Held | None] = []
        self._ids: list[str] = []  # in one case, to be searched
        self._free: list[int] = []
        self._row_of: dict[str, int] = {}
        self._keys: list[tuple[OrderKey, int]] = []  # with the row, sorted
        self._key_of: dict[str, tuple[OrderKey, int]] = {}
        self._rows_of_actor: dict[str, set[int]] = defaultdict(set)
        self._order: Rows = np.zeros(0, np.int32)  # the rows of these keys

    def __len__(self) -> int:
        return len(self._keys)

    def put(self, entries: Iterable[Held]) -> None:
        """Add or replace some needs."""
        some = list(entries)
        self.remove(each.stored.value.id for each in some)
        keys = [self._enter(each) for each in some]
        if len(keys) > _FEW:
            self._keys += keys
            self._keys.sort()
            self._order = _rows(self._keys)
            return
        for key in keys:
            place = bisect_left(self._keys, key)
            self._keys.insert(place, key)
            self._order = np.insert(self._order, place, key[1])

    def remove(self, keys: Iterable[str]) -> None:
        """Take some needs out; one that is not there is out already."""
        gone = [key for key in keys if key in self._row_of]
        for key in gone:
            self._leave(key)
        if len(gone) > _FEW:
            leaving = {self._key_of.pop(key) for key in gone}
            self._keys = [each for each in self._keys if each not in leaving]
            self._order = _rows(self._keys)
            return
        for key in gone:
            place = bisect_left(self._keys, self._key_of.pop(key))
            del self._keys[place]
            self._order = np.delete(self._order, place)

    def matching(self, asked: QueueFilter, within: Within, actor: str) -> Rows:
        """Return the rows that a filter leaves but for the state, in order."""
        rows = self.in_order(within)
        table, places = self._table, self._places
        if asked.area_code is not None:
            rows = rows[places.within((asked.area_code,))[table["places"][rows, 0]]]
        if asked.category_id is not None:
            rows = rows[table["category"][rows] == self._menu.find(asked.category_id)]
        if asked.is_mine is not None:
            is_own = np.zeros(len(table), np.bool_)
            is_own[list(self._rows_of_actor.get(actor, ()))] = True
            rows = rows[is_own[rows] == asked.is_mine]
        return rows if asked.search is None else rows[self._named(rows, asked.search.casefold())]

    def in_order(self, within: Within) -> Rows:
        """Return the rows of a jurisdiction, in order."""
        if within is None:
            return self._order
        is_theirs = self._places.within(within)[self._table["places"][self._order]].any(axis=1)
        rows: Rows = self._order[is_theirs]
        return rows

    def in_state(self, rows: Rows, state: WorkState | None) -> Rows:
        """Keep the rows in a state."""
        return rows if state is None else rows[self._table["state"][rows] == _STATES.index(state)]

    def counts(self, rows: Rows) -> Mapping[str, Mapping[Any, int]]:
        """Count some rows by urgency, state and level."""
        table = self._table
        return {
            "urgency": _counted(table["urgency"][rows], URGENCIES),
            "state": _counted(table["state"][rows], _STATES),
            "level": _counted(table["level"][rows], _LEVELS),
        }

    def points(self, rows: Rows) -> npt.NDArray[np.float64]:
        """Return longitudes and latitudes, NaN where not known: shape (2, n)."""
        return np.stack((self._table["longitude"][rows], self._table["latitude"][rows]))

    def urgencies(self, rows: Rows) -> npt.NDArray[np.int8]:
        """Return the places in `URGENCIES`."""
        urgencies: npt.NDArray[np.int8] = self._table["urgency"][rows]
        return urgencies

    def ids(self, rows: Rows) -> list[str]:
        """Return the ids of the needs in some rows."""
        return [held.stored.value.id for row in rows.tolist() if (held := self._held[row])]

    def entry(self, row: int, actor: str) -> QueueEntry:
        """Return what is shown of a row."""
        held = self._held[row]
        assert held is not None
        line = self._table[row]
        is_somewhere = not np.isnan(line["latitude"])
        return QueueEntry(
            need=held.stored.value,
            revision=held.stored.revision,
            state=_STATES[line["state"]],
            referral_status=held.telling,
            units_left=held.units_left,
            is_mine=actor in held.actors,
            point=(float(line["latitude"]), float(line["longitude"])) if is_somewhere else None,
        )

    def _named(self, rows: Rows, text: str) -> Mask:
        table = self._table
        is_named: Mask = self._places.named(text)[table["places"][rows, 0]]
        is_named |= self._menu.named(text)[table["category"][rows]]
        ids = self._ids
        is_named |= np.array([text in ids[row] for row in rows.tolist()], np.bool_)
        return is_named

    def _enter(self, held: Held) -> tuple[OrderKey, int]:
        need = held.stored.value
        row = self._free.pop() if self._free else len(self._held)
        if row == len(self._held):
            self._held.append(None)
            self._ids.append("")
            if row == len(self._table):
                self._table = np.concatenate((self._table, np.zeros_like(self._table)))
        self._held[row], self._ids[row] = held, need.id.casefold()
        self._row_of[need.id] = row
        key = self._key_of[need.id] = held.order_key, row
        for actor in held.actors:
            self._rows_of_actor[actor].add(row)
        own, *rest = need.community_code, *held.resident_codes, None, None
        point = need.location or self._places.point(own)
        self._table[row] = (
            URGENCIES.index(need.urgency),
            _LEVELS.index(need.escalation_level),
            _STATES.index(state_of(held.telling)),
            self._menu.number(need.category_id),
            [self._places.number(each) for each in (own, *rest[:2])],
            nan if point is None else point.latitude,
            nan if point is None else point.longitude,
        )
        return key

    def _leave(self, key: str) -> None:
        row = self._row_of.pop(key)
        held = self._held[row]
        assert held is not None
        for actor in held.actors:
            self._rows_of_actor[actor].discard(row)
        self._held[row] = None
        self._free.append(row)


def _rows(keys: Iterable[tuple[OrderKey, int]]) -> Rows:
    return np.array([row for _, row in keys], np.int32)


def _counted(values: npt.NDArray[np.int8], names: tuple[Any, ...]) -> Mapping[Any, int]:
    counts = np.bincount(values, minlength=len(names)).tolist()
    return dict(zip(names, counts, strict=True))

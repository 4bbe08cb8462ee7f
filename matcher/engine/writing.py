"""Putting a batch of providers in force, in one call."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from matcher.engine.compiling import compiled, int64
from matcher.engine.glimpses import take_away
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.keys import enter_row, find_each
from matcher.engine.nodes import widen
from matcher.engine.packing import Batch
from matcher.engine.rows import Bytes, Table
from matcher.engine.snapshot import Snapshot, is_stale


@compiled
def find_living(snapshot: Snapshot, ids: Bytes, starts: Int64Array) -> Int32Array:
    """Return the rows of living providers, -1 for each that is not there, of shape (n,)."""
    if is_stale(snapshot):  # its slots may tell rows that its table does not have
        return np.full(len(starts) - 1, -1, np.int32)
    found = find_each(snapshot.slots, snapshot.table, snapshot.texts, ids, starts)
    for place in range(len(found)):
        if found[place] >= 0 and not snapshot.table[found[place]].is_alive:
            found[place] = -1
    return found


@compiled
def compare(snapshot: Snapshot, batch: Batch) -> tuple[Int32Array, npt.NDArray[np.bool_]]:
    """Find the rows of providers that are there, and tell which of them can be overwritten.

    A row can if skills, place and name stay as they are: then it points at what is there already.

    Returns
    -------
    tuple[Int32Array, npt.NDArray[np.bool_]]
        The living row of each, -1 if there is none, and whether it can be overwritten: shape (n,).
    """
    count = len(batch.table)
    starts = np.empty(2, np.int64)
    old, is_same = np.empty(count, np.int32), np.zeros(count, np.bool_)
    for place in range(count):
        new = batch.table[place]
        starts[0], starts[1] = new.text_at, new.text_at + new.id_bytes
        old[place] = find_living(snapshot, batch.texts, starts)[0]
        if old[place] >= 0:
            is_same[place] = _fits(snapshot, old[place], batch, place)
    return old, is_same


@compiled
def _fits(snapshot: Snapshot, at: int, batch: Batch, place: int) -> bool:
    row, new = snapshot.table[at], batch.table[place]
    is_placeless = np.isnan(row.latitude) and np.isnan(new.latitude)
    if not is_placeless and (row.latitude != new.latitude or row.longitude != new.longitude):
        return False
    if row.offers != new.offers or row.name_bytes != new.name_bytes:
        return False
    for offset in range(row.offers):
        here, there = row.offers_at + offset, new.offers_at + offset
        if snapshot.lists.skills[here] != batch.skills[there]:
            return False
        if snapshot.lists.levels[here] != batch.levels[there]:
            return False
    for offset in range(row.id_bytes, int64(row.id_bytes) + int64(row.name_bytes)):
        if snapshot.texts[row.text_at + offset] != batch.texts[new.text_at + offset]:
            return False
    return True


@compiled
def commit(
    snapshot: Snapshot, first: int, changed: Table, at_rows: Int32Array, appended: Table, gone: Int32Array
) -> None:
    """Put a batch in force, all at once.

    Parameters
    ----------
    snapshot
        With room for everything, and with lists and texts that the new rows point at.
    first
        The first row that is appended.
    changed, at_rows
        Rows that are put in the place of others, and where: of shape (n,). They are told what they point at.
    appended
        Rows that are added, of shape (m,).
    gone
        Rows that die.
    """
    table = snapshot.table
    for place in range(len(changed)):
        at = at_rows[place]
        # First here: a search for names that runs aside must find no other places in the row for a moment.
        changed[place].offers_at, changed[place].text_at = table[at].offers_at, table[at].text_at
        table[at] = changed[place]
        widen(snapshot.nodes, table, snapshot.lists, at)
    for at in gone:
        table[at].is_alive = False
        take_away(snapshot.nodes.marks, at)
    for place in range(len(appended)):
        table[first + place] = appended[place]
        widen(snapshot.nodes, table, snapshot.lists, first + place)
        enter_row(snapshot.slots, table, snapshot.texts, first + place)
    snapshot.epoch[0] += 1

"""Rows by id: a hash table with open addressing over the bytes of the ids.

A slot holds a row, whose id is read from the texts: nothing is kept twice. A row that dies keeps its
slot, which a later row of the same id takes over.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from matcher.engine.compiling import compiled, compiled_aside, int64
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.rows import Bytes, Table

FREE = -1


def blank_slots(rows: int) -> Int32Array:
    """Return free slots for so many rows, at most half of which will be taken: shape (2^k,)."""
    return np.full(1 << max(4, (2 * rows).bit_length()), FREE, np.int32)


def spelled(provider_ids: Iterable[str]) -> tuple[Bytes, Int64Array]:
    """Return the bytes of ids one after the other, and where each begins, with the end."""
    texts = [each.encode() for each in provider_ids]
    starts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(each) for each in texts], out=starts[1:])
    return np.frombuffer(b"".join(texts), np.uint8), starts


@compiled
def find_each(slots: Int32Array, table: Table, texts: Bytes, ids: Bytes, starts: Int64Array) -> Int32Array:
    """Return the row of each id, `FREE` where there is none: shape (n,)."""
    found = np.empty(len(starts) - 1, np.int32)
    for place in range(len(found)):
        found[place] = slots[_slot(slots, table, texts, ids, starts[place], starts[place + 1])]
    return found


@compiled
def enter_row(slots: Int32Array, table: Table, texts: Bytes, at: int) -> None:
    """Make a row the one of its id."""
    row = table[at]
    start = row.text_at
    slots[_slot(slots, table, texts, texts, start, start + row.id_bytes)] = at


@compiled_aside
def enter_rows(slots: Int32Array, table: Table, texts: Bytes, used: int) -> None:
    """Make living rows those of their ids."""
    for at in range(used):
        if table[at].is_alive:
            enter_row(slots, table, texts, at)


@compiled
def _slot(slots: Int32Array, table: Table, texts: Bytes, ids: Bytes, start: int, end: int) -> int:
    """Return the slot of an id, or the free one that it would take."""
    mask = len(slots) - 1
    place = _hash(ids, start, end) & mask
    while slots[place] != FREE:
        row = table[slots[place]]
        if row.id_bytes == end - start:
            offset = 0
            while offset < end - start and texts[row.text_at + offset] == ids[start + offset]:
                offset += 1
            if offset == end - start:
                return place
        place = (place + 1) & mask
    return place


@compiled
def _hash(ids: Bytes, start: int, end: int) -> int:
    """FNV-1a, whose high bits are folded in: ids that count up differ in few bits."""
    value = np.uint64(14695981039346656037)
    for place in range(start, end):
        value = (value ^ np.uint64(ids[place])) * np.uint64(1099511628211)
    return int64((value ^ (value >> np.uint64(32))) & np.uint64(0x7FFFFFFF))

"""Providers by name: a scan over the bytes of all ids and names, which keeps the best few as it goes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from graph_models.domain.identifiers import AreaCode, ProviderId
from matcher.engine.compiling import compiled_aside, inlined, int64
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.rows import Bytes, Table, Vocabulary
from matcher.engine.snapshot import Snapshot

_ID, _NAME_BEGINS, _IN_NAME, _ID_BEGINS, _MISSES = range(5)  # best first
_STRIDE = 64  # bytes
_SAMPLE = 65_536


class NamedProvider(NamedTuple):
    """What it takes to choose a provider from a list.

    Parameters
    ----------
    id, kind, name
        As they are stored.
    community_code
        Where it is based, None if that is not known.
    """

    id: ProviderId
    kind: str
    name: str
    community_code: AreaCode | None


class _Wanted(NamedTuple):
    """A text, of which each character may be there in either of two spellings of the same length.

    Parameters
    ----------
    lower, upper
        The two spellings: shape (n_bytes,).
    starts
        Where each character begins, and the end: shape (n_characters + 1,).
    rare
        Place of the byte that is seen least often elsewhere: where it is not, the text is not.
    """

    lower: Bytes
    upper: Bytes
    starts: Int64Array
    rare: int


def named(snapshot: Snapshot, vocabulary: Vocabulary, text: str, limit: int) -> list[NamedProvider]:
    """Return the best providers for a text, as `Engine.named` says, if the snapshot is current afterwards.

    While writers are at work it stays within the arrays: ids, names and where they lie never change in a row.
    """
    wanted = _wanted(text, snapshot.texts)
    rows = _best_rows(snapshot.table[: snapshot.used], snapshot.texts, wanted, limit)
    table = snapshot.table[rows]
    numbers = zip(table["kind"].tolist(), table["community"].tolist(), snapshot.names(rows), strict=True)
    return [
        NamedProvider(ProviderId(key), vocabulary.kinds[kind], name, vocabulary.communities[community])
        for kind, community, (key, name) in numbers
    ]


def _wanted(text: str, texts: Bytes) -> _Wanted:
    plain = [each.encode() for each in text]
    lower = _spelled(plain, (each.lower() for each in text))
    upper = _spelled(plain, (each.upper() for each in text))
    starts = np.array([*accumulate(map(len, plain), initial=0)], np.int64)
    counts = np.bincount(texts[:_SAMPLE], minlength=256)
    return _Wanted(lower, upper, starts, int(np.argmin(counts[lower] + counts[upper])))


def _spelled(plain: list[bytes], others: Iterable[str]) -> Bytes:
    """Return other spellings of characters, or the plain one where the other is longer or shorter."""
    pairs = zip(plain, map(str.encode, others), strict=True)
    return np.frombuffer(b"".join(other if len(other) == len(own) else own for own, other in pairs), np.uint8)


@compiled_aside
def _best_rows(table: Table, texts: Bytes, wanted: _Wanted, limit: int) -> Int32Array:
    best, ranks, found = np.empty(limit, np.int32), np.empty(limit, np.int64), 0
    # Taken out of their tuple once: counting references to arrays would take most of the time.
    lower, upper, starts, rare = wanted.lower, wanted.upper, wanted.starts, wanted.rare
    at, place = 0, _next_hint(texts, 0, lower[rare], upper[rare])
    while place < len(texts):
        at = _row_at(table, at, place)
        row = table[at]
        id_bytes, name_bytes = int64(row.id_bytes), int64(row.name_bytes)
        # At least one byte on: bytes of a batch that was given up lie between rows, and are nobody's.
        beyond = max(place + 1, row.text_at + id_bytes + name_bytes)
        place = _next_hint(texts, beyond, lower[rare], upper[rare])
        if not row.is_alive:
            continue
        rank = _rank(texts, row.text_at, id_bytes, name_bytes, lower, upper, starts, rare)
        if rank == _MISSES:
            continue
        rise = found
        while rise > 0 and _is_before(table, texts, rank, at, ranks[rise - 1], best[rise - 1]):
            rise -= 1
        if rise == limit:
            continue
        found = min(found + 1, limit)
        for later in range(found - 1, rise, -1):
            best[later], ranks[later] = best[later - 1], ranks[later - 1]
        best[rise], ranks[rise] = at, rank
    return best[:found]


@compiled_aside
def _next_hint(texts: Bytes, place: int, low: int, high: int) -> int:
    """Return the next place of either of two bytes, or the end."""
    while place + _STRIDE <= len(texts):
        stretch, hits = texts[place : place + _STRIDE], np.uint8(0)
        for offset in range(_STRIDE):  # without a branch, so that many bytes are looked at in one step
            hits |= np.uint8(stretch[offset] == low) | np.uint8(stretch[offset] == high)
        if hits:
            break
        place += _STRIDE
    while place < len(texts) and texts[place] != low and texts[place] != high:
        place += 1
    return place


@compiled_aside
def _row_at(table: Table, at: int, place: int) -> int:
    """Return the row whose texts are at a place, from a row before it on: texts lie in the order of rows."""
    step = 1
    while step:
        if at + step < len(table) and table[at + step].text_at <= place:
            at += step
            step *= 2
        else:
            step //= 2
    return at


@inlined
def _rank(
    texts: Bytes,
    start: int,
    id_bytes: int,
    name_bytes: int,
    lower: Bytes,
    upper: Bytes,
    starts: Int64Array,
    rare: int,
) -> int:
    """Return how well an id, followed by a name, fits."""
    length, rank = len(lower), _MISSES
    if length <= id_bytes and _is_at(texts, start, lower, upper, starts):
        rank = _ID if length == id_bytes else _ID_BEGINS
    if rank != _ID:
        low, high, first = lower[rare], upper[rare], start + id_bytes
        for place in range(first, first + name_bytes - length + 1):
            byte = texts[place + rare]
            if byte in (low, high) and _is_at(texts, place, lower, upper, starts):
                rank = _NAME_BEGINS if place == first else _IN_NAME
                break
    return rank


@compiled_aside
def _is_at(texts: Bytes, place: int, lower: Bytes, upper: Bytes, starts: Int64Array) -> bool:
    for each in range(len(starts) - 2, -1, -1):  # from the end: many ids begin alike
        is_lower = is_upper = True
        for offset in range(starts[each], starts[each + 1]):
            byte = texts[place + offset]
            is_lower &= byte == lower[offset]
            is_upper &= byte == upper[offset]
        if not is_lower and not is_upper:
            return False
    return True


@compiled_aside
def _is_before(table: Table, texts: Bytes, rank: int, at: int, other_rank: int, other: int) -> bool:
    """Tell whether a row comes before another: it fits better, or as well and has the lesser name, or id."""
    if rank != other_rank:
        return rank < other_rank
    one, two = table[at], table[other]
    names = int64(0)
    if rank != _ID_BEGINS:
        one_at, two_at = one.text_at + one.id_bytes, two.text_at + two.id_bytes
        names = _compare(texts, one_at, int64(one.name_bytes), two_at, int64(two.name_bytes))
    if names != 0:
        return names < 0
    return _compare(texts, one.text_at, int64(one.id_bytes), two.text_at, int64(two.id_bytes)) < 0


@compiled_aside
def _compare(texts: Bytes, start: int, length: int, other_start: int, other_length: int) -> int:
    for offset in range(min(length, other_length)):
        difference = int64(texts[start + offset]) - int64(texts[other_start + offset])
        if difference != 0:
            return difference
    return length - other_length

"""All providers at one moment, as compiled functions see them."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graph_models.domain.identifiers import ProviderId
from graph_models.domain.providers import Provider
from matcher.engine.compiling import compiled, int64
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.nodes import Nodes
from matcher.engine.rows import Bytes, RowLists, Table, Vocabulary

STALE = -3


class Snapshot(NamedTuple):
    """All providers.

    A writer overwrites the arrays in one call of a compiled function, which counts `epoch` up: from then
    on this snapshot is stale, and compiled functions refuse it. What they read before is whole.

    Parameters
    ----------
    table
        Of `ROW`, shape (n,).
    used
        Number of rows that count.
    lists
        What the rows point at.
    texts
        Bytes of ids and names.
    nodes
        The tree over the rows.
    slots
        Where ids are found, see `matcher.engine.keys`.
    log
        Rows that were written, oldest first, since it was begun.
    generation
        How often it was begun anew, because rows got new numbers or it was too long.
    epoch
        Counted up by every writer: shape (1,), shared by all snapshots.
    seen
        Its value when this snapshot was made.
    """

    table: Table
    used: int
    lists: RowLists
    texts: npt.NDArray[np.uint8]
    nodes: Nodes
    slots: Int32Array
    log: Int32Array
    generation: int
    epoch: Int64Array
    seen: int

    @property
    def is_current(self) -> bool:
        """Whether no writer has been at work since."""
        return int(self.epoch[0]) == self.seen

    def names(self, rows: Int32Array) -> list[tuple[str, str]]:
        """Return id and name of the providers in some rows, which never change in a row.

        Parameters
        ----------
        rows
            Their numbers: shape (n,).
        """
        texts, ends = spelled_out(rows, self.table, self.texts)
        raw, bounds = texts.tobytes(), [0, *ends.tolist()]
        parts = [raw[start:end].decode() for start, end in pairwise(bounds)]
        return list(zip(parts[::2], parts[1::2], strict=True))

    def provider_at(self, row: int, vocabulary: Vocabulary) -> Provider:
        """Rebuild the provider in a row, as far as matching can tell."""
        at = self.table[row : row + 1].copy()[0]  # at once: a writer may overwrite the row while it is read
        [(provider_id, name)] = self.names(np.array([row], np.int32))
        offers = slice(int(at["offers_at"]), int(at["offers_at"]) + int(at["offers"]))
        skills, levels = self.lists.skills[offers].tolist(), self.lists.levels[offers].tolist()
        return vocabulary.unpack(at, ProviderId(provider_id), name, list(zip(skills, levels, strict=True)))


@compiled
def spelled_out(rows: Int32Array, table: Table, texts: Bytes) -> tuple[Bytes, Int64Array]:
    """Return ids and names of some rows, id and name in turn, and where each of them ends."""
    ends, length = np.empty(2 * len(rows), np.int64), int64(0)
    for place in range(len(rows)):
        row = table[rows[place]]
        ends[2 * place] = length + int64(row.id_bytes)
        length = ends[2 * place + 1] = ends[2 * place] + int64(row.name_bytes)
    spelled, length = np.empty(length, np.uint8), int64(0)
    for place in range(len(rows)):
        text_at, end = table[rows[place]].text_at, ends[2 * place + 1]
        for at in range(end - length):
            spelled[length + at] = texts[text_at + at]
        length = end
    return spelled, ends


@compiled
def is_stale(snapshot: Snapshot) -> bool:
    """Whether a writer has been at work since the snapshot was made."""
    return snapshot.epoch[0] != snapshot.seen

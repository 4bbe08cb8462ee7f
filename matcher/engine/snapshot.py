"""All providers at one moment, as compiled functions see them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graph_models.domain.identifiers import ProviderId
from graph_models.domain.providers import Provider
from matcher.engine.compiling import compiled
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.nodes import Nodes
from matcher.engine.rows import RowLists, Table, Vocabulary

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

    def names(self, rows: Table) -> list[tuple[str, str]]:
        """Return id and name of the providers in some rows.

        Parameters
        ----------
        rows
            Of `ROW`, shape (n,).
        """
        columns = (rows[name].tolist() for name in ("text_at", "id_bytes", "name_bytes"))
        return [
            (self._text(start, id_bytes), self._text(start + id_bytes, name_bytes))
            for start, id_bytes, name_bytes in zip(*columns, strict=True)
        ]

    def provider_at(self, row: int, vocabulary: Vocabulary) -> Provider:
        """Rebuild the provider in a row, as far as matching can tell."""
        one = self.table[row : row + 1].copy()  # at once: a writer may overwrite the row while it is read
        at, [(provider_id, name)] = one[0], self.names(one)
        offers = slice(int(at["offers_at"]), int(at["offers_at"]) + int(at["offers"]))
        skills, levels = self.lists.skills[offers].tolist(), self.lists.levels[offers].tolist()
        return vocabulary.unpack(at, ProviderId(provider_id), name, list(zip(skills, levels, strict=True)))

    def _text(self, start: int, length: int) -> str:
        return self.texts[start : start + length].tobytes().decode()


@compiled
def is_stale(snapshot: Snapshot) -> bool:
    """Whether a writer has been at work since the snapshot was made."""
    return snapshot.epoch[0] != snapshot.seen

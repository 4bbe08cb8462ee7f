"""Providers as columns: one row each, in the order of their places, found by id.

A changed provider is overwritten in its row, in constant time, unless its skills, its place or its
name changed: then its row dies and a new one is appended. When too many rows are new or dead they
are all laid out anew, aside, while answers go on from the old ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import RLock

import numpy as np
import numpy.typing as npt

from graph_models.domain.providers import Provider
from graph_models.ports import Columns
from matcher.curve import curve_order
from matcher.engine import keys
from matcher.engine.glimpses import GLIMPSE, ROW_BITS
from matcher.engine.growing import Growing, Int32Array, with_room
from matcher.engine.layout import laid_out
from matcher.engine.nodes import NODE, Nodes, blank_nodes, enlarged
from matcher.engine.packing import Batch, in_columns, only, packed
from matcher.engine.rows import MASK_BITS, ROW, RowLists, Vocabulary
from matcher.engine.saving import Arrays, SavedEngine, as_bytes, as_records, enter_words
from matcher.engine.snapshot import Snapshot
from matcher.engine.writing import commit, compare, find_living
from matcher.parameters import MatchParameters

MIN_UNSETTLED = 8_192
MIN_DEAD = 1_024
LONGEST_LOG = 1_000_000


class ProviderIndex:
    """All providers of a city, laid out for compiled functions.

    Whoever reads takes `snapshot` and asks it afterwards whether it is still current; if not, what was
    read may mix two states, and is read again. `writing` keeps writers out.

    Parameters
    ----------
    parameters
        Of the matching model, for the weights by which rows are put in order.
    """

    def __init__(self, parameters: MatchParameters) -> None:
        self.vocabulary = Vocabulary(parameters)
        self.writing = RLock()
        self._skills, self._levels = Growing(np.int32), Growing(np.int32)
        self._texts, self._log = Growing(np.uint8), Growing(np.int32)
        self._alive = 0
        self._settled: int | None = None  # rows that are in order; None while they are loaded
        self.snapshot = Snapshot(
            table=np.empty(0, ROW),
            used=0,
            lists=self._lists(),
            texts=self._texts.array,
            nodes=blank_nodes(0, 1),
            slots=keys.blank_slots(0),
            log=self._log.array,
            generation=0,
            epoch=np.zeros(1, np.int64),
            seen=0,
        )

    def __len__(self) -> int:
        return self._alive

    def find(self, provider_ids: Iterable[str], snapshot: Snapshot) -> Int32Array:
        """Return the rows of living providers, -1 for each that is not there, of shape (n,).

        A stale snapshot has none: whatever is asked with them is refused in any case.
        """
        wanted = list(provider_ids)
        return find_living(snapshot, *keys.spelled(wanted)) if wanted else np.empty(0, np.int32)

    def change(self, put: Iterable[Provider], remove: Iterable[str] = ()) -> None:
        """Add or replace some providers and remove others, all at once.

        Parameters
        ----------
        put
            Of several with one id the last counts.
        remove
            Ids, none of them among those put; one that is not there is removed already.
        """
        self._change(in_columns(put), remove)

    def load(self, parts: Iterable[Columns]) -> None:
        """Add or replace many providers, part by part, then lay all rows out anew.

        Parameters
        ----------
        parts
            `packing.COLUMNS` of providers, each id once in a part.
        """
        self._settled = None
        try:
            for part in parts:
                self._change(part)
        finally:
            self.settle()

    def _change(self, put: Columns, remove: Iterable[str] = ()) -> None:
        with self.writing:
            fresh = packed(put, self.vocabulary)
            old, is_same = compare(self.snapshot, fresh)
            moved = np.flatnonzero(~is_same)
            places = fresh.table[moved]
            moved = moved[curve_order(places["latitude"], places["longitude"])]
            gone = np.concatenate((old[moved], self.find(dict.fromkeys(remove), self.snapshot)))
            self._commit(fresh, np.flatnonzero(is_same), old[is_same], only(fresh, moved), gone[gone >= 0])

    def settle(self) -> None:
        """Lay all living rows out anew, in the order of their places."""
        with self.writing:
            before = self.snapshot
            fresh = laid_out(before, self._words)
            self._skills, self._levels = Growing(np.int32), Growing(np.int32)
            self._texts, self._log = Growing(np.uint8), Growing(np.int32)
            self._skills.take_over(fresh.lists.skills)
            self._levels.take_over(fresh.lists.levels)
            self._texts.take_over(fresh.texts)
            self._settled = fresh.used
            before.epoch[0] += 1
            self.snapshot = fresh._replace(seen=int(before.epoch[0]))

    def arrays(self) -> Arrays:
        """Return everything but the vocabulary, as it is until the next change."""
        now, settled = self.snapshot, self.snapshot.used if self._settled is None else self._settled
        return {
            "counts": np.array([self._alive, settled, now.generation], np.int64),
            "table": as_bytes(now.table[: now.used]),
            "skills": now.lists.skills,
            "levels": now.lists.levels,
            "texts": now.texts,
            "boxes": as_bytes(now.nodes.boxes),
            "node_skills": now.nodes.skills,
            "firsts": now.nodes.firsts,
            "glimpses": as_bytes(now.nodes.glimpses),
            "marks": now.nodes.marks,
            "slots": now.slots,
        }

    def take_over(self, saved: SavedEngine) -> None:
        """Begin with what was saved, in an index that is empty; its arrays will be written to."""
        arrays = saved.arrays
        enter_words(self.vocabulary, saved.words, arrays)
        self._skills.take_over(arrays["skills"])
        self._levels.take_over(arrays["levels"])
        self._texts.take_over(arrays["texts"])
        self._alive, self._settled, generation = arrays["counts"].tolist()
        table = as_records(arrays["table"], ROW)
        boxes = as_records(arrays["boxes"], NODE)
        glimpses = as_records(arrays["glimpses"], GLIMPSE)
        self.snapshot = self.snapshot._replace(
            table=table,
            used=len(table),
            lists=self._lists(),
            texts=self._texts.array,
            nodes=Nodes(boxes, arrays["node_skills"], arrays["firsts"], glimpses, arrays["marks"]),
            slots=arrays["slots"],
            generation=generation,
        )

    @property
    def _words(self) -> int:
        """Words that the skills of a node take."""
        return max(1, -(-len(self.vocabulary.skills) // MASK_BITS))

    def _commit(
        self,
        batch: Batch,
        changed: npt.NDArray[np.intp],
        at_rows: Int32Array,
        added: Batch,
        gone: Int32Array,
    ) -> None:
        """Overwrite, append and kill rows, all at once."""
        before, count = self.snapshot, len(added.table)
        added.table["offers_at"] += len(self._skills)
        added.table["text_at"] += len(self._texts)
        self._skills.extend(added.skills)
        self._levels.extend(added.levels)
        self._texts.extend(added.texts)
        used = before.used + count
        for rows in (at_rows, gone, np.arange(before.used, used, dtype=np.int32)):
            self._log.extend(rows)
        after = before._replace(
            table=with_room(before.table, before.used, used),
            lists=self._lists(),
            texts=self._texts.array,
            log=self._log.array,
        )
        if len(after.table) > after.nodes.firsts[1] << ROW_BITS or self._words > after.nodes.skills.shape[1]:
            after = after._replace(nodes=enlarged(after.nodes, len(after.table), self._words))
        if 2 * used > len(after.slots):
            slots = keys.blank_slots(2 * used)
            keys.enter_rows(slots, before.table, before.texts, before.used)
            after = after._replace(slots=slots)
        commit(after, before.used, batch.table[changed], at_rows, added.table, gone)
        self._alive += count - len(gone)
        self.snapshot = after._replace(used=used, seen=int(after.epoch[0]))
        self._settle_if_due()

    def _settle_if_due(self) -> None:
        if self._settled is None:
            return
        used = self.snapshot.used
        is_scattered = used - self._settled > MIN_UNSETTLED + self._settled // 64
        is_holed = used - self._alive > max(MIN_DEAD, self._alive)
        if is_scattered or is_holed:
            self.settle()
        elif len(self._log) > LONGEST_LOG:
            self._log, before = Growing(np.int32), self.snapshot
            self.snapshot = before._replace(log=self._log.array, generation=before.generation + 1)

    def _lists(self) -> RowLists:
        known = self.vocabulary
        usual = np.array(known.usual, np.int64)
        return RowLists(known.pool.array, self._skills.array, self._levels.array, known.halves.array, usual)

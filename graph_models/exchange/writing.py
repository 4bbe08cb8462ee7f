"""Candidates to the store: only what differs is written, in batches that can be repeated.

A row replaces the columns that its file has and leaves the others as they are stored: loading a list of
providers without ``capacity_reserved`` does not release what is reserved. What the loop counts is left
to it. Each batch names the
revisions it was compared with, so a change made by somebody else meanwhile is seen and kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from graph_models.domain.errors import (
    Conflict,
    IdempotencyConflict,
    InvalidValue,
    LastMeterError,
    StoreError,
)
from graph_models.domain.providers import Provider
from graph_models.exchange.accounts import without_counts
from graph_models.exchange.checking import Candidate
from graph_models.exchange.problems import Finding, finding_of
from graph_models.ports import NEW, GraphStore, Put, Stored, WriteBatch
from graph_models.records import from_row, to_row
from graph_models.schema import BY_ENTITY

ATTEMPTS = 4


@dataclass(slots=True)
class Outcome:
    """What became of some candidates."""

    written: int = 0
    unchanged: int = 0
    rejected: list[tuple[Candidate, Finding]] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """Take over what became of others."""
        self.written += other.written
        self.unchanged += other.unchanged
        self.rejected += other.rejected


class BatchWriter:
    """Writes candidates of one kind at a time.

    Parameters
    ----------
    store
        Where to.
    is_dry
        Whether to compare only.

    Notes
    -----
    The id of a batch is a digest of the store's head at the start of the load, the rows and the
    revisions they replace. A repeated load finds its rows stored and writes nothing; the id makes
    the batch in flight at a crash safe to repeat.
    """

    def __init__(self, store: GraphStore, *, is_dry: bool) -> None:
        self._store = store
        self._is_dry = is_dry
        self._head = store.head()

    def write(self, candidates: Sequence[Candidate]) -> Outcome:
        """Write what differs from the store.

        Raises
        ------
        StoreError
            If the store is away; what was written before stays.
        """
        if not candidates:
            return Outcome()
        for _ in range(ATTEMPTS):
            try:
                return self._attempt(candidates)
            except IdempotencyConflict:
                raise
            except Conflict as error:
                refusal: LastMeterError = error  # somebody else wrote; compare anew
            except StoreError:
                raise
            except LastMeterError as error:
                refusal = error
                break
        if len(candidates) == 1:
            return Outcome(rejected=[(candidates[0], finding_of(refusal, candidates[0].row.kind))])
        # One bad row must not keep out its batch: halve it until the row stands alone.
        middle = len(candidates) // 2
        outcome = self.write(candidates[:middle])
        outcome.add(self.write(candidates[middle:]))
        return outcome

    def _attempt(self, candidates: Sequence[Candidate]) -> Outcome:
        kind = candidates[0].row.kind
        stored = self._store.get_many(kind, [each.key for each in candidates])
        outcome = Outcome()
        puts: list[Put] = []
        for candidate in candidates:
            current = stored.get(candidate.key)
            try:
                put = self._difference(candidate, current)
            except InvalidValue as error:
                outcome.rejected.append((candidate, finding_of(error, kind)))
                continue
            if put is None:
                outcome.unchanged += 1
            else:
                puts.append(put)
        if puts and not self._is_dry:
            self._store.write(WriteBatch(self._batch_id(candidates, stored), tuple(puts)))
        outcome.written = len(puts)
        return outcome

    def _difference(self, candidate: Candidate, current: Stored | None) -> Put | None:  # type: ignore[type-arg]
        if current is None:
            return Put(candidate.value, NEW)
        if candidate.value == current.value:
            return None
        value, row = candidate.value, candidate.row.row
        if isinstance(current.value, Provider):
            row = without_counts(self._store, candidate, current.value)
        if len(row) < len(BY_ENTITY[candidate.row.kind].columns()):
            value = from_row(candidate.row.kind, {**to_row(current.value), **row})
        return None if value == current.value else Put(value, current.revision)

    def _batch_id(self, candidates: Sequence[Candidate], stored: dict[str, Stored]) -> str:  # type: ignore[type-arg]
        rows = [each.row.row for each in candidates]
        revisions = {key: each.revision for key, each in stored.items()}
        label = BY_ENTITY[candidates[0].row.kind].label
        parts = [self._head, label, rows, revisions]
        digest = hashlib.sha256(orjson.dumps(parts))
        return f"load-{digest.hexdigest()}"

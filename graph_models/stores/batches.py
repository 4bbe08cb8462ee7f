"""What a batch puts, flattened, and the fingerprint by which the same batch is known again."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC
from hashlib import sha256
from itertools import repeat
from typing import Any

import orjson

from graph_models.domain.audit import AuditEvent
from graph_models.ports import AdjustCapacity, Columns, Delete, Entity, Operation, Put, WriteBatch
from graph_models.records import to_columns, to_rows
from graph_models.schema import BY_ENTITY
from graph_models.stores.chain import event_digest


class FlatBatch:
    """A batch as stores take it; made before their locks, for which other writers wait.

    Parameters
    ----------
    batch
        What is to be written.

    Attributes
    ----------
    id : str
        Its write id.
    puts : dict[type[Entity], Columns]
        What it puts of each kind, in the order of its operations.
    event_digests : tuple[str, ...]
        Digest of each audit event that it puts, in the order of its operations.
    fingerprint : str
        Equal for equal operations in one order, in every process and store, and only for these.

    Raises
    ------
    InvalidValue
        If a value holds what its column cannot.
    """

    def __init__(self, batch: WriteBatch) -> None:
        self.id = batch.id
        values: dict[type[Entity], list[Entity]] = defaultdict(list)
        for operation in batch.operations:
            if isinstance(operation, Put):
                values[type(operation.value)].append(operation.value)
        self.puts: dict[type[Entity], Columns] = {
            kind: to_columns(kind, held) for kind, held in values.items()
        }
        self.event_digests = digests_of(self.puts.get(AuditEvent, {}))
        self.fingerprint = _digest([*map(_told, batch.operations), *self.puts.values()])


def fingerprint_of_puts(kind: type[Entity], columns: Columns) -> str:
    """Return the fingerprint of a batch that puts the values of these columns, whatever is there."""
    count = len(columns[BY_ENTITY[kind].key])
    return _digest([*repeat(("put", BY_ENTITY[kind].label, None), count), columns])


def digests_of(events: Columns) -> tuple[str, ...]:
    """Return the digest of each of several audit events, flattened."""
    return tuple(map(event_digest, to_rows(events))) if events else ()


def _digest(told: list[Any]) -> str:
    return sha256(orjson.dumps(told)).hexdigest()


def _told(operation: Operation) -> tuple[str | int | None, ...]:
    """Tell an operation from every other, but for the value that it puts."""
    if isinstance(operation, Put):  # most are, and a match takes three times as long
        return "put", BY_ENTITY[type(operation.value)].label, operation.expected_revision
    match operation:
        case Delete(kind, key, expected):
            return "delete", BY_ENTITY[kind].label, key, expected
        case AdjustCapacity(provider_id, reserved, consumed, asked_at, unasked_at, before):
            told = "adjust", provider_id, reserved, consumed
            times = [
                None if each is None else each.astimezone(UTC).isoformat()
                for each in (asked_at, unasked_at, before)
            ]
            while times and times[-1] is None:
                times.pop()  # what says nothing new is told as it always was
            return *told, *times

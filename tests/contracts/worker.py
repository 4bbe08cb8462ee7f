"""A process of its own that opens a store by address and does one job.

``python -m tests.contracts.worker URL JOB ARGUMENT…`` prints ``ready``, waits for a line on standard
input, does the job and prints one line of JSON per answer.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta

import orjson

from graph_models.domain.errors import (
    CapacityExceeded,
    LastMeterError,
    OutcomeUnknown,
    RevisionConflict,
    StoreUnavailable,
)
from graph_models.domain.providers import Provider
from graph_models.domain.recency import RecentReferral
from graph_models.ports import NEW, AdjustCapacity, ChangeSet, GraphStore, Put, WriteBatch
from graph_models.stores.opening import open_store
from matcher.closed_loop.recency import lapse
from tests.builders import NOW, FixedClock, a_provider


def answer(*parts: object) -> None:
    print(orjson.dumps(parts[0] if len(parts) == 1 else parts).decode(), flush=True)


def write_once(store: GraphStore, write_id: str, key: str) -> None:
    """Consume one unit under a given write id."""
    answer(store.write(WriteBatch(write_id, (AdjustCapacity(key, consumed=1),))).sequence)


def reserve(store: GraphStore, name: str, key: str, attempts: str) -> None:
    """Try to reserve one unit, again and again; print how often it was granted and refused."""
    granted = refused = 0
    for attempt in range(int(attempts)):
        try:
            store.write(WriteBatch(f"{name}-{attempt}", (AdjustCapacity(key, reserved=1),)))
            granted += 1
        except CapacityExceeded:
            refused += 1
    answer(granted, refused)


def increment(store: GraphStore, name: str, key: str, times: str) -> None:
    """Read, add one and write with the revision read, starting over on a conflict."""
    conflicts = 0
    for time in range(int(times)):
        while True:
            held = store.get(Provider, key)
            value = a_provider(key, recent_referrals=held.value.recent_referrals + 1)
            try:
                store.write(WriteBatch(f"{name}-{time}-{held.revision}", (Put(value, held.revision),)))
                break
            except RevisionConflict:
                conflicts += 1
    answer(conflicts)


def stream(store: GraphStore, name: str, count: str, size: str) -> None:
    """Write numbered batches; print an id before each attempt and again when it is acknowledged."""
    for number in range(int(count)):
        batch = streamed_batch(f"{name}-{number}", int(size))
        answer("try", batch.id)
        try:
            store.write(batch)
        except (StoreUnavailable, OutcomeUnknown) as error:
            answer("failed", type(error).__name__)
            return
        answer("done", batch.id)


def streamed_batch(write_id: str, size: int) -> WriteBatch:
    """Providers that must be new, and one unit consumed: applied twice, either would show."""
    created = (Put(a_provider(f"{write_id}.{number}"), NEW) for number in range(size))
    return WriteBatch(write_id, (*created, AdjustCapacity("p1", consumed=1)))


def follow(store: GraphStore, last: str) -> None:
    """Follow the change feed to a sequence number, reading each changed provider as soon as it is named."""
    cursor = 0
    while cursor < int(last):
        for each in store.changes_since(cursor, limit=7):
            answer(each.sequence, each.write_id, _is_visible(store, each))
            cursor = each.sequence


def _is_visible(store: GraphStore, change_set: ChangeSet) -> bool:
    wanted = {change.key: change.revision for change in change_set.changes if change.kind is Provider}
    found = store.get_many(Provider, list(wanted))
    return all(key in found and found[key].revision >= revision for key, revision in wanted.items())


def lapse_all(store: GraphStore, days: str) -> None:
    """Take off their providers the referrals that count no longer after some days."""
    now = NOW + timedelta(days=int(days))
    lapse(store, [each.value.id for each in store.scan(RecentReferral)], now)


JOBS: dict[str, Callable[..., None]] = {
    "write-once": write_once,
    "reserve": reserve,
    "increment": increment,
    "stream": stream,
    "follow": follow,
    "lapse": lapse_all,
}


def main(url: str, job: str, *arguments: str) -> None:
    with open_store(url, FixedClock()) as store:
        print("ready", flush=True)
        sys.stdin.readline()
        JOBS[job](store, *arguments)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except LastMeterError as error:
        sys.exit(f"{type(error).__name__}: {error}")

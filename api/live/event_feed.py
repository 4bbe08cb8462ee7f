"""The latest events of the store in memory, for any number of streams to read."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import structlog
from starlette.concurrency import run_in_threadpool

from api.logs import describe_error
from graph_models.domain.audit import AuditEvent
from graph_models.domain.errors import LastMeterError
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.ports import ChangeSet, GraphStore

POLL_SECONDS = 0.25
MOST_KEPT = 10_000
_CHANGE_SETS_AT_ONCE = 500

log = structlog.stdlib.get_logger("lastmeter.events")


@dataclass(frozen=True, slots=True)
class Told:
    """An event with its place in the feed, and the areas that it concerns."""

    sequence: int
    position: int
    event: AuditEvent
    resident_id: str | None
    codes: tuple[str, ...]

    @property
    def cursor(self) -> str:
        return f"{self.sequence}.{self.position}"

    def is_after(self, cursor: tuple[int, int]) -> bool:
        return (self.sequence, self.position) > cursor


class EventFeed:
    """Follows the store's change feed once for all streams of a process."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._kept: deque[Told] = deque(maxlen=MOST_KEPT)
        self._start = 0  # every event after this change set is kept
        self._cursor = 0
        self._changed = asyncio.Event()
        self._has_begun = asyncio.Event()
        self.is_closed = False

    def close(self) -> None:
        """Let every stream end."""
        self.is_closed = True
        self._has_begun.set()
        self._changed.set()

    async def run(self) -> None:
        """Follow the store until cancelled."""
        await self._begin()
        while True:
            try:
                found, self._cursor = await run_in_threadpool(self._read, self._cursor)
            except Exception as error:
                # Whatever it is, streams that hear nothing for ever would look like a quiet night.
                is_away = isinstance(error, LastMeterError)
                tell = log.warning if is_away else log.critical
                tell("events wait for the store", **describe_error(error))
                await asyncio.sleep(1)
                continue
            if found:
                self._keep(found)
                self._changed.set()
                self._changed = asyncio.Event()
            await asyncio.sleep(POLL_SECONDS)

    async def latest(self) -> tuple[int, int]:
        """Return a cursor behind all events that are known, once it is known where they end."""
        await self._has_begun.wait()
        return self._cursor, MOST_KEPT

    async def after(self, cursor: tuple[int, int]) -> Sequence[Told]:
        """Return the events behind a cursor: from memory, or from the store if it lies far back."""
        await self._has_begun.wait()
        if cursor[0] >= self._start:
            return [each for each in self._kept if each.is_after(cursor)]
        reached, end = -1, max(0, cursor[0] - 1)
        found: list[Told] = []
        while not found and reached != end:  # there may be many change sets without an event
            reached = end
            told, end = await run_in_threadpool(self._read, reached)
            found = [each for each in told if each.is_after(cursor)]
        return found

    async def wait(self, seconds: float) -> bool:
        """Wait for something new; tell whether there is."""
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _begin(self) -> None:
        while True:
            try:
                self._start = self._cursor = await run_in_threadpool(self._store.head)
                self._has_begun.set()
            except LastMeterError as error:
                log.warning("events wait for the store", **describe_error(error))
                await asyncio.sleep(1)
            else:
                return

    def _keep(self, found: Sequence[Told]) -> None:
        dropped = list(islice(self._kept, max(0, len(self._kept) + len(found) - MOST_KEPT)))
        if dropped:
            self._start = dropped[-1].sequence
        self._kept.extend(found)

    def _read(self, cursor: int) -> tuple[list[Told], int]:
        change_sets = self._store.changes_since(cursor, limit=_CHANGE_SETS_AT_ONCE)
        if not change_sets:
            return [], cursor
        return self._told(change_sets), change_sets[-1].sequence

    def _told(self, change_sets: Sequence[ChangeSet]) -> list[Told]:
        places = [
            (each.sequence, position, change.key)
            for each in change_sets
            for position, change in enumerate(each.changes)
            if change.kind is AuditEvent
        ]
        events = self._store.get_many(AuditEvent, [key for _, _, key in places])
        wanted = {stored.value.need_id for stored in events.values()} - {None}
        needs = self._store.get_many(Need, sorted(key for key in wanted if key is not None))
        raised_by = {each.value.resident_id for each in needs.values()} - {None}
        residents = self._store.get_many(Resident, sorted(key for key in raised_by if key is not None))
        told = []
        for sequence, position, key in places:
            if key not in events:  # deleted since, which the contract allows
                continue
            event = events[key].value
            need = needs[event.need_id].value if event.need_id in needs else None
            resident_id = None if need is None else need.resident_id
            resident = residents[resident_id].value if resident_id in residents else None
            codes = {None if need is None else need.community_code, *event.audience}
            codes |= set() if resident is None else {resident.registration_code, resident.residence_code}
            told.append(
                Told(sequence, position, event, resident_id, tuple(sorted(code for code in codes if code)))
            )
        return told

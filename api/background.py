"""What a process does by itself: expire holds, let needs climb, count referrals, deliver webhooks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from math import nan
from threading import Event, Thread
from typing import Protocol
from uuid import uuid4

import structlog

from api.logs import describe_error
from api.personal.vault import Vault
from api.webhooks.sending import Sender
from api.webhooks.worker import deliver_due
from graph_models.domain.errors import LastMeterError, StoreError
from graph_models.domain.notifications import WebhookEndpoint
from graph_models.domain.recency import RecentReferral
from graph_models.domain.referrals import Referral
from graph_models.ports import Clock, GraphStore
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.leases import Leaseholder
from matcher.closed_loop.recency import Sweep, lapse
from matcher.closed_loop.timetable import Entry, Timetable

TICK_SECONDS = 1.0
LEASE = timedelta(seconds=30)

log = structlog.stdlib.get_logger("lastmeter.background")


class Job(Protocol):
    """Something that has to be done now and then."""

    def is_due(self, now: datetime) -> bool:
        """Tell whether there may be something to do: a lease is taken for that only."""

    def do(self, now: datetime) -> None:
        """Do what is due. Doing it twice must have the effect of once."""


class DueWork:
    """Expires holds, lets needs climb, and takes off providers what counts no longer."""

    def __init__(self, store: GraphStore, desk: Desk) -> None:
        self._store = store
        self._desk = desk
        self._timetable: Timetable | None = None
        self._waiting_since: datetime | None = None
        self._sweep = Sweep(store)

    def is_due(self, now: datetime) -> bool:
        return bool(self._due(now)) or self._sweep.finds(now)

    def do(self, now: datetime) -> None:
        entries = self._due(now)
        for entry in entries:
            if entry.kind is RecentReferral:
                continue  # these lapse together
            try:
                act = self._desk.expire if entry.kind is Referral else self._desk.escalate
                act(entry.key, now)
            except StoreError:
                raise
            except Exception as error:
                # It stays due. The others, which come behind it, must not wait for it.
                log.critical("what is due cannot be done", **describe_error(error))
        lapse(self._store, [each.key for each in entries if each.kind is RecentReferral], now)
        self._sweep.turn(now)

    def _due(self, now: datetime) -> list[Entry]:
        if self._timetable is None:
            self._timetable = Timetable(self._store)
        entries = self._timetable.due(now)
        self._waiting_since = entries[0].at if entries else now
        return entries

    def overdue_seconds(self, now: datetime) -> float:
        """Return for how long the oldest of what is due waits, or since when nobody has looked."""
        return nan if self._waiting_since is None else (now - self._waiting_since).total_seconds()


class WebhookWork:
    """Delivers what receivers have not heard yet."""

    def __init__(
        self,
        store: GraphStore,
        sender: Sender,
        vault: Vault,
        clock: Clock,
        delivered: Callable[[str, int], None],
    ) -> None:
        self._parts = store, sender, vault, clock
        self._delivered = delivered

    def is_due(self, now: datetime) -> bool:  # noqa: ARG002 - whether anything is new, the round finds out
        store = self._parts[0]
        return any(each.value.disabled_reason is None for each in store.scan(WebhookEndpoint))

    def do(self, now: datetime) -> None:  # noqa: ARG002 - it asks the clock before each attempt
        for each in deliver_due(*self._parts):
            if not each.was_fenced:
                self._delivered("delivered", each.delivered)
                self._delivered("failed", each.failed)
                self._delivered("dead", each.dead)


class Background:
    """A thread that does a job while this process has its lease; it outlives failures of the store."""

    def __init__(
        self,
        store: GraphStore,
        clock: Clock,
        name: str,
        job: Job,
        *,
        tick_seconds: float = TICK_SECONDS,
        lease: timedelta = LEASE,
    ) -> None:
        self._clock = clock
        self._job = job
        self._tick_seconds = tick_seconds
        self._lease = Leaseholder(store, name, uuid4().hex, lease)
        self._is_stopping = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish what is under way and hand the lease on."""
        self._is_stopping.set()
        if self._thread.is_alive():
            self._thread.join()
            self._quietly(lambda: self._lease.release(self._clock.now()))

    def _run(self) -> None:
        while not self._is_stopping.wait(self._tick_seconds):
            self._quietly(self._tick)

    def _tick(self) -> None:
        now = self._clock.now()
        if self._job.is_due(now) and self._lease.holds(now):
            self._job.do(now)

    def _quietly(self, work: Callable[[], None]) -> None:
        """Log what goes wrong and go on: the next tick tries again."""
        try:
            work()
        except LastMeterError as error:
            log.warning("not done yet", **describe_error(error))
        except Exception as error:
            log.critical("a job failed", **describe_error(error))

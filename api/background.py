"""What a process does by itself: expire holds, let needs climb, deliver webhooks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Protocol
from uuid import uuid4

import structlog

from api.logs import describe_error
from api.personal.vault import Vault
from api.webhooks.sending import Sender
from api.webhooks.worker import deliver_due
from graph_models.domain.errors import LastMeterError
from graph_models.domain.referrals import Referral
from graph_models.ports import Clock, GraphStore
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.leases import Leaseholder
from matcher.closed_loop.timetable import Timetable

TICK_SECONDS = 1.0
LEASE = timedelta(seconds=30)

log = structlog.stdlib.get_logger("lastmeter.background")


class Job(Protocol):
    """Does what is due at a time. Doing it twice must have the effect of once."""

    def __call__(self, now: datetime) -> None: ...


class DueWork:
    """Expires holds and lets needs climb."""

    def __init__(self, store: GraphStore, desk: Desk) -> None:
        self._store = store
        self._desk = desk
        self._timetable: Timetable | None = None

    def __call__(self, now: datetime) -> None:
        if self._timetable is None:
            self._timetable = Timetable(self._store)
        for entry in self._timetable.due(now):
            if entry.kind is Referral:
                self._desk.expire(entry.key, now)
            else:
                self._desk.escalate(entry.key, now)


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

    def __call__(self, now: datetime) -> None:  # noqa: ARG002 - it asks the clock before each attempt
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
        if self._lease.holds(now):
            self._job(now)

    def _quietly(self, work: Callable[[], None]) -> None:
        """Log what goes wrong and go on: the next tick tries again."""
        try:
            work()
        except LastMeterError as error:
            log.warning("not done yet", **describe_error(error))
        except Exception as error:
            log.critical("a job failed", **describe_error(error))

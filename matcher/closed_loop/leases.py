"""One process at a time does what is due; another takes over when it falls silent."""

from __future__ import annotations

from datetime import datetime, timedelta

from graph_models.domain.errors import Conflict
from graph_models.domain.identifiers import LeaseId
from graph_models.domain.leases import Lease
from graph_models.ports import NEW, GraphStore, Put, WriteBatch


class Leaseholder:
    """Holds the lease of a job for one process, as long as it can.

    A lease saves work, it does not guard it: a process that was stopped and comes back may believe for
    a moment that it still has one. So whatever is done under it has to take effect once by itself.

    Parameters
    ----------
    store
        Where the lease is.
    job
        Name of the job.
    holder
        Name of this process, unlike that of any other.
    duration
        For how long a lease is taken. It is renewed when half of it is over.
    """

    def __init__(self, store: GraphStore, job: str, holder: str, duration: timedelta) -> None:
        self._store = store
        self._job = job
        self._holder = holder
        self._duration = duration
        self._until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Tell whether this process has the lease; take or renew it if that can be done."""
        if self._until is not None and timedelta(0) < self._until - now > self._duration / 2:
            return self._until - now <= self._duration or self._take(now)
        return self._take(now)

    def release(self, now: datetime) -> None:
        """Let another process take over at once."""
        if self._until is not None:
            self._write(now, now)

    def _take(self, now: datetime) -> bool:
        return self._write(now, now + self._duration)

    def _write(self, now: datetime, until: datetime) -> bool:
        found = self._store.get_many(Lease, [self._job]).get(self._job)
        if found is not None and found.value.holder != self._holder and found.value.until > now:
            self._until = None
            return False
        lease = Lease(LeaseId(self._job), self._holder, until)
        revision = NEW if found is None else found.revision
        write_id = f"lease-{self._job}-{self._holder}-{revision}-{until:%Y%m%dT%H%M%S%f}"
        try:
            self._store.write(WriteBatch(write_id, (Put(lease, revision),)))
        except Conflict:  # another process was faster
            self._until = None
            return False
        self._until = until
        return True

"""Leases: which process does a job that only one should do at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graph_models.domain.checks import check_aware
from graph_models.domain.identifiers import LeaseId, check_id


@dataclass(frozen=True, slots=True)
class Lease:
    """A job, and the process that has it.

    Parameters
    ----------
    id
        Name of the job (``webhooks``).
    holder
        Name of the process.
    until
        From when on another process may take it. The holder renews it before.
    """

    id: LeaseId
    holder: str
    until: datetime

    def __post_init__(self) -> None:
        check_id("lease.id", self.id)
        check_id("lease.holder", self.holder)
        check_aware("lease.until", self.until)

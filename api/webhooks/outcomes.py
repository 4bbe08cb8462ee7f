"""What became of one attempt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver answered 2xx."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The receiver answered 410: it wants nothing more."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Anything else.

    `concerns_endpoint` says that the next message would meet the same: it is away or overloaded.
    """

    reason: str
    retry_after_seconds: float | None = None
    concerns_endpoint: bool = False


Outcome = Delivered | Gone | Retry

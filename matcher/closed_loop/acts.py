"""Who does something, by which request: what every event of the audit trail has in common."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from graph_models.domain.audit import AuditEvent

SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Act:
    """One request to change something.

    Parameters
    ----------
    actor, role
        Who asks, and in which role.
    at
        When.
    write_id
        The same for every attempt of one request: it takes effect once.
    request_id
        By which logs know it.
    request_digest
        SHA-256 of what is asked for; None where the write id already says all of it.
    """

    actor: str
    role: str
    at: datetime
    write_id: str
    request_id: str | None = None
    request_digest: str | None = None

    def new_id(self, stem: str) -> str:
        """Return the id of a value that this act makes: the same for each attempt of it."""
        mark = sha256(f"{stem}\n{self.write_id}".encode()).hexdigest()
        return f"{stem}-{mark[:32]}"

    def part(self, *deed: str) -> Act:
        """Return the act of one part, which takes effect by itself, and once like the whole."""
        mark = sha256("\n".join((self.write_id, *deed)).encode()).hexdigest()
        return replace(self, write_id=f"part-{mark}")

    def event(self, action: str, object_kind: str, object_id: str, **about: Any) -> AuditEvent:
        """Make the event that tells of one thing that was done; its id sorts by time.

        Examples
        --------
        >>> act = Act("w1", "staff", datetime(2026, 3, 2, tzinfo=UTC), "write-1")
        >>> act.event("need.created", "Need", "n1").id
        '20260302T000000.000000-3fd0b92dcbf9'
        """
        instant = self.at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")
        mark = sha256("\n".join((self.write_id, action, object_kind, object_id)).encode()).hexdigest()
        return AuditEvent(
            id=f"{instant}-{mark[:12]}",
            recorded_at=self.at,
            actor=self.actor,
            role=self.role,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            request_id=self.request_id,
            request_digest=self.request_digest,
            **about,
        )


def act_of_system(at: datetime, *deed: str) -> Act:
    """Make an act that nobody asked for: one deed is done once, however many processes notice it.

    Examples
    --------
    >>> act_of_system(datetime(2026, 3, 2, tzinfo=UTC), "expire", "f1").write_id[:22]
    'system-expire-a39dc86e'
    """
    mark = sha256("\n".join(deed).encode()).hexdigest()
    return Act(SYSTEM, SYSTEM, at, f"system-{deed[0]}-{mark}")

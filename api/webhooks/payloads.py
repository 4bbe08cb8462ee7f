"""What a receiver is told: that something happened to something, by ids alone.

Shaped as CloudEvents 1.0 in JSON. A receiver that may know more asks the API, which checks again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

import orjson

SOURCE = "lastmeter"
# What an event can be about for a receiver to hear of it: nothing of residents, keys or accounts.
OBJECT_KINDS = frozenset({"Need", "Referral"})


class Event(Protocol):
    """What is read of an audit event: neither who did it nor why."""

    @property
    def id(self) -> str: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def action(self) -> str: ...
    @property
    def object_kind(self) -> str: ...
    @property
    def object_id(self) -> str: ...
    @property
    def need_id(self) -> str | None: ...


def is_for_receivers(event: Event) -> bool:
    kind = event.object_kind
    return kind in OBJECT_KINDS and event.action.startswith(f"{kind.lower()}.")


def body_of(event: Event) -> bytes:
    """The body, the same bytes in every attempt."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": event.id,
            "source": SOURCE,
            "type": event.action,
            "time": event.recorded_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "data": {
                "object_kind": event.object_kind,
                "object_id": event.object_id,
                "need_id": event.need_id,
            },
        }
    )

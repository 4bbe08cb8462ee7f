"""The one place that reads the real clock; everything else is handed a `Clock`."""

from __future__ import annotations

from datetime import UTC, datetime

from graph_models.ports import Clock


class SystemClock(Clock):
    def now(self) -> datetime:
        return datetime.now(UTC)

"""The feed of events in memory: what it makes of a store that somebody has tidied up."""

from __future__ import annotations

import asyncio
from pathlib import Path

from api.event_feed import EventFeed
from graph_models.domain.audit import AuditEvent
from graph_models.ports import Delete, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from tests.builders import FixedClock, an_audit_event
from tests.matcher.closed_loop.towns import put


def test_an_event_that_was_deleted_is_passed_over(tmp_path: Path) -> None:
    """The change feed tells of it for ever; those behind it are told all the same."""
    with SqliteStore(tmp_path / "city.db", FixedClock()) as store:
        put(store, an_audit_event("gone"), an_audit_event("kept"))
        store.write(WriteBatch("tidied", (Delete(AuditEvent, "gone"),)))
        feed = EventFeed(store)

        async def told() -> list[str]:
            following = asyncio.create_task(feed.run())
            try:
                return [each.event.id for each in await feed.after((0, 0))]
            finally:
                following.cancel()

        assert asyncio.run(told()) == ["kept"]

"""The latest events in memory: nothing in the store's history keeps the rest from being told."""

from __future__ import annotations

import asyncio
from pathlib import Path

from api.live.event_feed import EventFeed, Told
from graph_models.domain.audit import AuditEvent
from graph_models.domain.identifiers import AreaCode
from graph_models.ports import Delete, GraphStore, WriteBatch
from graph_models.stores.opening import open_store
from tests.builders import COMMUNITY, FixedClock, an_audit_event
from tests.matcher.closed_loop.towns import OTHER_COMMUNITY, put, town


async def heard(store: GraphStore) -> list[Told]:
    """All of the past, and one event that happens while the feed is followed."""
    feed = EventFeed(store)
    following = asyncio.create_task(feed.run())
    here = await feed.latest()
    past = await feed.after((0, 0))
    put(store, an_audit_event("e3"))
    store.write(WriteBatch("gone-e3", (Delete(AuditEvent, "e3"),)))
    put(store, an_audit_event("e4"))
    while not (new := await feed.after(here)):
        assert await feed.wait(30)
    following.cancel()
    return [*past, *new]


def test_an_erased_need_is_told_of_where_it_was_known(tmp_path: Path) -> None:
    """The event says whom it concerned; the need does not any more."""
    with open_store(f"sqlite:///{tmp_path / 'town.db'}", FixedClock()) as store:
        put(store, *town(), an_audit_event("e1", need_id="n2", audience=(AreaCode(OTHER_COMMUNITY),)))
        put(store, an_audit_event("e2", need_id="n2"))
        told = {each.event.id: each.codes for each in asyncio.run(heard(store))}
        assert (told["e1"], told["e2"]) == ((COMMUNITY, OTHER_COMMUNITY), (COMMUNITY,))


def test_events_that_were_deleted(tmp_path: Path) -> None:
    """The feed goes on telling that they were there; streams pass over them."""
    with open_store(f"sqlite:///{tmp_path / 'town.db'}", FixedClock()) as store:
        put(store, *town(), an_audit_event("e1"))
        put(store, an_audit_event("e2"))
        store.write(WriteBatch("gone-e1", (Delete(AuditEvent, "e1"),)))
        assert [each.event.id for each in asyncio.run(heard(store))] == ["e2", "e4"]

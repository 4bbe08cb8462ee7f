"""What happened since an endpoint's cursor that it is to hear of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from api.webhooks.payloads import is_for_receivers
from graph_models.domain.audit import AuditEvent
from graph_models.domain.identifiers import DeliveryId
from graph_models.domain.needs import Need
from graph_models.domain.notifications import Delivery, WebhookEndpoint
from graph_models.ports import ChangeSet, GraphStore

CHANGE_SETS_PER_READ = 50
# Enough changes for a cursor to be worth a write of its own, where nothing is to be sent.
FAR_CHANGES = 10_000


@dataclass(frozen=True, slots=True)
class News:
    """Deliveries to make, and the cursor that has seen them all.

    `is_far` tells a cursor that moved over so much that reading it again would cost more than a write.
    """

    deliveries: tuple[Delivery, ...]
    cursor: int
    is_far: bool


def news_for(store: GraphStore, endpoint: WebhookEndpoint, now: datetime, *, room: int) -> News:
    """Read on until there are `room` events or more, the feed ends, or it was a lot."""
    cursor, seen = endpoint.cursor, 0
    places: dict[str, tuple[int, int]] = {}
    for change_set in _change_sets_after(store, cursor):
        if len(places) >= room or seen >= FAR_CHANGES:
            break
        cursor = change_set.sequence
        seen += len(change_set.changes)
        for position, change in enumerate(change_set.changes):
            if change.kind is AuditEvent and change.revision:
                places[change.key] = (cursor, position)
    deliveries = [
        _delivery(endpoint, each, places[each.id], now) for each in _wanted(store, endpoint, places)
    ]
    return News(tuple(deliveries), cursor, seen >= FAR_CHANGES)


def _change_sets_after(store: GraphStore, cursor: int) -> Iterator[ChangeSet]:
    while change_sets := store.changes_since(cursor, limit=CHANGE_SETS_PER_READ):
        yield from change_sets
        cursor = change_sets[-1].sequence


def _wanted(
    store: GraphStore, endpoint: WebhookEndpoint, places: dict[str, tuple[int, int]]
) -> list[AuditEvent]:
    found = [each.value for each in store.get_many(AuditEvent, list(places)).values()]
    wanted = [
        event
        for event in found
        if is_for_receivers(event) and (not endpoint.event_types or event.action in endpoint.event_types)
    ]
    if endpoint.jurisdiction is None:
        return wanted
    needs = {event.need_id for event in wanted if event.need_id is not None}
    within = store.get_many(Need, sorted(needs), within=endpoint.jurisdiction)
    # Of a need that was erased the event alone says whom it concerned.
    return [
        event
        for event in wanted
        if event.need_id in within or any(code.startswith(endpoint.jurisdiction) for code in event.audience)
    ]


def _delivery(
    endpoint: WebhookEndpoint, event: AuditEvent, place: tuple[int, int], now: datetime
) -> Delivery:
    # Both ids may be as long as ids can be; the same two always make the same one.
    digest = hashlib.sha256(f"{endpoint.id}/{event.id}".encode()).hexdigest()
    return Delivery(
        id=DeliveryId(f"delivery-{digest[:40]}"),
        endpoint_id=endpoint.id,
        event_id=event.id,
        sequence=place[0],
        position=place[1],
        object_id=event.object_id,
        attempts=0,
        next_attempt_at=now,
        need_id=event.need_id,
    )

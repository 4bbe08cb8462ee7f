"""Sends what is due to every receiver, and stores what became of it.

An attempt is made before it is recorded, so a message can arrive twice and never be lost. Two workers
that serve one endpoint at a time both keep its order; the slower one records nothing.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from api.personal.errors import Undecipherable, UnknownKey
from api.personal.vault import Vault
from api.webhooks.feed import news_for
from api.webhooks.outcomes import Outcome, Retry
from api.webhooks.payloads import body_of
from api.webhooks.plan import carry_out
from api.webhooks.recording import record_of
from api.webhooks.sending import Sender
from api.webhooks.signing import signed_headers
from graph_models.domain.audit import AuditEvent
from graph_models.domain.errors import Conflict, InvalidValue, NotFound
from graph_models.domain.identifiers import DeliveryId, EndpointId
from graph_models.domain.notifications import Delivery, DeliveryStatus, WebhookEndpoint
from graph_models.ports import NEW, Clock, GraphStore, Put, Stored, WriteBatch

# Beyond this many the feed is the queue: the cursor waits.
MAX_PENDING = 500
ATTEMPTS_PER_ROUND = 50
# With one attempt's deadline on top, well within the lease of whoever calls.
ROUND = timedelta(seconds=10)
ENDPOINTS_AT_A_TIME = 8

log = structlog.stdlib.get_logger("lastmeter.webhooks")


@dataclass(frozen=True, slots=True)
class Served:
    """What one round did for one endpoint. `was_fenced`: another worker was faster, none of it counts."""

    endpoint_id: EndpointId
    delivered: int = 0
    failed: int = 0
    dead: int = 0
    is_gone: bool = False
    was_fenced: bool = False


def deliver_due(store: GraphStore, sender: Sender, vault: Vault, clock: Clock) -> list[Served]:
    """Do one round for every endpoint that is not disabled.

    Raises `StoreError` if the store fails; the next round repeats what was not recorded.
    """
    endpoints = [each for each in store.scan(WebhookEndpoint) if each.value.disabled_reason is None]
    with ThreadPoolExecutor(ENDPOINTS_AT_A_TIME, thread_name_prefix="webhooks") as pool:
        rounds = pool.map(lambda each: _serve(store, sender, vault, clock, each), endpoints)
        return list(rounds)


def replay(
    store: GraphStore, delivery_id: DeliveryId, now: datetime, told: AuditEvent | None = None
) -> Delivery:
    """Try a dead letter again, from the start of the schedule. `told` is the event that tells of it.

    Raises `NotFound`, `InvalidValue` if the delivery is not dead, or `RevisionConflict`.
    """
    stored = store.get(Delivery, delivery_id)
    if not stored.value.is_dead:
        raise InvalidValue("delivery.status", "be dead", stored.value.status)
    revived = replace(stored.value, status=DeliveryStatus.PENDING, attempts=0, next_attempt_at=now)
    write_id = f"replay-{delivery_id}-{stored.revision}"
    events = () if told is None else (Put(told, NEW),)
    store.write(WriteBatch(write_id, (Put(revived, stored.revision), *events)))
    return revived


def _serve(
    store: GraphStore, sender: Sender, vault: Vault, clock: Clock, endpoint: Stored[WebhookEndpoint]
) -> Served:
    try:
        messages = _Messages(store, sender, vault, clock, endpoint.value)
    except (UnknownKey, Undecipherable) as error:
        log.error("the secret of a webhook endpoint does not open", reason=type(error).__name__)
        return Served(endpoint.value.id)
    stored = _pending(store, endpoint.value.id)
    room = MAX_PENDING - len(stored)
    news = news_for(store, endpoint.value, clock.now(), room=room)
    pending = [*(each.value for each in stored.values()), *news.deliveries]
    result = carry_out(pending, clock.now, messages.attempt, ATTEMPTS_PER_ROUND, ROUND)
    batch = record_of(endpoint, stored, news, result)
    served = Served(
        endpoint.value.id,
        delivered=len(result.arrived),
        failed=len(result.failed),
        dead=sum(each.is_dead for each in result.failed.values()),
        is_gone=result.is_gone,
    )
    if batch is None:
        return served
    try:
        store.write(batch)
    except (Conflict, NotFound):
        return replace(served, was_fenced=True)
    _report(served)
    return served


def _pending(store: GraphStore, endpoint_id: EndpointId) -> dict[str, Stored[Delivery]]:
    where = {"endpoint_id": endpoint_id, "status": DeliveryStatus.PENDING}
    found: dict[str, Stored[Delivery]] = {}
    after: str | None = None
    while True:
        page = store.page(Delivery, where=where, after=after, limit=MAX_PENDING)
        found.update((each.value.id, each) for each in page.items)
        if (after := page.next_after) is None:
            return found


class _Messages:
    """Makes and sends the messages of one endpoint."""

    def __init__(
        self, store: GraphStore, sender: Sender, vault: Vault, clock: Clock, endpoint: WebhookEndpoint
    ) -> None:
        self._store, self._sender, self._clock = store, sender, clock
        self._url = endpoint.url
        self._secrets = vault.open_text(endpoint.id, endpoint.sealed_secret).split()

    def attempt(self, delivery: Delivery) -> Outcome:
        try:
            event = self._store.get(AuditEvent, delivery.event_id).value
        except NotFound:
            return Retry("the event is no longer stored")
        now, body = self._clock.now(), body_of(event)
        return self._sender.attempt(
            self._url, signed_headers(self._secrets, delivery.event_id, now, body), body, now
        )


def _report(served: Served) -> None:
    if served.dead:
        log.warning("webhook messages were given up", reason=f"{served.dead} failed for the last time")
    if served.is_gone:
        log.warning("a webhook endpoint was disabled", reason="it answered 410")

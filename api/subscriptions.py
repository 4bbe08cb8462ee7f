"""Receivers of webhooks in the store: made with a secret of their own, removed with what they never heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from api.personal.vault import Vault
from api.webhooks.signing import new_secret
from graph_models.bulk import every
from graph_models.domain.audit import AuditEvent
from graph_models.domain.identifiers import EndpointId
from graph_models.domain.notifications import Delivery, WebhookEndpoint
from graph_models.ports import MAX_BATCH, NEW, Delete, GraphStore, Operation, Put, Stored, WriteBatch
from matcher.closed_loop.acts import Act
from matcher.closed_loop.once import key_in, write_once

KIND = "WebhookEndpoint"
# Of one batch, beside the endpoint and the event.
_MOST_DELIVERIES = MAX_BATCH - 2


@dataclass(frozen=True, slots=True)
class Subscribed:
    """An endpoint; `secret` is there in the first answer to an act, and None in every other."""

    endpoint: Stored[WebhookEndpoint]
    secret: str | None = field(repr=False)


def subscribe(
    store: GraphStore,
    vault: Vault,
    act: Act,
    url: str,
    event_types: tuple[str, ...],
    jurisdiction: tuple[str, ...] | None,
) -> Subscribed:
    """Store an endpoint that hears of what happens from now on."""
    key = EndpointId(act.new_id("webhook"))
    secret = new_secret()
    sealed = vault.seal_text(key, secret)
    endpoint = WebhookEndpoint(key, url, event_types, sealed, act.at, store.head(), jurisdiction)
    event = act.event("webhook.created", KIND, key)
    done = write_once(store, act, lambda: (Put(endpoint, NEW), Put(event, NEW)))
    stored = store.get(WebhookEndpoint, key_in(done, WebhookEndpoint))
    return Subscribed(stored, secret if stored.value.sealed_secret == sealed else None)


def resume(store: GraphStore, act: Act, endpoint_id: str) -> Stored[WebhookEndpoint]:
    """Send to an endpoint again that was disabled: what it did not hear meanwhile, before all else."""
    if store.get(WebhookEndpoint, endpoint_id).value.disabled_reason is not None:
        event = act.event("webhook.resumed", KIND, endpoint_id)

        def decide() -> tuple[Operation, ...]:
            stored = store.get(WebhookEndpoint, endpoint_id)
            return Put(replace(stored.value, disabled_reason=None), stored.revision), Put(event, NEW)

        write_once(store, act, decide, moving=WebhookEndpoint)
    return store.get(WebhookEndpoint, endpoint_id)


def unsubscribe(store: GraphStore, act: Act, endpoint_id: str) -> None:
    """Remove an endpoint with all that was still to be delivered to it, and its dead letters."""
    event = act.event("webhook.deleted", KIND, endpoint_id)

    def decide() -> tuple[Operation, ...]:
        endpoint = store.get(WebhookEndpoint, endpoint_id)
        pending = [Delete(Delivery, each.value.id) for each in _deliveries(store, endpoint_id)]
        while len(pending) > _MOST_DELIVERIES:
            part, pending = pending[:_MOST_DELIVERIES], pending[_MOST_DELIVERIES:]
            store.write(WriteBatch(f"{act.write_id}-{part[0].key}", tuple(part)))
        # The endpoint first, at its revision: a worker that has changed the others has changed it too.
        return Delete(WebhookEndpoint, endpoint_id, endpoint.revision), *pending, Put(event, NEW)

    write_once(store, act, decide, moving=WebhookEndpoint)


def told_of_replay(act: Act, delivery: Delivery) -> AuditEvent:
    """Make the event that tells of a dead letter that is to be tried again."""
    return act.event("webhook.replayed", KIND, delivery.endpoint_id)


def _deliveries(store: GraphStore, endpoint_id: str) -> Iterator[Stored[Delivery]]:
    return every(store, Delivery, {"endpoint_id": endpoint_id})

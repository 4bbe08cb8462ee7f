"""Endpoints, events and the worker, as the tests of webhooks need them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from api.personal.keys import MasterKeys
from api.personal.vault import Vault
from api.webhooks.sending import Sender
from api.webhooks.signing import new_secret
from api.webhooks.worker import Served, deliver_due
from graph_models.domain.audit import AuditEvent
from graph_models.domain.identifiers import EndpointId, NeedId
from graph_models.domain.notifications import Delivery, WebhookEndpoint
from graph_models.ports import GraphStore
from tests.api.webhooks.receivers import Message, Receiver, Reply
from tests.builders import NOW, FixedClock

SECRET = new_secret()
VAULT = Vault(MasterKeys({"k1": b"k" * 32}))
SENDER = Sender(may_be_loopback=True, deadline_seconds=5)
ACCEPTED: Reply = (204, {})


def an_event(key: str, need: str | None = "n1", **changes: Any) -> AuditEvent:
    need_id = None if need is None else NeedId(need)
    base = AuditEvent(key, NOW, "w1", "staff", "referral.accepted", "Referral", "f1", need_id)
    return replace(base, **changes)


def an_endpoint(url: str, key: str = "e1", **changes: Any) -> WebhookEndpoint:
    sealed = VAULT.seal_text(key, SECRET)
    return replace(WebhookEndpoint(EndpointId(key), url, (), sealed, NOW, 0), **changes)


def serve(store: GraphStore, clock: FixedClock, sender: Sender = SENDER) -> Served:
    (served,) = deliver_due(store, sender, VAULT, clock)
    return served


def deliveries(store: GraphStore) -> list[Delivery]:
    return [each.value for each in store.scan(Delivery)]


def pass_time(store: GraphStore, clock: FixedClock) -> None:
    """Up to when the next attempt is due that is not due yet."""
    times = {each.next_attempt_at for each in deliveries(store) if not each.is_dead}
    clock.instant = min((each for each in times if each > clock.instant), default=clock.instant)


def until_quiet(store: GraphStore, clock: FixedClock) -> None:
    while serve(store, clock) != Served(EndpointId("e1")) or any(
        not each.is_dead for each in deliveries(store)
    ):
        pass_time(store, clock)


def ids(receiver: Receiver) -> list[str]:
    return [each.id for each in receiver.messages]


def script(*replies: Reply | type[Exception], then: Reply = ACCEPTED) -> Callable[[Message], Reply]:
    left = list(replies)

    def answer(_: Message) -> Reply:
        reply = left.pop(0) if left else then
        if isinstance(reply, type):
            raise reply
        return reply

    return answer

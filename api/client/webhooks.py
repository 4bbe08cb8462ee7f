"""Webhooks: receivers that are told of events, and what could not be told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack

from api.client.answers import DeadLetter, DeadLetterPage, NewWebhook, Replay, WebhookPage, WebhookResource
from api.client.requests import WebhookInput
from api.client.transport import Transport, address


class Webhooks:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, *, idempotency_key: str | None = None, **webhook: Unpack[WebhookInput]) -> NewWebhook:
        """Tell a receiver of events from now on.

        Its secret is in one answer. If that one was lost, `secret` is None: delete it and make another.
        """
        return self._transport.write(
            NewWebhook, "POST", address("webhooks"), webhook, idempotency_key=idempotency_key
        )

    def get(self, webhook_id: str) -> WebhookResource:
        return self._transport.get(WebhookResource, address("webhooks", webhook_id))

    def list(self) -> Iterator[WebhookResource]:
        """Yield receivers in the order of their ids, over all pages."""
        return self._transport.pages(WebhookPage, address("webhooks"))

    def delete(self, webhook_id: str) -> None:
        """Tell it nothing more, and forget what it has not heard.

        Raises
        ------
        NotFound
            It is gone, perhaps by this very call, if a first answer was lost.
        """
        self._transport.tell("DELETE", address("webhooks", webhook_id))

    def resume(self, webhook_id: str) -> WebhookResource:
        """Send to it again after it was disabled: first what it did not hear meanwhile."""
        return self._transport.write(WebhookResource, "POST", address("webhooks", webhook_id, "resumption"))

    def dead_letters(self, webhook_id: str) -> Iterator[DeadLetter]:
        """Yield what it could not be told, over all pages."""
        return self._transport.pages(DeadLetterPage, address("webhooks", webhook_id, "dead-letters"))

    def replay(self, webhook_id: str, dead_letter_id: str) -> Replay:
        """Try a dead letter again, from the start of the schedule.

        Raises
        ------
        NotFound
            It is dead no more, perhaps by this very call, if a first answer was lost.
        """
        path = address("webhooks", webhook_id, "dead-letters", dead_letter_id, "replay")
        return self._transport.write(Replay, "POST", path)

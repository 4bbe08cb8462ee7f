"""What a round came to, as one write that takes effect only if nobody else served the endpoint meanwhile."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace

from api.webhooks.feed import News
from api.webhooks.plan import Round
from graph_models.domain.notifications import Delivery, WebhookEndpoint
from graph_models.ports import NEW, Delete, Operation, Put, Stored, WriteBatch

GONE = "the receiver answered 410"


def record_of(
    endpoint: Stored[WebhookEndpoint], stored: Mapping[str, Stored[Delivery]], news: News, result: Round
) -> WriteBatch | None:
    """Return the write, None if there is nothing worth one.

    It always changes the endpoint, at the revision that the round began with: that is the fence.
    """
    operations = [*_of_news(news, result), *_of_stored(stored, result)]
    if not (operations or result.arrived or result.is_gone or news.is_far):
        return None
    disabled_reason = GONE if result.is_gone else endpoint.value.disabled_reason
    moved = replace(endpoint.value, cursor=news.cursor, disabled_reason=disabled_reason)
    fence = Put(moved, endpoint.revision)
    return WriteBatch(f"webhooks-{secrets.token_hex(16)}", (fence, *operations))


def _of_news(news: News, result: Round) -> list[Operation]:
    return [
        Put(result.failed.get(each.id, each), NEW)
        for each in news.deliveries
        if each.id not in result.arrived
    ]


def _of_stored(stored: Mapping[str, Stored[Delivery]], result: Round) -> list[Operation]:
    operations: list[Operation] = []
    for key, (delivery, revision) in ((key, (each.value, each.revision)) for key, each in stored.items()):
        if delivery.id in result.arrived:
            operations.append(Delete(Delivery, key, revision))
        elif failed := result.failed.get(delivery.id):
            operations.append(Put(failed, revision))
    return operations

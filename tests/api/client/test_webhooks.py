"""A receiver is made, asked after, told again what it missed, and deleted."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.client import LastMeter, NotFound
from graph_models.domain.notifications import Delivery, DeliveryStatus
from tests.api.credentials import store_of
from tests.api.test_webhook_routes import a_delivery, put

HOOK: Any = {"url": "http://127.0.0.1:9/hook", "jurisdiction": None}


def test_from_creation_to_the_end(sealing: TestClient, admin: LastMeter) -> None:
    """The dead letters of a receiver are told and tried again; then both are gone."""
    made = admin.webhooks.create(**HOOK, event_types=["referral.accepted"])
    assert (made.secret or "").startswith("whsec_")
    assert [each.id for each in admin.webhooks.list()] == [made.id]
    found = admin.webhooks.get(made.id)
    assert (found.url, found.event_types) == (HOOK["url"], ["referral.accepted"])
    put(
        store_of(sealing),
        a_delivery(made.id, 1, DeliveryStatus.DEAD),
        a_delivery(made.id, 2, DeliveryStatus.DEAD),
    )
    [first, second] = admin.webhooks.dead_letters(made.id)
    assert (first.object_id, first.attempts, first.last_problem) == ("need-1", 10, "status 500")
    assert admin.webhooks.replay(made.id, first.id).id == first.id
    assert list(admin.webhooks.dead_letters(made.id)) == [second]
    assert admin.webhooks.resume(made.id).disabled_reason is None
    admin.webhooks.delete(made.id)
    assert list(admin.webhooks.list()) == []
    assert store_of(sealing).count(Delivery) == 0


def test_the_secret_was_in_a_lost_answer(admin: LastMeter, forgetful: LastMeter) -> None:
    """One receiver was made; nobody can tell its messages from others."""
    made = forgetful.webhooks.create(**HOOK)
    assert (made.secret, made.note is None) == (None, False)
    assert [each.id for each in admin.webhooks.list()] == [made.id]


def test_deleted_though_the_answer_was_lost(admin: LastMeter, forgetful: LastMeter) -> None:
    """The second attempt finds nothing: what was wanted has happened."""
    made = admin.webhooks.create(**HOOK)
    with pytest.raises(NotFound):
        forgetful.webhooks.delete(made.id)
    assert list(admin.webhooks.list()) == []

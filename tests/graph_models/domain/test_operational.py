"""Contacts, webhooks, leases, counts: the operational records refuse what their readers could not use."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from graph_models.domain.contacts import Contact
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import (
    ContactId,
    DeliveryId,
    EndpointId,
    LeaseId,
    NeedId,
    ProviderId,
    ReferralId,
    ResidentId,
)
from graph_models.domain.leases import Lease
from graph_models.domain.notifications import Delivery, DeliveryStatus, WebhookEndpoint
from graph_models.domain.recency import RecentReferral

AT = datetime(2026, 11, 27, 8, tzinfo=UTC)
CONTACT = Contact(ContactId("c1"), ResidentId("r1"), "k1", "AAAA", "AAAA", AT)
ENDPOINT = WebhookEndpoint(EndpointId("e1"), "https://example.org/hook", ("b", "a"), "AAAA", AT, 0)
DELIVERY = Delivery(DeliveryId("d1"), EndpointId("e1"), "a1", 7, 0, "f1", 0, AT, NeedId("n1"))
LEASE = Lease(LeaseId("webhooks"), "process-1", AT)
COUNTED = RecentReferral(ReferralId("f1"), ProviderId("p1"), AT)


@pytest.mark.parametrize(
    ("value", "field", "wrong"),
    [
        (CONTACT, "resident_id", "two words"),
        (CONTACT, "key_id", ""),
        (CONTACT, "wrapped_key", "key!"),
        (CONTACT, "ciphertext", "张三 13800000000"),
        (CONTACT, "changed_at", AT.replace(tzinfo=None)),
        (ENDPOINT, "url", "https://example.org/\n"),
        (ENDPOINT, "event_types", ("two words",)),
        (ENDPOINT, "jurisdiction", ()),
        (ENDPOINT, "sealed_secret", "whsec_secret"),
        (ENDPOINT, "cursor", -1),
        (ENDPOINT, "disabled_reason", ""),
        (DELIVERY, "endpoint_id", None),
        (DELIVERY, "event_id", ""),
        (DELIVERY, "sequence", 0),
        (DELIVERY, "position", -1),
        (DELIVERY, "object_id", ""),
        (DELIVERY, "need_id", ""),
        (DELIVERY, "attempts", -1),
        (DELIVERY, "next_attempt_at", None),
        (DELIVERY, "last_problem", ""),
        (LEASE, "holder", ""),
        (LEASE, "until", None),
        (COUNTED, "id", ""),
        (COUNTED, "provider_id", "two words"),
        (COUNTED, "until", AT.replace(tzinfo=None)),
    ],
)
def test_each_rule_names_its_field(value: Any, field: str, wrong: object) -> None:
    with pytest.raises(InvalidValue) as caught:
        replace(value, **{field: wrong})
    assert caught.value.field.endswith(field)


def test_lists_have_one_order() -> None:
    assert ENDPOINT.event_types == ("a", "b")


def test_a_delivery_says_whether_it_was_given_up() -> None:
    assert not DELIVERY.is_dead
    assert replace(DELIVERY, status=DeliveryStatus.DEAD).is_dead

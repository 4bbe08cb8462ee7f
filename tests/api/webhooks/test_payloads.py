"""A receiver is told ids, and of needs and referrals only."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import timedelta, timezone

import pytest

from api.webhooks.payloads import body_of, is_for_receivers
from graph_models.domain.audit import AuditEvent
from graph_models.domain.identifiers import AreaCode, NeedId
from graph_models.domain.places import AreaLevel
from graph_models.domain.referrals import ReasonCode
from tests.builders import NOW

EVENT = AuditEvent(
    id="a1",
    recorded_at=NOW.astimezone(timezone(timedelta(hours=8))),
    actor="secret-actor",
    role="secret-role",
    action="referral.accepted",
    object_kind="Referral",
    object_id="f1",
    need_id=NeedId("n1"),
    reason=next(iter(ReasonCode)),
    request_id="secret-request",
    request_digest="secret-digest",
    level=AreaLevel.STREET,
    audience=(AreaCode("secret-audience"),),
    suggestion_id="secret-suggestion",
    evidence_digest="secret-evidence",
)


def test_the_body_is_a_cloud_event_of_ids() -> None:
    assert json.loads(body_of(EVENT)) == {
        "specversion": "1.0",
        "id": "a1",
        "source": "lastmeter",
        "type": "referral.accepted",
        "time": "2026-03-02T01:00:00Z",
        "datacontenttype": "application/json",
        "data": {"object_kind": "Referral", "object_id": "f1", "need_id": "n1"},
    }


def test_no_other_field_goes_out() -> None:
    """Every field of the event is set here: a new one has to be thought about."""
    assert all(getattr(EVENT, each.name) for each in fields(EVENT))
    assert b"secret" not in body_of(EVENT)


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        ("Resident", "resident.changed"),
        ("Contact", "contact.revealed"),
        ("ApiKey", "api_key.created"),
        ("Need", "contact.revealed"),
        ("Contact", "need.created"),
    ],
)
def test_what_is_about_others_stays_inside(kind: str, action: str) -> None:
    assert not is_for_receivers(replace(EVENT, object_kind=kind, action=action))


@pytest.mark.parametrize(("kind", "action"), [("Need", "need.created"), ("Referral", "referral.expired")])
def test_needs_and_referrals_are_told_of(kind: str, action: str) -> None:
    assert is_for_receivers(replace(EVENT, object_kind=kind, action=action))

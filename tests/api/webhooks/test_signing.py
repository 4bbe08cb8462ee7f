"""Signatures that the library of Standard Webhooks accepts, and only those."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta, timezone

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from api.clock import SystemClock
from api.webhooks.signing import new_secret, signed_headers
from graph_models.domain.errors import InvalidValue

BODY = '{"name":"沙面"}'.encode()


@dataclass
class Signed:
    secret: str
    headers: dict[str, str]


@pytest.fixture
def signed() -> Signed:
    secret = new_secret()
    return Signed(secret, signed_headers([secret], "m1", SystemClock().now(), BODY))


def test_the_library_verifies_a_message(signed: Signed) -> None:
    assert Webhook(signed.secret).verify(BODY, signed.headers) == {"name": "沙面"}
    assert signed.headers["webhook-id"] == "m1"


def test_the_library_signs_the_same() -> None:
    secret, now = new_secret(), SystemClock().now()
    ours = signed_headers([secret], "m1", now, BODY)["webhook-signature"]
    assert ours == Webhook(secret).sign("m1", now, BODY.decode())


def test_the_zone_of_the_clock_does_not_matter() -> None:
    secret, now = new_secret(), SystemClock().now()
    elsewhere = now.astimezone(timezone(timedelta(hours=8)))
    assert signed_headers([secret], "m1", elsewhere, BODY) == signed_headers([secret], "m1", now, BODY)


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_changed_header_is_noticed(signed: Signed, header: str) -> None:
    later = str(int(signed.headers["webhook-timestamp"]) + 1)
    changed = {"webhook-id": "m2", "webhook-timestamp": later, "webhook-signature": "v1,AAAA"}[header]
    with pytest.raises(WebhookVerificationError):
        Webhook(signed.secret).verify(BODY, {**signed.headers, header: changed})


def test_a_changed_body_is_noticed(signed: Signed) -> None:
    with pytest.raises(WebhookVerificationError):
        Webhook(signed.secret).verify(BODY + b" ", signed.headers)


def test_while_a_secret_is_replaced_both_verify() -> None:
    old, new = new_secret(), new_secret()
    headers = signed_headers([new, old], "m1", SystemClock().now(), BODY)
    for secret in (old, new):
        Webhook(secret).verify(BODY, headers)


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "whsec_ä", "whsec_AAAA", base64.b64encode(b"k" * 32).decode(), "whsec_" + "A" * 88],
)
def test_a_weak_secret_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(InvalidValue, match=r"webhook\.secret must be whsec_ and 24 to 64 bytes") as caught:
        signed_headers([secret], "m1", SystemClock().now(), BODY)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_nothing_goes_out_unsigned() -> None:
    with pytest.raises(InvalidValue):
        signed_headers([], "m1", SystemClock().now(), BODY)

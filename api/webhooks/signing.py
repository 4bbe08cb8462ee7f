"""Signatures by Standard Webhooks: HMAC-SHA256 over id, time and body.

Three lines of the standard library; the tests hold them against the library `standardwebhooks`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from graph_models.domain.errors import InvalidValue

PREFIX = "whsec_"
LEAST_BYTES, MOST_BYTES = 24, 64


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signed_headers(
    signing_secrets: Sequence[str], message_id: str, sent_at: datetime, body: bytes
) -> dict[str, str]:
    """Headers of one message. While a secret is replaced, the old and the new one both sign."""
    if not signing_secrets:
        raise InvalidValue("webhook.secret", "be given", None)
    timestamp = str(int(sent_at.timestamp()))
    content = b".".join((message_id.encode(), timestamp.encode(), body))
    signatures = [hmac.digest(_key(each), content, hashlib.sha256) for each in signing_secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(each).decode()}" for each in signatures),
    }


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not LEAST_BYTES <= len(key) <= MOST_BYTES:
        rule = f"be {PREFIX} and {LEAST_BYTES} to {MOST_BYTES} bytes in base64"
        raise InvalidValue("webhook.secret", rule, secret) from None
    return key

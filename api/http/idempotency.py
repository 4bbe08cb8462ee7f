"""Idempotency: the ids of what a request makes follow from the client's key, so nothing has to be remembered.

The store keeps write ids with what they wrote. The same key with the same body is the same write,
which has happened already; with another body it is a conflict. This holds after a restart and
between processes.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from uuid import uuid4

import orjson

KEY_PATTERN = "^[!-~]{1,255}$"  # visible ASCII


def write_id_of(subject: str, method: str, path: str, key: str | None) -> str:
    """Derive the id of a write from an Idempotency-Key, or draw it if there is none.

    >>> write_id_of("user:7", "POST", "/v1/needs", "a") == write_id_of("user:7", "POST", "/v1/needs", "a")
    True
    >>> write_id_of("user:7", "POST", "/v1/needs", "a") == write_id_of("user:8", "POST", "/v1/needs", "a")
    False
    """
    if key is None:
        return f"http-{uuid4().hex}"
    told = "\n".join((subject, method, path, key))
    return f"http-{sha256(told.encode()).hexdigest()}"


def digest_of_body(body: bytes) -> str:
    """Return the SHA-256 of a body, the same however its JSON is spelled.

    >>> digest_of_body(b'{"a": 1, "b": 2}') == digest_of_body(b'{"b":2,"a":1}')
    True
    """
    with suppress(orjson.JSONDecodeError):  # what is not JSON will be refused
        body = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    return sha256(body).hexdigest()

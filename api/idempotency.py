"""Idempotency: the ids of a creation follow from the client's key, so nothing has to be remembered.

The store keeps write ids with what they wrote. The same key with the same body is the same write,
which has happened already; with another body it is a conflict. This holds after a restart and
between processes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import uuid4

KEY_PATTERN = "^[!-~]{1,255}$"  # visible ASCII


@dataclass(frozen=True, slots=True)
class Creation:
    """Ids for one creation: of the write, and of the new value unless the client names it."""

    write_id: str
    new_id: str


def creation_of(collection: str, key: str | None) -> Creation:
    """Derive the ids from an Idempotency-Key, or draw them if there is none.

    >>> creation_of("needs", "order-7") == creation_of("needs", "order-7")
    True
    >>> creation_of("needs", "order-7") == creation_of("providers", "order-7")
    False
    """
    token = uuid4().hex if key is None else hashlib.sha256(f"{collection}\n{key}".encode()).hexdigest()[:32]
    return Creation(f"http-{token}", f"{collection.removesuffix('s')}-{token}")

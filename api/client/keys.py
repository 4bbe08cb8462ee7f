"""API keys: credentials of programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack

from api.client.answers import ApiKeyPage, ApiKeyResource, IssuedApiKey
from api.client.requests import ApiKeyInput, RotationInput
from api.client.transport import Transport, address


class Keys:
    """The text of a key is in one answer. If that one was lost, `text` is None: `rotate` makes another."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def issue(self, *, idempotency_key: str | None = None, **key: Unpack[ApiKeyInput]) -> IssuedApiKey:
        """Make a key that reaches no further than the caller does."""
        return self._transport.write(
            IssuedApiKey, "POST", address("api-keys"), key, idempotency_key=idempotency_key
        )

    def list(self) -> Iterator[ApiKeyResource]:
        """Yield keys in the order of their ids, over all pages, those that were revoked as well."""
        return self._transport.pages(ApiKeyPage, address("api-keys"))

    def rotate(
        self, key_id: str, *, idempotency_key: str | None = None, **options: Unpack[RotationInput]
    ) -> IssuedApiKey:
        """Make a key that takes over from another one; both work for the overlap."""
        return self._transport.write(
            IssuedApiKey,
            "POST",
            address("api-keys", key_id, "rotation"),
            options,
            idempotency_key=idempotency_key,
        )

    def revoke(self, key_id: str) -> ApiKeyResource:
        """Take a key back: from now on it is refused."""
        return self._transport.write(ApiKeyResource, "POST", address("api-keys", key_id, "revocation"))

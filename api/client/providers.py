"""Providers: whoever can serve a need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack

from api.client.answers import ProviderPage, ProviderResource
from api.client.requests import ListProvidersQuery, ProviderChanges, ProviderInput
from api.client.transport import Transport, address


class Providers:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self, *, idempotency_key: str | None = None, **provider: Unpack[ProviderInput]
    ) -> ProviderResource:
        """Store a provider."""
        return self._transport.write(
            ProviderResource, "POST", address("providers"), provider, idempotency_key=idempotency_key
        )

    def get(self, provider_id: str) -> ProviderResource:
        return self._transport.get(ProviderResource, address("providers", provider_id))

    def list(self, **filters: Unpack[ListProvidersQuery]) -> Iterator[ProviderResource]:
        """Yield providers in the order of their ids, over all pages."""
        return self._transport.pages(ProviderPage, address("providers"), filters)

    def change(self, provider: ProviderResource, **changes: Unpack[ProviderChanges]) -> ProviderResource:
        """Set some members, if it is still as it was given; None resets one to its default."""
        return self._transport.write(
            ProviderResource,
            "PATCH",
            address("providers", provider.id),
            changes,
            revision=provider.revision,
        )

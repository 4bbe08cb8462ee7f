"""Providers: whoever can serve a need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack

from api.client.answers import ProviderPage, ProviderResource, ProviderSearchAnswer
from api.client.requests import ListProvidersQuery, ProviderChanges, ProviderInput, SearchProvidersQuery
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

    def search(self, **asked: Unpack[SearchProvidersQuery]) -> ProviderSearchAnswer:
        """Find the providers that fit a text best: a part of their names, or the beginning of their ids."""
        return self._transport.get(ProviderSearchAnswer, address("provider-search"), asked)

    def change(self, provider: ProviderResource, **changes: Unpack[ProviderChanges]) -> ProviderResource:
        """Set some members, if it is still as it was given; None resets one to its default."""
        return self._transport.write(
            ProviderResource,
            "PATCH",
            address("providers", provider.id),
            changes,
            revision=provider.revision,
        )

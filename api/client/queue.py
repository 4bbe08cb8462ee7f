"""The work queue: what is open, in the order in which it should be seen to."""

from __future__ import annotations

from typing import Unpack

from api.client.answers import NeedMap, ProviderMap, QueueAnswer
from api.client.requests import GetQueueQuery, MapNeedsQuery, MapProvidersQuery
from api.client.transport import Transport, address


class Queue:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def window(self, **filters: Unpack[GetQueueQuery]) -> QueueAnswer:
        """Read a part of the open needs, with counts of all of them."""
        return self._transport.get(QueueAnswer, address("queue"), filters)

    def map_needs(self, **box: Unpack[MapNeedsQuery]) -> NeedMap:
        """Count the open needs in a box."""
        return self._transport.get(NeedMap, address("map", "needs"), box)

    def map_providers(self, **box: Unpack[MapProvidersQuery]) -> ProviderMap:
        """Count the active providers in a box, with their free units."""
        return self._transport.get(ProviderMap, address("map", "providers"), box)

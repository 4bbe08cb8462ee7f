"""The work queue: what is open, in the order in which it should be seen to."""

from __future__ import annotations

from typing import Unpack

from api.client.answers import QueueAnswer
from api.client.requests import GetQueueQuery
from api.client.transport import Transport, address


class Queue:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def window(self, **filters: Unpack[GetQueueQuery]) -> QueueAnswer:
        """Read a part of the open needs, with counts of all of them."""
        return self._transport.get(QueueAnswer, address("queue"), filters)

"""Suggestions for a need that is stored nowhere, and those that were recorded."""

from __future__ import annotations

from typing import Unpack

from api.client.answers import Replayed, SuggestionAnswer
from api.client.requests import SuggestionRequest
from api.client.transport import Transport, address


class Suggestions:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def describe(self, **described: Unpack[SuggestionRequest]) -> SuggestionAnswer:
        """Rank the providers that could serve a need that is described here."""
        return self._transport.write(SuggestionAnswer, "POST", address("suggestions"), described)

    def replay(self, suggestion_id: str) -> Replayed:
        """Make the list again on which a referral rests; the audit trail names it."""
        return self._transport.get(Replayed, address("suggestion-records", suggestion_id))

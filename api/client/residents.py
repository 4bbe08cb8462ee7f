"""Residents: who is helped, under pseudonyms; how they can be reached is a matter of the contact."""

from __future__ import annotations

from typing import Unpack

from api.client.answers import ContactResource, ErasureOutput, ResidentExport, ResidentResource
from api.client.requests import ContactInput, GetContactQuery, ResidentInput
from api.client.transport import Transport, address


class Residents:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self, *, idempotency_key: str | None = None, **resident: Unpack[ResidentInput]
    ) -> ResidentResource:
        """Store what help has to reckon with, and nothing that tells who it is."""
        return self._transport.write(
            ResidentResource, "POST", address("residents"), resident, idempotency_key=idempotency_key
        )

    def get(self, resident_id: str) -> ResidentResource:
        return self._transport.get(ResidentResource, address("residents", resident_id))

    def put_contact(self, resident_id: str, **contact: Unpack[ContactInput]) -> None:
        """Store how a resident can be reached, in place of all that was there."""
        self._transport.tell("PUT", address("residents", resident_id, "contact"), contact)

    def contact(self, resident_id: str, **query: Unpack[GetContactQuery]) -> ContactResource:
        """Read how a resident can be reached; each look is written down, with who it was and why.

        Raises
        ------
        Forbidden
            No provider has accepted a need of the resident.
        """
        return self._transport.get(ContactResource, address("residents", resident_id, "contact"), query)

    def export(self, resident_id: str) -> ResidentExport:
        """Read all that is stored; the contact is in it for the resident alone."""
        return self._transport.get(ResidentExport, address("residents", resident_id, "export"))

    def erase(self, resident_id: str) -> ErasureOutput:
        """Erase a resident: contact, links, points, time windows, recorded lists.

        Raises
        ------
        Conflict
            Help is under way.
        NotFound
            Nobody is there any more, perhaps by this very call, if a first answer was lost.
        """
        return self._transport.write(ErasureOutput, "DELETE", address("residents", resident_id))

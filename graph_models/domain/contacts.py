"""How a resident can be reached, as it is stored: encrypted.

The rest of the graph carries no name, phone number or address, and this value shows none either:
whoever holds the store without the keys learns that a resident has a contact, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graph_models.domain.checks import check_aware, check_base64
from graph_models.domain.identifiers import ContactId, ResidentId, check_id


@dataclass(frozen=True, slots=True)
class Contact:
    """Name, phone number and address of one resident, encrypted.

    Parameters
    ----------
    id
        Identifier.
    resident_id
        Whose they are. The ciphertext is bound to it: moved to another resident it does not open.
    key_id
        The master key that `wrapped_key` is encrypted with.
    wrapped_key
        The key of `ciphertext`, itself encrypted (base64).
    ciphertext
        The encrypted details (base64).
    changed_at
        When the details were last written; wrapping the key anew leaves it alone.
    """

    id: ContactId
    resident_id: ResidentId
    key_id: str
    wrapped_key: str
    ciphertext: str
    changed_at: datetime

    def __post_init__(self) -> None:
        check_id("contact.id", self.id)
        check_id("contact.resident_id", self.resident_id)
        check_id("contact.key_id", self.key_id)
        check_base64("contact.wrapped_key", self.wrapped_key)
        check_base64("contact.ciphertext", self.ciphertext)
        check_aware("contact.changed_at", self.changed_at)

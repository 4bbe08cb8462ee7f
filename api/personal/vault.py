"""Envelope encryption: a fresh key for each value, which is stored encrypted by a master key.

AES-256-GCM throughout. What a ciphertext is for and whose it is are its associated data: moved to
another resident, or into another column, it does not open.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import replace
from datetime import datetime

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.personal.details import PersonalDetails
from api.personal.errors import Undecipherable
from api.personal.keys import KEY_BYTES, MasterKeys
from graph_models.domain.contacts import Contact
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import ContactId, ResidentId, is_id

NONCE_BYTES = 12
# The length of a ciphertext would tell names and addresses of different lengths apart.
PADDED_BYTES = 256

_WRAPPED_KEY = "contact.wrapped_key"
_CIPHERTEXT = "contact.ciphertext"
_SECRET = "sealed_text"  # nosec B105


class Vault:
    """Seals and opens with the keys it is given. Safe to share between threads."""

    def __init__(self, keys: MasterKeys) -> None:
        self._keys = keys

    @property
    def current_id(self) -> str:
        """The master key that seals."""
        return self._keys.current_id

    def seal(self, resident_id: ResidentId, details: PersonalDetails, now: datetime) -> Contact:
        key = secrets.token_bytes(KEY_BYTES)
        key_id = self._keys.current_id
        text = orjson.dumps({"name": details.name, "phone": details.phone, "address": details.address})
        padded = text.ljust(-len(text) // PADDED_BYTES * -PADDED_BYTES)
        return Contact(
            id=ContactId(resident_id),  # one for each resident, found without an index
            resident_id=resident_id,
            key_id=key_id,
            wrapped_key=_encode(_encrypt(self._keys[key_id], key, _WRAPPED_KEY, resident_id)),
            ciphertext=_encode(_encrypt(key, padded, _CIPHERTEXT, resident_id)),
            changed_at=now,
        )

    def open(self, contact: Contact) -> PersonalDetails:
        sealed = _decode(contact.ciphertext, _CIPHERTEXT)
        text = _decrypt(self._data_key(contact), sealed, _CIPHERTEXT, contact.resident_id)
        try:
            return PersonalDetails(**orjson.loads(text))
        except (TypeError, ValueError, InvalidValue):
            raise Undecipherable(_CIPHERTEXT) from None

    def rewrap(self, contact: Contact) -> Contact:
        """Encrypt the value's key by the current master key; the ciphertext stays as it is."""
        key_id = self._keys.current_id
        if contact.key_id == key_id:
            return contact
        wrapped = _encrypt(self._keys[key_id], self._data_key(contact), _WRAPPED_KEY, contact.resident_id)
        return replace(contact, key_id=key_id, wrapped_key=_encode(wrapped))

    def seal_text(self, owner_id: str, text: str) -> str:
        """Seal a small secret, such as what signs webhooks, for whoever has this id."""
        key_id = self._keys.current_id
        sealed = _encrypt(self._keys[key_id], text.encode(), _SECRET, owner_id)
        return _encode(key_id.encode() + b"\0" + sealed)

    def open_text(self, owner_id: str, sealed: str) -> str:
        key_id, ciphertext = _split(sealed)
        return _decrypt(self._keys[key_id], ciphertext, _SECRET, owner_id).decode()

    def reseal_text(self, owner_id: str, sealed: str) -> str:
        """Seal a small secret by the current master key, unless it is already."""
        if _split(sealed)[0] == self._keys.current_id:
            return sealed
        return self.seal_text(owner_id, self.open_text(owner_id, sealed))

    def _data_key(self, contact: Contact) -> bytes:
        wrapped = _decode(contact.wrapped_key, _WRAPPED_KEY)
        return _decrypt(self._keys[contact.key_id], wrapped, _WRAPPED_KEY, contact.resident_id)


def _encrypt(key: bytes, content: bytes, purpose: str, owner_id: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, _bound_to(purpose, owner_id))


def _decrypt(key: bytes, sealed: bytes, purpose: str, owner_id: str) -> bytes:
    nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _bound_to(purpose, owner_id))
    except (InvalidTag, ValueError):  # the latter for what is too short to be one
        raise Undecipherable(purpose) from None


def _bound_to(purpose: str, owner_id: str) -> bytes:
    return f"lastmeter/1/{purpose}/{owner_id}".encode()


def _encode(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _decode(text: str, field: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Undecipherable(field) from None


def _split(sealed: str) -> tuple[str, bytes]:
    start, _, ciphertext = _decode(sealed, _SECRET).partition(b"\0")
    key_id = start.decode("ascii", "replace")
    if not is_id(key_id):  # perhaps the secret itself, which an error must not repeat
        raise Undecipherable(_SECRET)
    return key_id, ciphertext

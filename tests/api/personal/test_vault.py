"""Envelope encryption: what was sealed for one resident opens for that one, with the right key, unchanged."""

from __future__ import annotations

import base64
import json
import traceback
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from api.personal.details import PersonalDetails
from api.personal.errors import Undecipherable, UnknownKey
from api.personal.keys import MasterKeys
from api.personal.vault import Vault
from graph_models.domain.contacts import Contact
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import ResidentId
from tests.builders import NOW

RESIDENT = ResidentId("r1")
DETAILS = PersonalDetails("陈大文", "+86 138-0000-0000", "沙面大街 1 号")
OLD, NEW = b"o" * 32, b"n" * 32
VAULT = Vault(MasterKeys({"old": OLD}))
ROTATED = Vault(MasterKeys({"new": NEW, "old": OLD}))


def test_what_is_sealed_opens_again() -> None:
    contact = VAULT.seal(RESIDENT, DETAILS, NOW)
    assert (contact.id, contact.resident_id, contact.key_id, contact.changed_at) == ("r1", "r1", "old", NOW)
    assert VAULT.open(contact) == DETAILS


names = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=200)


@given(names, st.none() | names)
def test_any_printable_text_survives(name: str, address: str | None) -> None:
    details = PersonalDetails(name, None, address)
    assert VAULT.open(VAULT.seal(RESIDENT, details, NOW)) == details


def test_the_stored_value_can_be_opened_by_the_description_alone() -> None:
    """AES-256-GCM, nonce first, bound to purpose and owner: as docs/decisions/0027 says."""
    contact = VAULT.seal(RESIDENT, DETAILS, NOW)
    wrapped, sealed = base64.b64decode(contact.wrapped_key), base64.b64decode(contact.ciphertext)
    key = AESGCM(OLD).decrypt(wrapped[:12], wrapped[12:], b"lastmeter/1/contact.wrapped_key/r1")
    text = AESGCM(key).decrypt(sealed[:12], sealed[12:], b"lastmeter/1/contact.ciphertext/r1")
    assert json.loads(text)["phone"] == DETAILS.phone


def test_each_sealing_is_different() -> None:
    one, other = (VAULT.seal(RESIDENT, DETAILS, NOW) for _ in range(2))
    assert one.wrapped_key != other.wrapped_key
    assert one.ciphertext != other.ciphertext


def test_the_length_tells_nothing_of_ordinary_details() -> None:
    sealed = [VAULT.seal(RESIDENT, each, NOW) for each in (DETAILS, PersonalDetails("Li"))]
    assert len({len(each.ciphertext) for each in sealed}) == 1


def flipped(text: str) -> str:
    content = bytearray(base64.b64decode(text))
    content[-1] ^= 1
    return base64.b64encode(content).decode()


@pytest.mark.parametrize(
    "change",
    [
        lambda contact: replace(contact, resident_id=ResidentId("r2")),
        lambda contact: replace(contact, ciphertext=flipped(contact.ciphertext)),
        lambda contact: replace(contact, wrapped_key=flipped(contact.wrapped_key)),
        lambda contact: replace(contact, ciphertext=contact.wrapped_key),
        lambda contact: replace(contact, wrapped_key=contact.ciphertext),
        lambda contact: replace(contact, ciphertext="AAAA"),
        lambda contact: replace(contact, wrapped_key="AAAA"),
        lambda contact: replace(contact, wrapped_key=VAULT.seal(ResidentId("r2"), DETAILS, NOW).wrapped_key),
        lambda contact: replace(contact, ciphertext=VAULT.seal(RESIDENT, DETAILS, NOW).ciphertext),
        lambda contact: replace(contact, key_id="new"),
    ],
)
def test_what_was_moved_or_changed_does_not_open(change: Callable[[Contact], Contact]) -> None:
    with pytest.raises(Undecipherable):
        ROTATED.open(change(VAULT.seal(RESIDENT, DETAILS, NOW)))


def test_without_its_master_key_nothing_opens() -> None:
    contact = VAULT.seal(RESIDENT, DETAILS, NOW)
    with pytest.raises(UnknownKey, match="'old'"):
        Vault(MasterKeys({"new": NEW})).open(contact)


def test_rotation_changes_the_wrapping_and_leaves_the_ciphertext() -> None:
    contact = VAULT.seal(RESIDENT, DETAILS, NOW)
    rewrapped = ROTATED.rewrap(contact)
    assert rewrapped == replace(contact, key_id="new", wrapped_key=rewrapped.wrapped_key)
    assert Vault(MasterKeys({"new": NEW})).open(rewrapped) == DETAILS
    assert ROTATED.rewrap(rewrapped) is rewrapped


def test_small_secrets_are_bound_to_their_owner_and_rotate() -> None:
    sealed = VAULT.seal_text("e1", "whsec_AAAA")
    assert VAULT.open_text("e1", sealed) == "whsec_AAAA"
    with pytest.raises(Undecipherable):
        VAULT.open_text("e2", sealed)
    resealed = ROTATED.reseal_text("e1", sealed)
    assert Vault(MasterKeys({"new": NEW})).open_text("e1", resealed) == "whsec_AAAA"
    assert ROTATED.reseal_text("e1", resealed) is resealed


@pytest.mark.parametrize("sealed", ["", "AAAA", "//79/A==", "no base64", "c2VjcmV0IHRleHQ="])
def test_what_is_no_sealed_text_is_refused(sealed: str) -> None:
    with pytest.raises(Undecipherable):
        VAULT.open_text("e1", sealed)


def test_neither_repr_nor_errors_show_personal_data() -> None:
    assert repr(DETAILS) == "PersonalDetails()"
    contact = VAULT.seal(RESIDENT, DETAILS, NOW)
    shown = repr(contact)
    for attempt in (
        lambda: PersonalDetails("陈大文", "ring 陈大文"),
        lambda: PersonalDetails("陈大文\n"),
        lambda: VAULT.open(replace(contact, resident_id=ResidentId("r2"))),
    ):
        with pytest.raises((InvalidValue, Undecipherable)) as caught:
            attempt()
        shown += "".join(traceback.format_exception_only(caught.value))
    assert "陈大文" not in shown
    assert "138" not in shown


@pytest.mark.parametrize(
    "phone", ["110", "13800000000", "+1 (415) 555-0100", "020-8123 4567 转 12", "020 81234567 ext. 3"]
)
def test_telephone_numbers_as_people_write_them(phone: str) -> None:
    assert PersonalDetails("Li", phone).phone == phone


@pytest.mark.parametrize("phone", ["", "12", "call me", "1" * 31, "138\n0000", "138;DROP", 13800000000])
def test_what_is_no_telephone_number_is_refused(phone: str) -> None:
    with pytest.raises(InvalidValue, match=r"personal\.phone must be a telephone number"):
        PersonalDetails("Li", phone)

"""API keys: what is refused, what is kept, and how one key follows another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from api.identity import keys
from api.identity.errors import KeyIsOver, Reason, Unauthenticated
from graph_models.domain.credentials import ApiKey, Role
from graph_models.domain.errors import InvalidValue
from tests.builders import NOW

DAY = timedelta(days=1)


class Kept:
    """What a store would hold."""

    def __init__(self, *issued: ApiKey) -> None:
        self.keys = {key.id: key for key in issued}

    def find(self, key_id: str) -> ApiKey | None:
        return self.keys.get(key_id)  # type: ignore[call-overload,no-any-return]

    def put(self, key: ApiKey) -> None:
        self.keys[key.id] = key

    def reason(self, text: str, now: datetime = NOW) -> Reason | None:
        try:
            keys.verify(text, self.find, now=now)
        except Unauthenticated as refusal:
            return refusal.reason
        return None


def a_key(**changes: Any) -> keys.Issued:
    given = {"name": "intake", "role": Role.STAFF, "jurisdiction": ("440103",), "now": NOW, **changes}
    return keys.issue(**given)


class TestRefused:
    def test_wrong_secret(self) -> None:
        issued = a_key()
        kept = Kept(issued.key)
        for place in range(len(issued.text) - 64, len(issued.text)):
            digit = "0" if issued.text[place] != "0" else "1"
            text = issued.text[:place] + digit + issued.text[place + 1 :]
            assert kept.reason(text) is Reason.WRONG_SECRET

    def test_secret_of_another_key(self) -> None:
        first, second = a_key(), a_key()
        text = f"lm_{first.key.id}_{second.text.rpartition('_')[2]}"
        assert Kept(first.key, second.key).reason(text) is Reason.WRONG_SECRET

    def test_digest_is_no_key(self) -> None:
        """Whoever reads the store cannot authenticate with what stands there."""
        issued = a_key()
        text = f"lm_{issued.key.id}_{issued.key.digest}"
        assert Kept(issued.key).reason(text) is Reason.WRONG_SECRET

    def test_unknown(self) -> None:
        assert Kept().reason(a_key().text) is Reason.UNKNOWN_KEY

    def test_revoked(self) -> None:
        """At once, for ever, and the first time is the one that is kept."""
        issued = a_key()
        revoked = keys.revoke(issued.key, now=NOW + DAY)
        assert Kept(revoked).reason(issued.text, NOW) is Reason.REVOKED
        assert keys.revoke(revoked, now=NOW + 2 * DAY) == revoked

    def test_expired(self) -> None:
        issued = a_key(expires_at=NOW + DAY)
        kept = Kept(issued.key)
        assert kept.reason(issued.text, NOW + DAY - timedelta(microseconds=1)) is None
        assert kept.reason(issued.text, NOW + DAY) is Reason.EXPIRED

    def test_wrong_secret_of_a_revoked_key(self) -> None:
        """Only who has the secret counts as somebody who had access once."""
        issued = a_key()
        text = issued.text[:-1] + ("0" if issued.text[-1] != "0" else "1")
        reason = Kept(keys.revoke(issued.key, now=NOW)).reason(text)
        assert reason is Reason.WRONG_SECRET
        assert reason.is_guess

    @pytest.mark.parametrize(
        "text",
        ["", "lm_", "lm__", "lm_0_0", "lm_" + "0" * 16 + "_" + "g" * 64, "lm_" + "0" * 16 + "_" + "A" * 64],
    )
    def test_no_key_at_all(self, text: str) -> None:
        assert not keys.is_key(text)
        assert Kept().reason(text) is Reason.MALFORMED

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"jurisdiction": ()}, "jurisdiction"),
            ({"jurisdiction": ("",)}, "jurisdiction"),
            ({"jurisdiction": None, "role": Role.RESIDENT_APP}, "jurisdiction"),
            ({"expires_at": NOW}, "expires_at"),
            ({"name": ""}, "name"),
        ],
    )
    def test_keys_that_cannot_be_issued(self, changes: dict[str, Any], field: str) -> None:
        """Above all: an empty jurisdiction is not read as everywhere."""
        with pytest.raises(InvalidValue) as caught:
            a_key(**changes)
        assert caught.value.field == f"api_key.{field}"


class TestIssued:
    def test_it_works_and_is_not_kept(self) -> None:
        issued = a_key()
        assert Kept(issued.key).reason(issued.text) is None
        secret = issued.text.rpartition("_")[2]
        assert len(bytes.fromhex(secret)) == 32
        assert secret not in repr(issued)
        assert secret not in repr(issued.key)

    def test_each_is_another(self) -> None:
        many = [a_key() for _ in range(50)]
        assert len({each.key.id for each in many}) == len({each.text for each in many}) == 50

    def test_who_it_is(self) -> None:
        issued = a_key()
        principal = keys.principal_of(issued.key)
        assert principal.subject == f"key:{issued.key.id}"
        assert (principal.role, principal.within) == (Role.STAFF, ("440103",))

    def test_everywhere(self) -> None:
        issued = a_key(role=Role.ADMIN, jurisdiction=None)
        assert issued.key.jurisdiction == ()
        assert keys.principal_of(issued.key).within is None


class TestRotation:
    def test_both_work_for_a_time(self) -> None:
        old = a_key()
        rotation = keys.rotate(old.key, now=NOW, overlap=DAY)
        kept = Kept(rotation.previous, rotation.issued.key)
        for text in (old.text, rotation.issued.text):
            assert kept.reason(text, NOW + DAY - timedelta(seconds=1)) is None
        assert kept.reason(old.text, NOW + DAY) is Reason.EXPIRED
        assert kept.reason(rotation.issued.text, NOW + DAY) is None

    def test_the_new_one_may_do_the_same_for_as_long(self) -> None:
        old = a_key(expires_at=NOW + 90 * DAY)
        later = NOW + 80 * DAY
        rotation = keys.rotate(old.key, now=later, overlap=7 * DAY)
        new = rotation.issued.key
        assert (new.name, new.role, new.jurisdiction) == (old.key.name, old.key.role, old.key.jurisdiction)
        assert (new.created_at, new.expires_at) == (later, later + 90 * DAY)
        assert new.id != old.key.id

    def test_everywhere_stays_everywhere(self) -> None:
        old = a_key(role=Role.ADMIN, jurisdiction=None)
        assert keys.rotate(old.key, now=NOW, overlap=DAY).issued.key.within is None

    def test_no_key_lives_longer_by_it(self) -> None:
        """The old one ends when it would have ended, or earlier."""
        old = a_key(expires_at=NOW + DAY)
        assert keys.rotate(old.key, now=NOW, overlap=7 * DAY).previous.expires_at == NOW + DAY

    @pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=31)])
    def test_overlaps_that_are_refused(self, overlap: timedelta) -> None:
        with pytest.raises(InvalidValue, match="overlap"):
            keys.rotate(a_key().key, now=NOW, overlap=overlap)

    def test_a_dead_key_has_no_heir(self) -> None:
        """Otherwise rotating would give back what revoking took."""
        key = a_key(expires_at=NOW + DAY).key
        for dead in (keys.revoke(key, now=NOW), replace(key, expires_at=NOW)):
            with pytest.raises(KeyIsOver):
                keys.rotate(dead, now=NOW, overlap=DAY)

"""A key is issued and used, replaced, and taken back."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from api.client import LastMeter, Unauthenticated
from tests.api.conftest import in_process
from tests.builders import DISTRICT


def needs_seen(client: TestClient, token: str | None) -> set[str]:
    assert token is not None
    return {each.id for each in in_process(client, token=token).needs.list()}


def test_from_issue_to_revocation(sealing: TestClient, admin: LastMeter) -> None:
    """Both keys work for the overlap; then the first is taken back, and the other goes on."""
    first = admin.keys.issue(name="desk", role="staff", jurisdiction=[DISTRICT])
    assert (first.role, first.jurisdiction, first.expires_at) == ("staff", [DISTRICT], None)
    second = admin.keys.rotate(first.id, overlap_seconds=60)
    for text in (first.text, second.text):
        assert needs_seen(sealing, text) == {"need-1"}
    assert admin.keys.revoke(first.id).revoked_at is not None
    with pytest.raises(Unauthenticated):
        needs_seen(sealing, first.text)
    assert needs_seen(sealing, second.text) == {"need-1"}
    assert {each.id: each.revoked_at is None for each in admin.keys.list()} == {
        first.id: False,
        second.id: True,
    }


def test_the_text_was_in_a_lost_answer(sealing: TestClient, admin: LastMeter, forgetful: LastMeter) -> None:
    """One key was made. Nobody knows its text, and it can be replaced."""
    issued = forgetful.keys.issue(name="desk", role="staff", jurisdiction=[DISTRICT])
    assert issued.text is None
    assert issued.note is not None
    assert [each.id for each in admin.keys.list()] == [issued.id]
    assert needs_seen(sealing, admin.keys.rotate(issued.id, overlap_seconds=0).text) == {"need-1"}


def test_revoked_though_the_answer_was_lost(admin: LastMeter, forgetful: LastMeter) -> None:
    key_id = admin.keys.issue(name="desk", role="staff", jurisdiction=None).id
    revoked = forgetful.keys.revoke(key_id)
    assert list(admin.keys.list()) == [revoked]
    assert [each.action for each in admin.audit(object_id=key_id)].count("apikey.revoked") == 1

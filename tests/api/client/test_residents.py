"""A resident is stored, reached, told what is known, and erased."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.client import Forbidden, LastMeter, NotFound
from tests.api.conftest import in_process
from tests.builders import COMMUNITY, DISTRICT

PERSON: Any = {"registration_code": COMMUNITY, "residence_code": COMMUNITY}


@pytest.fixture
def staff(sealing: TestClient, admin: LastMeter) -> LastMeter:
    key = admin.keys.issue(name="desk", role="staff", jurisdiction=[DISTRICT])
    return in_process(sealing, token=key.text or "")


def test_from_the_first_word_to_the_last(admin: LastMeter, staff: LastMeter) -> None:
    """The contact opens once somebody has said yes, each look is on record, and all of it ends."""
    resident = staff.residents.create(**PERSON, birth_year=1944)
    staff.residents.put_contact(resident.id, name="陈小明", phone="+86 20 0000 0000")
    need = staff.needs.create(category_id="home_care", resident_id=resident.id, community_code=COMMUNITY)
    referral = staff.needs.refer(need, provider_id="volunteer-1")
    with pytest.raises(Forbidden) as caught:
        staff.residents.contact(resident.id, purpose="visit")
    assert caught.value.name == "contact-not-open"
    referral = staff.referrals.accept(referral)
    contact = staff.residents.contact(resident.id, purpose="visit")
    assert (contact.name, contact.phone, contact.address) == ("陈小明", "+86 20 0000 0000", None)
    staff.referrals.complete(referral)
    export = admin.residents.export(resident.id)
    assert (export.resident, export.contact) == (staff.residents.get(resident.id), None)
    assert [each.id for each in export.needs] == [need.id]
    assert "contact.disclosed.visit" in [each.action for each in export.audit_events]
    erased = admin.residents.erase(resident.id)
    assert (erased.need_count, erased.is_purged) == (1, True)
    with pytest.raises(NotFound):
        staff.residents.get(resident.id)


def test_answers_that_were_lost(admin: LastMeter, forgetful: LastMeter) -> None:
    """The same resident is stored once."""
    made = forgetful.residents.create(**PERSON, idempotency_key="form-7")
    assert admin.residents.create(**PERSON, idempotency_key="form-7") == made
    created = [each.action for each in admin.audit(object_id=made.id)]
    assert created == ["resident.created"]


def test_erased_though_the_answer_was_lost(admin: LastMeter, forgetful: LastMeter) -> None:
    """The second attempt finds nobody: what was wanted has happened."""
    with pytest.raises(NotFound):
        forgetful.residents.erase("resident-1")
    assert "resident.erased" in [each.action for each in admin.audit(object_id="resident-1")]

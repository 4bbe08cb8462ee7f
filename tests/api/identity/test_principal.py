"""Principals: what they reach, and those that cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from api.identity.principal import Principal
from graph_models.domain.credentials import Role
from graph_models.domain.errors import InvalidValue


def a_principal(**changes: Any) -> Principal:
    given = {
        "subject": "user:7",
        "role": Role.STAFF,
        "jurisdiction": ("440103", "440104001"),
        "credential_id": "k1",
        **changes,
    }
    return Principal(**given)


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "two words"},
        {"credential_id": ""},
        {"jurisdiction": ()},
        {"jurisdiction": ("",)},
        {"jurisdiction": ["440103"]},
        {"jurisdiction": "440103"},
        {"resident_id": "resident-1"},
        {"role": Role.ADMIN, "resident_id": "resident-1"},
        {"role": Role.RESIDENT_APP, "jurisdiction": None},
        {"role": Role.RESIDENT_APP, "resident_id": ""},
    ],
)
def test_those_that_cannot_be(changes: dict[str, Any]) -> None:
    """Nobody reaches nothing, and a resident's app does not reach everybody."""
    with pytest.raises(InvalidValue, match=r"principal\."):
        a_principal(**changes)


def test_what_lies_in_a_jurisdiction() -> None:
    """One of a resident's two communities is enough; what has no area lies in none."""
    principal = a_principal()
    assert principal.reaches("440103001101")
    assert principal.reaches("440104001")
    assert principal.reaches("440105001", "440103001")
    for code in ("440104", "4401", "440105001", "1440103", ""):
        assert not principal.reaches(code)
    assert not principal.reaches(None, None)
    assert not principal.reaches()
    assert a_principal(jurisdiction=None).reaches(None)


def test_nobody_passes_on_more_than_they_have() -> None:
    """A key that a district's admin issues reaches at most that district."""
    principal = a_principal()
    assert principal.covers(("440103",))
    assert principal.covers(("440103001", "440104001"))
    for wider in (None, ("4401",), ("440103", "440105")):
        assert not principal.covers(wider)
    assert a_principal(jurisdiction=None).covers(None)


def test_residents() -> None:
    """The app of one resident acts for no other, and not for what is of no resident."""
    own = a_principal(role=Role.RESIDENT_APP, jurisdiction=None, resident_id="resident-1")
    assert own.acts_for("resident-1")
    assert not own.acts_for("resident-2")
    assert not own.acts_for(None)
    assert a_principal().acts_for("resident-2")

"""API keys as values: each rule names its field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from graph_models.domain.credentials import ApiKey, Role
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import ApiKeyId, AreaCode

AT = datetime(2026, 11, 27, 8, tzinfo=UTC)
AREAS = (AreaCode("440104"), AreaCode("440103"))
KEY = ApiKey(ApiKeyId("k1"), "intake form", "0" * 64, Role.STAFF, AREAS, AT)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("id", "two words"),
        ("name", ""),
        ("name", "x" * 101),
        ("digest", "0" * 63),
        ("digest", "A" * 64),
        ("digest", None),
        ("role", "root"),
        ("jurisdiction", None),
        ("jurisdiction", ["440103"]),
        ("jurisdiction", "440103"),
        ("jurisdiction", ("",)),
        ("jurisdiction", tuple(str(code) for code in range(101))),
        ("jurisdiction", ("440103", "440103")),
        ("created_at", AT.replace(tzinfo=None)),
        ("expires_at", AT.replace(tzinfo=None)),
        ("revoked_at", "2026-11-27"),
    ],
)
def test_each_rule_names_its_field(field: str, wrong: object) -> None:
    with pytest.raises(InvalidValue) as caught:
        replace(KEY, **{field: wrong})  # type: ignore[arg-type]
    assert caught.value.field.endswith(field)


def test_residents_apps_reach_no_whole_city() -> None:
    """Everywhere, which is an empty list here, is refused to the role that anybody's telephone has."""
    with pytest.raises(InvalidValue, match=r"api_key\.jurisdiction"):
        replace(KEY, role=Role.RESIDENT_APP, jurisdiction=())


def test_areas_have_one_order() -> None:
    assert KEY.jurisdiction == ("440103", "440104")
    assert KEY.within == ("440103", "440104")
    assert replace(KEY, jurisdiction=()).within is None

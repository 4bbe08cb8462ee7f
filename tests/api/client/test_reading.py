"""From JSON to dataclasses: exact in types, tolerant of what is newer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from api.client.answers import AuditEventOutput, NeedPage, SkillResource, SuggestionAnswer
from api.client.errors import UnexpectedAnswer
from api.client.reading import read
from tests.api.conftest import Client

SKILL = {"id": "care", "name_en": "care", "name_zh": "照护", "broader_id": None, "related": []}
EVENT = {name: None for name in AuditEventOutput.__dataclass_fields__}


def test_members_are_of_their_types() -> None:
    """Times, nested objects, lists of them, and nothing where null is."""
    related = [{"skill_id": "repairs", "similarity": 0.5}]
    skill = read(SkillResource, {**SKILL, "related": related})
    assert (skill.broader_id, skill.related[0].similarity) == (None, 0.5)
    event = read(AuditEventOutput, {**EVENT, "recorded_at": "2026-03-02T01:00:00Z", "audience": ["4401"]})
    assert event.recorded_at == datetime(2026, 3, 2, 1, tzinfo=UTC)


def test_what_is_newer_does_no_harm() -> None:
    """Members that are not known are left out; codes that are not known are handed through."""
    skill = read(SkillResource, {**SKILL, "colour": "red"})
    assert not hasattr(skill, "colour")
    told = {**EVENT, "recorded_at": "2026-03-02T01:00:00Z", "audience": [], "reason": "eclipse"}
    assert read(AuditEventOutput, told).reason == "eclipse"


@pytest.mark.parametrize(
    "value", [{}, {**SKILL, "related": [{}]}, {**SKILL, "related": 3}, [], None, "text"], ids=str
)
def test_what_does_not_fit_is_told(value: Any) -> None:
    with pytest.raises(UnexpectedAnswer, match="no SkillResource"):
        read(SkillResource, value)


def test_a_time_that_is_none() -> None:
    with pytest.raises(UnexpectedAnswer):
        read(AuditEventOutput, {**EVENT, "recorded_at": "noon", "audience": []})


def test_a_whole_answer(open_client: Client) -> None:
    """Dictionaries of objects, and optional lists of them."""
    client = open_client()
    told = client.get("/v1/needs/need-1/suggestions", params={"explain": True}).json()
    answer = read(SuggestionAnswer, told)
    assert sum(each.contribution for each in answer.suggestions[0].factors.values()) > 0
    assert answer.rejected == told["rejected"]
    assert read(NeedPage, client.get("/v1/needs").json()).items[0].id == answer.need.id

"""Plain functions that make valid values; a test varies the one thing it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from graph_models.domain.audit import AuditEvent
from graph_models.domain.categories import Category
from graph_models.domain.identifiers import (
    AreaCode,
    CategoryId,
    NeedId,
    ProviderId,
    ReferralId,
    ResidentId,
    SkillId,
)
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.domain.places import Area, AreaLevel, Location
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.referrals import Referral, ReferralStatus
from graph_models.domain.skills import Skill, SkillOffer, SkillRequirement

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Guangzhou
CITY, DISTRICT, STREET, COMMUNITY = "4401", "440103", "440103001", "440103001101"


class FixedClock:
    """A clock that stands still until told otherwise."""

    def __init__(self, now: datetime = NOW) -> None:
        self.instant = now

    def now(self) -> datetime:
        return self.instant


def some_areas() -> list[Area]:
    """A city with one district, one street and one community, each with a point."""
    place = Location(23.1, 113.25)
    return [
        Area(AreaCode(CITY), AreaLevel.CITY, "广州市", None, place, "Asia/Shanghai"),
        Area(AreaCode(DISTRICT), AreaLevel.DISTRICT, "荔湾区", AreaCode(CITY), place),
        Area(AreaCode(STREET), AreaLevel.STREET, "沙面街道", AreaCode(DISTRICT), place),
        Area(AreaCode(COMMUNITY), AreaLevel.COMMUNITY, "翠洲社区居民委员会", AreaCode(STREET), place),
    ]


def some_skills() -> list[Skill]:
    """Two branches of a taxonomy: care > bathing, feeding; and repairs."""
    names = {"care": None, "care.bathing": "care", "care.feeding": "care", "repairs": None}
    return [Skill(SkillId(key), key, key, SkillId(up) if up else None) for key, up in names.items()]


def a_category(key: str = "home_care", **changes: Any) -> Category:
    base = Category(CategoryId(key), key, key, (SkillRequirement(SkillId("care.bathing")),))
    return replace(base, **changes)


def a_provider(key: str = "p1", **changes: Any) -> Provider:
    base = Provider(
        id=ProviderId(key),
        kind="volunteer",
        name=f"Provider {key}",
        capacity=Capacity(4),
        skills=(SkillOffer(SkillId("care.bathing"), 0.8),),
        location=Location(23.1, 113.25),
        community_code=AreaCode(COMMUNITY),
    )
    return replace(base, **changes)


def a_resident(key: str = "r1", **changes: Any) -> Resident:
    return replace(Resident(ResidentId(key), AreaCode(COMMUNITY), AreaCode(COMMUNITY)), **changes)


def a_need(key: str = "n1", **changes: Any) -> Need:
    base = Need(NeedId(key), CategoryId("home_care"), NOW, community_code=AreaCode(COMMUNITY))
    return replace(base, **changes)


def a_referral(key: str = "f1", **changes: Any) -> Referral:
    base = Referral(ReferralId(key), NeedId("n1"), ProviderId("p1"), ReferralStatus.REQUESTED, NOW)
    return replace(base, **changes)


def an_audit_event(key: str = "e1", **changes: Any) -> AuditEvent:
    return replace(AuditEvent(key, NOW, "w1", "staff", "need.created", "Need", "n1"), **changes)

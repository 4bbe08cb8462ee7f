"""One value of every kind in which every field differs from its default."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from graph_models.domain.audit import AuditEvent, SuggestionRecord
from graph_models.domain.categories import Category
from graph_models.domain.contacts import Contact
from graph_models.domain.credentials import ApiKey, Role
from graph_models.domain.leases import Lease
from graph_models.domain.needs import Need, NeedStatus, Urgency
from graph_models.domain.notifications import Delivery, DeliveryStatus, WebhookEndpoint
from graph_models.domain.people import Resident, Staff
from graph_models.domain.places import Area, AreaLevel, Datum, Location
from graph_models.domain.providers import Capacity, Eligibility, Provider
from graph_models.domain.recency import RecentReferral
from graph_models.domain.referrals import ReasonCode, Referral, ReferralStatus
from graph_models.domain.schedules import TimeWindow, parse_week
from graph_models.domain.skills import RelatedSkill, Skill, SkillOffer, SkillRequirement
from graph_models.ports import Entity
from tests.builders import CITY, COMMUNITY, DISTRICT, STREET

EARLY = datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)
LATE = datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=8)))
PLACE = Location(23.129163, 113.264435, Datum.GCJ02, 23.126_4, 113.269_8)


def complete_values() -> list[Entity]:
    """Values that refer to each other and to `tests.contracts.fixtures.seed` only."""
    requirements = (SkillRequirement("care.bathing", 0.1), SkillRequirement("repairs", 1 / 3))
    return [
        Area("440103001102", AreaLevel.COMMUNITY, "多宝社区", STREET, PLACE, "Asia/Shanghai", 12_345, True),
        Skill(
            "care.night", "Night care — until 07:00", "夜间照护", "care", (RelatedSkill("repairs", 0.000001),)
        ),
        Category("night_care", "Night care", "夜间照护", requirements, 1.5, 7.25, True, True, 480),
        Staff("w1", "社会工作者 (lead)", (COMMUNITY, "440103001102"), True),
        Resident(
            "r2", COMMUNITY, "440103001102", ("low_income",), 1941, ("yue", "zh"), ("wheelchair",), True
        ),
        Provider(
            id="p2",
            kind="social_organisation",
            name="Señor Ōé 'Quote\" \\ 协会 🏥",
            capacity=Capacity(2**31 - 1, 3, 5),
            skills=(SkillOffer("care.bathing", 0.000001), SkillOffer("repairs", 1.0)),
            location=PLACE,
            community_code=COMMUNITY,
            serves=(CITY, DISTRICT),
            member_of="p1",
            max_travel_km=0.1 + 0.2,
            availability=parse_week("Mo-Fr 08:30-12:00,13:00-17:00; Su 00:00-24:00"),
            eligibility=Eligibility(0, 150, ("disability", "low_income")),
            languages=("en", "zh-yue"),
            accessibility=("sign_language",),
            is_active=False,
            verified_at=EARLY,
            monthly_cap=0,
            cooldown_hours=24,
            recent_referrals=7,
            last_referral_at=LATE,
            source="HSDS 3.1",
            is_synthetic=True,
        ),
        Need(
            id="n2",
            category_id="night_care",
            created_at=LATE,
            resident_id="r2",
            community_code=COMMUNITY,
            location=PLACE,
            required_skills=requirements,
            urgency=Urgency.STAT,
            units=2,
            is_indivisible=True,
            time_window=TimeWindow(EARLY, LATE),
            visit_minutes=30,
            search_radius_km=5e-05,
            status=NeedStatus.ON_HOLD,
            excluded_provider_ids=("p1",),
            is_synthetic=True,
            escalation_level=AreaLevel.DISTRICT,
            answer_due_at=LATE,
        ),
        Referral(
            id="f1",
            need_id="n2",
            provider_id="p2",
            status=ReferralStatus.REQUESTED,
            created_at=EARLY,
            units=2,
            is_synthetic=True,
            changed_at=LATE,
            expires_at=LATE,
            reason=ReasonCode.WAITING_FOR_RESIDENT,
            part_of_id="f1",
        ),
        *complete_records(),
    ]


def complete_records() -> list[Entity]:
    """What the service keeps beside the graph, every field set."""
    digest = "0123456789abcdef" * 4
    return [
        AuditEvent(
            id="20260302T013000.000000-0123456789ab",
            recorded_at=LATE,
            actor="https://id.example/张三",
            role="dispatcher",
            action="referral.requested",
            object_kind="Referral",
            object_id="f1",
            need_id="n2",
            reason=ReasonCode.OTHER,
            request_id="request-1",
            request_digest=digest,
            level=AreaLevel.STREET,
            audience=(DISTRICT, STREET),
            suggestion_id="s1",
            evidence_digest=digest,
        ),
        SuggestionRecord("s1", "n2", LATE, "eNpLTEpOSU1LBwAL9gLb" * 5_000),
        Contact("r2", "r2", "key-1", "c2VjcmV0", "bW9yZSBzZWNyZXQ=", LATE),
        ApiKey("k1", "intake form", digest, Role.STAFF, (DISTRICT, "440104"), EARLY, LATE, LATE),
        WebhookEndpoint(
            "h1", "https://a.example/hook", ("need.created",), "c2VjcmV0", EARLY, 7, (CITY,), "410 gone"
        ),
        Delivery("h1~e1", "h1", "e1", 2**40, 3, "f1", 4, LATE, "n2", DeliveryStatus.DEAD, "answered 500"),
        Lease("webhooks", "process-1", LATE),
        RecentReferral("f1", "p2", LATE, EARLY),
    ]


def sparse_values() -> list[Entity]:
    """Values in which everything optional is absent or empty, and empty differs from absent."""
    return [
        Area("4402", AreaLevel.CITY, "x", None),
        Skill("alone", "x", "x"),
        Category("plain", "x", "x"),
        Staff("w2", "x"),
        Resident("r3", COMMUNITY, COMMUNITY),
        Provider("p3", "station", "x", Capacity(0)),
        Provider("p4", "charity", "x", Capacity(0), availability=parse_week("off"), accessibility=()),
        Need("n3", "home_care", EARLY, location=Location(-90.0, 180.0)),
        Referral("f2", "n1", "p1", ReferralStatus.DRAFT, EARLY),
        AuditEvent("e2", EARLY, "w1", "staff", "need.created", "Need", "n1"),
        ApiKey("k2", "x", "0" * 64, Role.ADMIN, (), EARLY),
        WebhookEndpoint("h2", "https://b.example", (), "c2VjcmV0", EARLY, 0),
        Delivery("h2~e2", "h2", "e2", 1, 0, "n1", 0, EARLY),
    ]

"""The graph, declared once: labels, keys, properties with units, relationships, where values lie.

Both stores derive their constraints, indexes and statements from it, the importers their columns,
the networkx projection its attributes and the documentation its tables.

A value is *flattened* into named columns: nested values by a dotted `path` (``location.latitude``
becomes ``latitude``), relationships by the column that holds the keys of their targets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph_models.bookkeeping import RECORD_TYPES
from graph_models.declarations import (
    B,
    F,
    I,
    NodeType,
    Property,
    PropertyType,
    Relationship,
    S,
    T,
    key,
    words,
)
from graph_models.domain.categories import Category
from graph_models.domain.needs import Need, NeedStatus, Urgency
from graph_models.domain.people import Resident, Staff
from graph_models.domain.places import Area, AreaLevel, Datum
from graph_models.domain.providers import Provider
from graph_models.domain.referrals import ReasonCode, Referral, ReferralStatus
from graph_models.domain.skills import RelatedSkill, Skill, SkillOffer, SkillRequirement

SCHEMA_VERSION = 3


def sublabel_of(node: NodeType, row: Mapping[str, Any]) -> str | None:
    """Return the second label of a row's node, None where its kind has none.

    Examples
    --------
    >>> sublabel_of(BY_ENTITY[Provider], {"kind": "social_organisation"})
    'SocialOrganisation'
    """
    return None if node.sublabel is None else "".join(map(str.capitalize, row[node.sublabel].split("_")))


DEGREE = "degree (WGS-84)"

LOCATION = (
    Property("latitude", F, "location.latitude", DEGREE),
    Property("longitude", F, "location.longitude", DEGREE),
    Property("given_datum", S, "location.given_datum", enum=Datum),
    Property("given_latitude", F, "location.given_latitude", "degree (given datum)"),
    Property("given_longitude", F, "location.given_longitude", "degree (given datum)"),
)
SYNTHETIC = Property("is_synthetic", B, is_required=True)


def _requires() -> Relationship:
    level = Property("min_level", F, unit="0 to 1")
    return Relationship(
        "REQUIRES", "required_skills", Skill, is_many=True, property=level, build=SkillRequirement
    )


# A need concerns the staff of where help is wanted, and of both communities of its resident.
_OF_A_NEED = (
    ("community_code",),
    ("resident_id", "registration_code"),
    ("resident_id", "residence_code"),
)

NODE_TYPES: tuple[NodeType, ...] = (
    NodeType(
        Area,
        "Area",
        "areas",
        "code",
        (
            key("code"),
            Property("level", S, is_required=True, is_indexed=True, enum=AreaLevel),
            Property("name", S, is_required=True),
            *LOCATION,
            Property("time_zone", S, unit="IANA name"),
            Property("population", I, unit="person"),
            SYNTHETIC,
        ),
        (Relationship("PART_OF", "parent_code", Area),),
        sublabel="level",
    ),
    NodeType(
        Skill,
        "Skill",
        "skills",
        "id",
        (key(), Property("name_en", S, is_required=True), Property("name_zh", S, is_required=True)),
        (
            Relationship("BROADER", "broader_id", Skill),
            Relationship(
                "RELATED",
                "related",
                Skill,
                is_many=True,
                property=Property("similarity", F, unit="0 to 1"),
                build=RelatedSkill,
            ),
        ),
    ),
    NodeType(
        Category,
        "Category",
        "categories",
        "id",
        (
            key(),
            Property("name_en", S, is_required=True),
            Property("name_zh", S, is_required=True),
            Property("half_distance_km", F, unit="km", is_required=True),
            Property("search_radius_km", F, unit="km", is_required=True),
            Property("is_remote", B, is_required=True),
            Property("requires_verification", B, is_required=True),
            Property("visit_minutes", I, unit="minute", is_required=True),
        ),
        (_requires(),),
    ),
    NodeType(
        Staff,
        "Staff",
        "staff",
        "id",
        (key(), Property("role", S, is_required=True), SYNTHETIC),
        (Relationship("RESPONSIBLE_FOR", "responsible_for", Area, is_many=True),),
    ),
    NodeType(
        Resident,
        "Resident",
        "residents",
        "id",
        (
            key(),
            words("hardship"),
            Property("birth_year", I, unit="year"),
            words("languages"),
            words("accessibility"),
            SYNTHETIC,
        ),
        (
            Relationship("REGISTERED_IN", "registration_code", Area, is_required=True),
            Relationship("LIVES_IN", "residence_code", Area, is_required=True),
        ),
        scopes=(("registration_code",), ("residence_code",)),
    ),
    NodeType(
        Provider,
        "Provider",
        "providers",
        "id",
        (
            key(),
            Property("kind", S, is_required=True, is_indexed=True),
            Property("name", S, is_required=True),
            *LOCATION,
            Property("capacity_total", I, "capacity.total", "unit", is_required=True),
            Property("capacity_reserved", I, "capacity.reserved", "unit", is_required=True),
            Property("capacity_consumed", I, "capacity.consumed", "unit", is_required=True),
            Property("max_travel_km", F, unit="km"),
            Property("availability", PropertyType.WEEKLY_HOURS, unit="local time"),
            Property("min_age", I, "eligibility.min_age", "year"),
            Property("max_age", I, "eligibility.max_age", "year"),
            words("hardship", "eligibility.hardship"),
            words("languages"),
            words("accessibility", is_required=False),
            Property("is_active", B, is_required=True),
            Property("verified_at", T),
            Property("monthly_cap", I, unit="referral per 30 days"),
            Property("cooldown_hours", I, unit="hour", is_required=True),
            Property("recent_referrals", I, unit="referral in 30 days", is_required=True),
            Property("last_referral_at", T),
            Property("source", S),
            SYNTHETIC,
        ),
        (
            Relationship(
                "OFFERS",
                "skills",
                Skill,
                is_many=True,
                property=Property("level", F, unit="0 to 1"),
                build=SkillOffer,
            ),
            Relationship("BASED_IN", "community_code", Area),
            Relationship("SERVES", "serves", Area, is_many=True),
            Relationship("MEMBER_OF", "member_of", Provider),
        ),
        sublabel="kind",
        scopes=(("community_code",),),
    ),
    NodeType(
        Need,
        "Need",
        "needs",
        "id",
        (
            key(),
            Property("created_at", T, is_required=True),
            *LOCATION,
            Property("urgency", S, is_required=True, is_indexed=True, enum=Urgency),
            Property("units", I, unit="unit", is_required=True),
            Property("is_indivisible", B, is_required=True),
            Property("window_start", T, "time_window.start"),
            Property("window_end", T, "time_window.end"),
            Property("visit_minutes", I, unit="minute"),
            Property("search_radius_km", F, unit="km"),
            Property("status", S, is_required=True, is_indexed=True, enum=NeedStatus),
            SYNTHETIC,
            Property("escalation_level", S, enum=AreaLevel),
            Property("answer_due_at", T),
        ),
        (
            Relationship("OF", "category_id", Category, is_required=True),
            Relationship("RAISED", "resident_id", Resident, is_incoming=True),
            Relationship("AT", "community_code", Area),
            _requires(),
            Relationship("EXCLUDES", "excluded_provider_ids", Provider, is_many=True),
        ),
        scopes=_OF_A_NEED,
    ),
    NodeType(
        Referral,
        "Referral",
        "referrals",
        "id",
        (
            key(),
            Property("status", S, is_required=True, is_indexed=True, enum=ReferralStatus),
            Property("created_at", T, is_required=True),
            Property("units", I, unit="unit", is_required=True),
            SYNTHETIC,
            Property("changed_at", T),
            Property("expires_at", T),
            Property("reason", S, enum=ReasonCode),
        ),
        (
            Relationship("FOR", "need_id", Need, is_required=True),
            Relationship("TO", "provider_id", Provider, is_required=True),
            Relationship("PART_OF", "part_of_id", Referral),
        ),
        scopes=tuple(("need_id", *path) for path in _OF_A_NEED),
    ),
)

# What a store holds: the graph, and what the service keeps beside it.
ALL_TYPES: tuple[NodeType, ...] = (*NODE_TYPES, *RECORD_TYPES)
BY_ENTITY: dict[type[Any], NodeType] = {each.entity: each for each in ALL_TYPES}
BY_LABEL: dict[str, NodeType] = {each.label: each for each in ALL_TYPES}

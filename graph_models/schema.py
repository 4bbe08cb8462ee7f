"""The graph, declared once: labels, keys, properties with units, relationships.

Both stores derive their constraints, indexes and statements from it, the importers their columns,
the networkx projection its attributes and the documentation its tables.

A value is *flattened* into named columns: nested values by a dotted `path` (``location.latitude``
becomes ``latitude``), relationships by the column that holds the keys of their targets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graph_models.domain.categories import Category
from graph_models.domain.needs import Need, NeedStatus, Urgency
from graph_models.domain.people import Resident, Staff
from graph_models.domain.places import Area, AreaLevel, Datum
from graph_models.domain.providers import Provider
from graph_models.domain.referrals import Referral, ReferralStatus
from graph_models.domain.skills import RelatedSkill, Skill, SkillOffer, SkillRequirement
from graph_models.ports import Entity

SCHEMA_VERSION = 1


class PropertyType(StrEnum):
    """Types that a property may have in every store and file format."""

    STRING = "string"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    WEEKLY_HOURS = "weekly_hours"
    STRING_LIST = "string_list"


@dataclass(frozen=True, slots=True)
class Property:
    """One named value of a node or relationship.

    Parameters
    ----------
    name
        Column in a file or table, property of a node.
    kind
        What it holds.
    path
        Where it lives in the domain value, dotted; the name itself if not given.
    unit
        Unit of measure, for documentation.
    is_required
        Whether it is never null.
    is_indexed
        Whether a page can be filtered by it.
    enum
        The closed list that it comes from, if any.
    """

    name: str
    kind: PropertyType
    path: str = ""
    unit: str = ""
    is_required: bool = False
    is_indexed: bool = False
    enum: type[StrEnum] | None = None


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship owned by the value that names its targets: written and removed with it.

    Parameters
    ----------
    name
        Relationship type in the graph.
    column
        Column that holds the target's key, or the keys of all targets.
    target
        Kind of the value at the other end.
    is_many
        Whether there can be several.
    is_required
        Whether there is always one.
    property
        The one property of the relationship, if it has one.
    build
        Makes the domain value of one end out of key and property.
    is_incoming
        Whether the arrow in the graph points from the target to the owner.
    """

    name: str
    column: str
    target: type[Entity]
    is_many: bool = False
    is_required: bool = False
    property: Property | None = None
    build: Callable[[Any, float], object] | None = None
    is_incoming: bool = False


@dataclass(frozen=True, slots=True)
class NodeType:
    """A kind of node.

    Parameters
    ----------
    entity
        The domain class.
    label
        Label that every node of this kind carries.
    plural
        Stem of file names and API collections.
    key
        Property that is unique among nodes of this kind.
    sublabel
        Property whose value, in CamelCase, is a second label (``volunteer``: `Volunteer`).
    """

    entity: type[Entity]
    label: str
    plural: str
    key: str
    properties: tuple[Property, ...]
    relationships: tuple[Relationship, ...] = ()
    sublabel: str | None = None

    def columns(self) -> tuple[str, ...]:
        """Names of all columns: properties, then relationships."""
        return (*(each.name for each in self.properties), *(each.column for each in self.relationships))

    def filters(self) -> tuple[str, ...]:
        """Names that a page can be filtered by: indexed properties and to-one relationships."""
        indexed = (each.name for each in self.properties if each.is_indexed)
        to_one = (each.column for each in self.relationships if not each.is_many)
        return (*indexed, *to_one)


def sublabel_of(node: NodeType, row: Mapping[str, Any]) -> str | None:
    """Return the second label of a row's node, None where its kind has none.

    Examples
    --------
    >>> sublabel_of(BY_ENTITY[Provider], {"kind": "social_organisation"})
    'SocialOrganisation'
    """
    return None if node.sublabel is None else "".join(map(str.capitalize, row[node.sublabel].split("_")))


S = PropertyType.STRING
I = PropertyType.INTEGER  # noqa: E741 - reads as a table below
F = PropertyType.FLOAT
B = PropertyType.BOOLEAN
T = PropertyType.INSTANT

DEGREE = "degree (WGS-84)"

LOCATION = (
    Property("latitude", F, "location.latitude", DEGREE),
    Property("longitude", F, "location.longitude", DEGREE),
    Property("given_datum", S, "location.given_datum", enum=Datum),
    Property("given_latitude", F, "location.given_latitude", "degree (given datum)"),
    Property("given_longitude", F, "location.given_longitude", "degree (given datum)"),
)
SYNTHETIC = Property("is_synthetic", B, is_required=True)


def _key(name: str = "id") -> Property:
    return Property(name, S, is_required=True)


def _words(name: str, path: str = "", *, is_required: bool = True) -> Property:
    return Property(name, PropertyType.STRING_LIST, path, is_required=is_required)


def _requires() -> Relationship:
    level = Property("min_level", F, unit="0 to 1")
    return Relationship(
        "REQUIRES", "required_skills", Skill, is_many=True, property=level, build=SkillRequirement
    )


NODE_TYPES: tuple[NodeType, ...] = (
    NodeType(
        Area,
        "Area",
        "areas",
        "code",
        (
            _key("code"),
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
        (_key(), Property("name_en", S, is_required=True), Property("name_zh", S, is_required=True)),
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
            _key(),
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
        (_key(), Property("role", S, is_required=True), SYNTHETIC),
        (Relationship("RESPONSIBLE_FOR", "responsible_for", Area, is_many=True),),
    ),
    NodeType(
        Resident,
        "Resident",
        "residents",
        "id",
        (
            _key(),
            _words("hardship"),
            Property("birth_year", I, unit="year"),
            _words("languages"),
            _words("accessibility"),
            SYNTHETIC,
        ),
        (
            Relationship("REGISTERED_IN", "registration_code", Area, is_required=True),
            Relationship("LIVES_IN", "residence_code", Area, is_required=True),
        ),
    ),
    NodeType(
        Provider,
        "Provider",
        "providers",
        "id",
        (
            _key(),
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
            _words("hardship", "eligibility.hardship"),
            _words("languages"),
            _words("accessibility", is_required=False),
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
    ),
    NodeType(
        Need,
        "Need",
        "needs",
        "id",
        (
            _key(),
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
        ),
        (
            Relationship("OF", "category_id", Category, is_required=True),
            Relationship("RAISED", "resident_id", Resident, is_incoming=True),
            Relationship("AT", "community_code", Area),
            _requires(),
            Relationship("EXCLUDES", "excluded_provider_ids", Provider, is_many=True),
        ),
    ),
    NodeType(
        Referral,
        "Referral",
        "referrals",
        "id",
        (
            _key(),
            Property("status", S, is_required=True, is_indexed=True, enum=ReferralStatus),
            Property("created_at", T, is_required=True),
            Property("units", I, unit="unit", is_required=True),
            SYNTHETIC,
        ),
        (
            Relationship("FOR", "need_id", Need, is_required=True),
            Relationship("TO", "provider_id", Provider, is_required=True),
        ),
    ),
)

BY_ENTITY: dict[type[Any], NodeType] = {each.entity: each for each in NODE_TYPES}
BY_LABEL: dict[str, NodeType] = {each.label: each for each in NODE_TYPES}

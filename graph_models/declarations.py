"""The words in which the graph is declared: properties with units, relationships, kinds of nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graph_models.ports import Entity


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
    scopes
        How a value lies in areas: each a path of to-one relationships that ends at an area. A value is
        within a jurisdiction if one of them leads into it. Without any, a kind lies nowhere.
    """

    entity: type[Entity]
    label: str
    plural: str
    key: str
    properties: tuple[Property, ...]
    relationships: tuple[Relationship, ...] = ()
    sublabel: str | None = None
    scopes: tuple[tuple[str, ...], ...] = ()

    def columns(self) -> tuple[str, ...]:
        """Names of all columns: properties, then relationships."""
        return (*(each.name for each in self.properties), *(each.column for each in self.relationships))

    def filters(self) -> tuple[str, ...]:
        """Names that a page can be filtered by: indexed properties and to-one relationships."""
        indexed = (each.name for each in self.properties if each.is_indexed)
        to_one = (each.column for each in self.relationships if not each.is_many)
        return (*indexed, *to_one)


S = PropertyType.STRING
I = PropertyType.INTEGER  # noqa: E741 - reads as a table where it is used
F = PropertyType.FLOAT
B = PropertyType.BOOLEAN
T = PropertyType.INSTANT


def key(name: str = "id") -> Property:
    """Declare the key of a kind."""
    return Property(name, S, is_required=True)


def words(name: str, path: str = "", *, is_required: bool = True) -> Property:
    """Declare a list of texts."""
    return Property(name, PropertyType.STRING_LIST, path, is_required=is_required)

"""The declaration of the graph agrees with the domain and is safe to make statements from."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from graph_models.declarations import NodeType, PropertyType
from graph_models.ports import Entity
from graph_models.records import to_row
from graph_models.schema import ALL_TYPES, BY_ENTITY, BY_LABEL, sublabel_of
from tests.contracts.values import complete_values, sparse_values

EACH_NODE = pytest.mark.parametrize("node", ALL_TYPES, ids=[node.label for node in ALL_TYPES])
NAME = re.compile(r"[a-z][a-z0-9_]*")


def _leaves(kind: type[Any], prefix: str = "") -> dict[str, Any]:
    """Paths of a dataclass down to what is not a nested dataclass, with their types but for None."""
    paths: dict[str, Any] = {}
    hints = get_type_hints(kind)
    for field in fields(kind):
        hint = hints[field.name]
        if get_origin(hint) in (Union, UnionType):
            hint = next(each for each in get_args(hint) if each is not type(None))
        is_nested = is_dataclass(hint) and field.name != "availability"
        paths |= _leaves(hint, f"{prefix}{field.name}.") if is_nested else {f"{prefix}{field.name}": hint}
    return paths


def _declared(node: NodeType) -> dict[str, str]:
    return {
        **{each.path or each.name: each.name for each in node.properties},
        **{each.column: each.column for each in node.relationships},
    }


def test_every_kind_is_declared_once() -> None:
    """Each kind of value has one node type, with a label and a plural of its own."""
    assert set(BY_ENTITY) == set(get_args(Entity))
    assert len(BY_ENTITY) == len(BY_LABEL) == len({node.plural for node in ALL_TYPES}) == len(ALL_TYPES)


@EACH_NODE
def test_every_field_has_a_column(node: NodeType) -> None:
    """No field of a value is forgotten, and no column is of nothing."""
    assert set(_declared(node)) == set(_leaves(node.entity))


@EACH_NODE
def test_names_are_plain(node: NodeType) -> None:
    """Names go into SQL and Cypher as they are: they are words, and unique within their kind."""
    columns = node.columns()
    assert len(set(columns)) == len(columns)
    assert all(NAME.fullmatch(name) for name in (*columns, node.plural))
    assert re.fullmatch(r"([A-Z][a-z]+)+", node.label)
    assert all(re.fullmatch(r"[A-Z_]+", each.name) for each in node.relationships)
    assert all(NAME.fullmatch(each.property.name) for each in node.relationships if each.property)


@EACH_NODE
def test_types_are_those_of_the_domain(node: NodeType) -> None:
    """A property has the type of its field, and the closed list if there is one."""
    expected: dict[Any, PropertyType] = {
        str: PropertyType.STRING,
        int: PropertyType.INTEGER,
        float: PropertyType.FLOAT,
        bool: PropertyType.BOOLEAN,
    }
    hints = _leaves(node.entity)
    for each in node.properties:
        hint = hints[each.path or each.name]
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            assert (each.kind, each.enum) == (PropertyType.STRING, hint)
        elif get_origin(hint) is tuple:
            assert each.kind is PropertyType.STRING_LIST
        else:
            by_name = {"datetime": PropertyType.INSTANT, "WeeklyAvailability": PropertyType.WEEKLY_HOURS}
            hint = getattr(hint, "__supertype__", hint)
            assert each.kind is (expected.get(hint) or by_name[hint.__name__])


@EACH_NODE
def test_relationships_name_kinds_that_exist(node: NodeType) -> None:
    """A relationship ends at a declared kind; one with a property is to many and can be built."""
    for each in node.relationships:
        assert each.target in BY_ENTITY
        assert (each.property is None) == (each.build is None)
        assert each.is_many or each.property is None


@EACH_NODE
def test_required_columns_are_never_absent(node: NodeType) -> None:
    """What the schema calls required no valid value lacks."""
    for value in (*complete_values(), *sparse_values()):
        if isinstance(value, node.entity):
            row = to_row(value)
            required = [each.name for each in node.properties if each.is_required]
            required += [each.column for each in node.relationships if each.is_required or each.is_many]
            assert all(row[name] is not None for name in required)
            assert node.key in required


def test_filters() -> None:
    """A page can be filtered by indexed properties and by to-one relationships, nothing else."""
    assert BY_LABEL["Provider"].filters() == ("kind", "community_code", "member_of")
    assert BY_LABEL["Area"].filters() == ("level", "parent_code")
    assert BY_LABEL["Staff"].filters() == ()


def test_second_labels() -> None:
    """An open list of kinds needs no new code: any snake_case word is a CamelCase label."""
    labels = {
        kind: sublabel_of(BY_LABEL["Provider"], {"kind": kind}) for kind in ("station", "social_organisation")
    }
    assert labels == {"station": "Station", "social_organisation": "SocialOrganisation"}
    assert sublabel_of(BY_LABEL["Area"], {"level": "street"}) == "Street"
    assert sublabel_of(BY_LABEL["Skill"], {}) is None

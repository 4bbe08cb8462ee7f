"""Section 4 of the store contract: the graph keeps its rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph_models.domain.categories import Category
from graph_models.domain.errors import (
    DuplicateKey,
    InvalidValue,
    LastMeterError,
    NotFound,
    StillReferenced,
    UnknownReference,
)
from graph_models.domain.places import Area, AreaLevel
from graph_models.domain.providers import Provider
from graph_models.domain.skills import RelatedSkill, Skill, SkillOffer, SkillRequirement
from graph_models.ports import NEW, Delete, Entity, GraphStore, Operation, Put, WriteBatch, key_of
from graph_models.schema import ALL_TYPES, BY_ENTITY
from tests.builders import COMMUNITY, a_provider
from tests.contracts.fixtures import StoreFixtures, delete, new_id, put
from tests.contracts.values import complete_values

EVERY_RELATIONSHIP = [(node, each) for node in ALL_TYPES for each in node.relationships]
RELATIONSHIP_IDS = [f"{node.label}-{each.name}" for node, each in EVERY_RELATIONSHIP]
COMPLETE: dict[type[Entity], Entity] = {type(value): value for value in complete_values()}
ENDS: dict[str, Any] = {
    "related": (RelatedSkill("missing", 0.5),),
    "required_skills": (SkillRequirement("missing"),),
    "skills": (SkillOffer("missing", 1.0),),
    "responsible_for": (COMMUNITY, "missing"),
    "serves": (COMMUNITY, "missing"),
    "excluded_provider_ids": ("missing", "p1"),
    "parent_code": "4401030011",
}


def a_skill(key: str, broader: str | None = None) -> Skill:
    return Skill(key, key, key, broader)


class References(StoreFixtures):
    @pytest.mark.parametrize(("node", "relationship"), EVERY_RELATIONSHIP, ids=RELATIONSHIP_IDS)
    def test_reference_to_nothing(self, store: GraphStore, node: Any, relationship: Any) -> None:
        """4.1 A value that would point at nothing is refused, whichever relationship it is."""
        put(store, *complete_values())
        before = COMPLETE[node.entity]
        column = relationship.column
        value = replace(before, **{column: ENDS.get(column, "missing")})
        with pytest.raises(UnknownReference) as caught:
            put(store, value)
        assert caught.value.field == f"{node.label.lower()}.{column}"
        assert caught.value.kind == BY_ENTITY[relationship.target].label
        assert caught.value.key in ("missing", "4401030011")
        assert store.get(node.entity, key_of(value)).value == before

    def test_references_within_a_batch(self, store: GraphStore) -> None:
        """4.2 A value may point at another one of its batch, in whatever order they come."""
        put(store, *reversed(complete_values()))
        assert store.get(Provider, "p2").value == COMPLETE[Provider]

    def test_reference_to_what_the_batch_deletes(self, store: GraphStore) -> None:
        """4.3 A value may not point at what its own batch deletes."""
        put(store, a_skill("gone"))
        operations = (Delete(Skill, "gone"), Put(a_provider("p5", skills=(SkillOffer("gone", 1.0),))))
        with pytest.raises(UnknownReference):
            store.write(WriteBatch(new_id(), operations))

    @pytest.mark.parametrize(("node", "relationship"), EVERY_RELATIONSHIP, ids=RELATIONSHIP_IDS)
    def test_delete_of_what_is_pointed_at(self, store: GraphStore, node: Any, relationship: Any) -> None:
        """4.4 Deleting what another value points at is refused, whichever relationship it is."""
        put(store, *complete_values())
        held = getattr(COMPLETE[node.entity], relationship.column)
        ends = held if isinstance(held, tuple) else (held,)
        for end in ends:
            key = end if isinstance(end, str) else end.skill_id
            if key == key_of(COMPLETE[node.entity]) and relationship.target is node.entity:
                put(store, replace(COMPLETE[node.entity], id="other"))  # what points at itself may go
            with pytest.raises(StillReferenced) as caught:
                delete(store, relationship.target, key)
            assert (caught.value.kind, caught.value.key) == (BY_ENTITY[relationship.target].label, key)
            assert store.get(relationship.target, key).revision == 1

    def test_delete_together_with_what_points_at_it(self, store: GraphStore) -> None:
        """4.5 Values that point at each other can be deleted in one batch, in whatever order."""
        put(store, *complete_values())
        operations = tuple(Delete(type(value), key_of(value)) for value in complete_values())
        store.write(WriteBatch(new_id(), operations))
        assert all(store.get_many(type(value), [key_of(value)]) == {} for value in complete_values())

    def test_delete_while_the_last_reference_moves(self, store: GraphStore) -> None:
        """4.5 A value can be deleted by the batch that points its referrers elsewhere."""
        put(store, a_skill("old"), a_provider("p5", skills=(SkillOffer("old", 1.0),)))
        store.write(WriteBatch(new_id(), (Delete(Skill, "old"), Put(a_provider("p5")))))
        with pytest.raises(NotFound):
            store.get(Skill, "old")


class Taxonomy(StoreFixtures):
    @pytest.mark.parametrize(
        "skills",
        [
            [a_skill("care", "care.bathing")],
            [a_skill("care", "c"), a_skill("c", "b"), a_skill("b", "care.bathing")],
            [a_skill("x", "y"), a_skill("y", "x")],
            [a_skill("repairs", "care.feeding"), a_skill("care", "repairs")],
        ],
        ids=["with the store", "through the batch", "within the batch", "both ends"],
    )
    def test_circles_are_refused(self, store: GraphStore, skills: list[Skill]) -> None:
        """4.6 A batch that would make the taxonomy run in a circle is refused, naming the circle."""
        with pytest.raises(InvalidValue, match=r"not run in a circle \(.* > .*\)") as caught:
            put(store, *skills)
        assert caught.value.field == "skill.broader_id"
        assert all(skill.id in str(caught.value) for skill in skills)

    def test_long_circles_are_refused(self, store: GraphStore) -> None:
        """4.6 A circle is found however many stored skills it runs through."""
        keys = [f"level{n}" for n in range(8)]
        put(store, a_skill(keys[0]), *map(a_skill, keys[1:], keys))
        with pytest.raises(InvalidValue, match="circle") as caught:
            put(store, a_skill(keys[0], keys[-1]))
        assert all(key in str(caught.value) for key in keys)

    def test_branches_can_be_moved(self, store: GraphStore) -> None:
        """4.6 Turning a branch upside down in one batch is no circle."""
        put(store, a_skill("care", "care.bathing"), a_skill("care.bathing"))
        assert store.get(Skill, "care").value.broader_id == "care.bathing"


class Hierarchy(StoreFixtures):
    @pytest.mark.parametrize("level", [AreaLevel.COMMUNITY, AreaLevel.STREET, AreaLevel.DISTRICT])
    def test_parent_is_not_wider(self, store: GraphStore, level: AreaLevel) -> None:
        """4.7 An area cannot be part of one that is as narrow or narrower."""
        with pytest.raises(InvalidValue, match="wider") as caught:
            put(store, Area(COMMUNITY + "1", level, "x", COMMUNITY))
        assert caught.value.field == "area.parent_code"

    def test_parent_becomes_too_narrow(self, store: GraphStore) -> None:
        """4.7 An area cannot become as narrow as what lies in it; together they can change."""
        street = store.get(Area, "440103001").value
        with pytest.raises(InvalidValue, match="wider"):
            put(store, replace(street, level=AreaLevel.COMMUNITY))
        operations: tuple[Operation, ...] = (
            Put(replace(street, level=AreaLevel.DISTRICT, parent_code="4401")),
            Put(replace(store.get(Area, COMMUNITY).value, level=AreaLevel.STREET)),
        )
        store.write(WriteBatch(new_id(), operations))
        assert store.get(Area, COMMUNITY).value.level is AreaLevel.STREET


class SeveralRules(StoreFixtures):
    def test_the_first_broken_rule_counts(self, store: GraphStore) -> None:
        """4.8 Of several broken rules the one told is the same in every store, whatever the order."""
        broken: list[tuple[Operation, type[LastMeterError]]] = [
            (Put(a_provider("p1"), NEW), DuplicateKey),
            (Put(a_provider("p5", member_of="nobody")), UnknownReference),
            (Delete(Category, "home_care"), StillReferenced),
            (Put(a_skill("care", "care.bathing")), InvalidValue),
        ]
        while broken:
            batch = WriteBatch(new_id(), tuple(operation for operation, _ in reversed(broken)))
            with pytest.raises(broken[0][1]):
                store.write(batch)
            broken.pop(0)

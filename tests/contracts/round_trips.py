"""Section 1 of the store contract: values come back as they went in."""

from __future__ import annotations

from dataclasses import MISSING, fields
from datetime import UTC

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.domain.places import Area
from graph_models.domain.providers import Provider
from graph_models.domain.skills import Skill
from graph_models.ports import Entity, GraphStore, Stored, key_of
from graph_models.schema import ALL_TYPES
from tests.builders import a_provider
from tests.contracts.fixtures import StoreFixtures, put
from tests.contracts.strategies import ENTITIES
from tests.contracts.values import complete_values, sparse_values


def the_values_cover_everything() -> None:
    """Guards the guard: a new kind or field must appear in `complete_values`."""
    assert [type(value) for value in complete_values()] == [node.entity for node in ALL_TYPES]
    for value in complete_values():
        for field in fields(value):
            default = field.default if field.default_factory is MISSING else field.default_factory()
            assert getattr(value, field.name) != default, f"{type(value).__name__}.{field.name}"


class RoundTrips(StoreFixtures):
    def test_every_field_comes_back(self, store: GraphStore) -> None:
        """1.1 A value of any kind, with every field set, comes back equal."""
        the_values_cover_everything()
        put(store, *complete_values())
        for value in complete_values():
            assert store.get(type(value), key_of(value)) == Stored(value, 1)

    def test_absent_and_empty_come_back(self, store: GraphStore) -> None:
        """1.2 What is absent comes back absent, and what is known to be empty comes back empty."""
        put(store, *sparse_values())
        for value in sparse_values():
            assert store.get(type(value), key_of(value)).value == value

    def test_replacing_leaves_nothing_of_the_old_value(self, store: GraphStore) -> None:
        """1.3 A replaced value has no field and no relationship of its predecessor."""
        put(store, *complete_values())
        bare = a_provider("p2", skills=(), location=None, community_code=None)
        put(store, bare)
        assert store.get(Provider, "p2") == Stored(bare, 2)

    def test_times_come_back_in_utc(self, store: GraphStore) -> None:
        """1.4 A time comes back as the same instant, in UTC, to the microsecond."""
        put(store, *complete_values())
        stored = store.get(Provider, "p2").value
        assert stored.last_referral_at is not None
        assert stored.last_referral_at.tzinfo is UTC
        assert stored.verified_at is not None
        assert stored.verified_at.microsecond == 999_999

    @pytest.mark.parametrize(
        "name",
        [
            "荔湾区养老服务中心",
            "Ångström",
            "Å",
            "𠮷野家 🏠",
            "'); DROP TABLE provider;--",
            "{x: 1}",
            "A\u030angstro\u0308m",
            "%_*?",
        ],
    )
    def test_texts_come_back_unchanged(self, store: GraphStore, name: str) -> None:
        """1.5 Any printable text comes back code point by code point: nothing is normalised or run."""
        put(store, a_provider("p9", name=name))
        assert store.get(Provider, "p9").value.name == name

    def test_keys_are_unique_within_their_kind(self, store: GraphStore) -> None:
        """1.6 One key of two kinds names two values; keys differ by case."""
        values: list[Entity] = [Skill("x", "skill", "技能"), a_provider("x"), a_provider("X")]
        put(store, *values)
        assert store.get(Skill, "x").value == values[0]
        assert store.get(Provider, "x").value == values[1]
        assert store.get(Provider, "X").value == values[2]
        assert store.count(Area) == 4

    @settings(
        max_examples=40,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(
        values=st.lists(ENTITIES, min_size=1, max_size=12, unique_by=lambda each: (type(each), key_of(each)))
    )
    def test_any_valid_value_comes_back(self, store: GraphStore, values: list[Entity]) -> None:
        """1.7 Any valid value comes back equal, whatever stood there before."""
        put(store, *values)
        for value in values:
            assert store.get(type(value), key_of(value)).value == value

"""A city as it is read from a real store: what is on record, what is open, and what cannot be matched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from graph_models.domain.identifiers import AreaCode, CategoryId
from graph_models.domain.needs import NeedStatus
from graph_models.domain.providers import Provider
from graph_models.domain.referrals import ReferralStatus
from graph_models.ports import Entity, GraphStore, Put, WriteBatch
from graph_models.stores.opening import open_store
from matcher.catalogue import read_catalogue
from matcher.coverage.access import assess_access
from matcher.coverage.city import City, read_city
from matcher.coverage.exposure import Grouping, served_rates
from matcher.engine import Engine
from matcher.parameters import default_parameters
from matcher.travel import unit_vectors
from tests.builders import (
    NOW,
    FixedClock,
    a_category,
    a_need,
    a_provider,
    a_referral,
    a_resident,
    some_skills,
)
from tests.matcher.coverage.towns import COMMUNITIES, a_town, at, in_community, town_areas
from tests.matcher.situations import north

write_ids = count()
HERE = in_community(0)
STATES = {
    "active": NeedStatus.ACTIVE,
    "draft": NeedStatus.DRAFT,
    "held": NeedStatus.ON_HOLD,
    "done": NeedStatus.COMPLETED,
    "revoked": NeedStatus.REVOKED,
    "wrong": NeedStatus.ENTERED_IN_ERROR,
}


def write(store: GraphStore, *values: Entity) -> None:
    store.write(WriteBatch(f"w{next(write_ids)}", tuple(map(Put, values))))


def seen(store: GraphStore) -> City:
    catalogue = read_catalogue(store, default_parameters())
    engine = Engine((stored.value for stored in store.scan(Provider)), default_parameters())
    return read_city(store, store.head(), catalogue, engine, NOW)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    """The town with its last community without a point, two residents and two providers."""
    with open_store(f"sqlite:///{tmp_path}/city.db", FixedClock()) as opened:
        areas = town_areas()
        areas[-1] = replace(areas[-1], location=None)
        write(opened, *areas)
        write(opened, *some_skills())
        codes = {"registration_code": AreaCode("110101"), "residence_code": AreaCode("110101")}
        write(opened, a_category(search_radius_km=1.5), a_category("call", is_remote=True))
        write(opened, a_resident("r1", **codes), a_resident("r2", **codes))
        write(opened, a_provider("p1", **at(0)), a_provider("p2", **at(1)))
        yield opened


def test_open_needs_and_needs_on_record(store: GraphStore) -> None:
    """Drafts, and what was revoked or raised in error, were never meant to be served."""
    write(store, *(a_need(key, resident_id="r1", status=status, **HERE) for key, status in STATES.items()))
    city = seen(store)
    assert [each.need.id for each in city.contexts] == ["active"]
    assert sorted(each.id for each in city.needs) == ["active", "done", "held"]
    assert sorted(city.residents) == ["r1", "r2"]
    assert (city.graph_revision, city.read_at) == (store.head(), NOW)
    assert city.contexts[0].resident == city.residents[city.contexts[0].need.resident_id or ""]  # type: ignore[index]
    assert (city.unusable, city.completed, len(city.engine)) == ({}, {}, 2)


def test_needs_that_cannot_be_matched(store: GraphStore) -> None:
    """No point on record, so nobody can be near: told with the rule, counted as raised, not as open."""
    write(store, a_need("lost", **in_community(3)), a_need("fine", **HERE))
    write(store, a_need("phone", category_id=CategoryId("call"), **in_community(3)))
    city = seen(store)
    assert [each.need.id for each in city.contexts] == ["fine", "phone"]
    assert list(city.unusable) == ["lost"]
    assert "need.location must be given" in city.unusable[city.needs[1].id]
    assert len(city.needs) == 3
    table = assess_access(city).demand
    assert table.tolist() == [[0, 0, 0, 1], [1, 0, 0, 0]]
    districts = {each.group: each.needs for each in served_rates(city) if each.grouping is Grouping.DISTRICT}
    assert districts == {"1101": 1, "1102": 2}


def test_what_became_of_referrals(store: GraphStore) -> None:
    """Completed ones are kept by need; units that are served or under way are not open."""
    write(store, a_need("a", units=5, resident_id="r1", **HERE), a_need("b", **HERE), a_need("c", **HERE))
    write(
        store,
        a_referral("f1", need_id="a", provider_id="p1", status=ReferralStatus.COMPLETED),
        a_referral("f2", need_id="a", provider_id="p2", status=ReferralStatus.COMPLETED),
        a_referral("f3", need_id="a", provider_id="p2", units=2, status=ReferralStatus.ACCEPTED),
        a_referral("f4", need_id="b", provider_id="p1", status=ReferralStatus.REJECTED),
        a_referral("f5", need_id="c", provider_id="p1", status=ReferralStatus.IN_PROGRESS),
    )
    city = seen(store)
    assert {key: sorted(several) for key, several in city.completed.items()} == {"a": ["p1", "p2"]}
    assert {each.need.id: each.need.units for each in city.contexts} == {"a": 1, "b": 1}
    assert [each.units for each in city.needs if each.id == "a"] == [5]
    assert city.contexts[1].excluded == {"p1"}
    assert city.contexts[0].served_before == {"p1", "p2"}
    served = {each.group: each.served for each in served_rates(city) if each.grouping is Grouping.DISTRICT}
    assert served == {"1101": 1}


def test_places_are_its_communities(store: GraphStore) -> None:
    """By code, with their points, NaN where none is known."""
    city = seen(store)
    assert tuple(each.code for each in city.communities) == COMMUNITIES
    assert dict(city.place_of) == {code: place for place, code in enumerate(COMMUNITIES)}
    assert city.category_ids == ("call", "home_care")
    expected = [(north(1_000 * place).latitude, north(0).longitude) for place in range(3)]
    assert city.points[:3].tolist() == [list(each) for each in expected]
    assert np.isnan(city.points[3]).all()
    np.testing.assert_array_equal(city.vectors, unit_vectors(*city.points.T))


def test_the_district_around_an_area() -> None:
    city = a_town([])
    for code, district in (
        ("110101", "1101"),
        ("110202", "1102"),
        ("1102", "1102"),
        ("11", None),
        ("x", None),
    ):
        assert city.district_of(AreaCode(code)) == district
    assert city.district_of(None) is None


def test_a_probe_is_of_nobody_in_particular() -> None:
    probe = a_town([]).probe(CategoryId("home_care"))
    assert (probe.resident, probe.age, probe.window, probe.excluded) == (None, None, None, frozenset())
    assert (probe.category.id, probe.search_radius_m, probe.need.units) == ("home_care", 1_500, 1)
    assert [each.skill_id for each in probe.requirements] == ["care.bathing"]


def test_an_empty_store(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/empty.db", FixedClock()) as empty:
        city = seen(empty)
    assert (city.contexts, city.needs, city.communities, city.category_ids) == ((), (), (), ())
    assert (city.points.shape, city.vectors.shape) == ((0, 2), (0, 3))

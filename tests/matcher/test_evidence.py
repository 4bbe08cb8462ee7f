"""A recorded list is made again, bit for bit, from nothing but its record."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings

from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import NeedId
from graph_models.domain.needs import Need
from graph_models.domain.providers import Provider
from graph_models.ports import GraphStore, Put, WriteBatch
from graph_models.stores.opening import open_store
from matcher.evidence import Evidence, narrowed, replay, told, written
from matcher.parameters import default_parameters
from matcher.reference import reference_suggestions
from matcher.use_cases import LiveMatcher
from tests.builders import FixedClock, a_category, a_need, a_provider, a_resident, some_areas, some_skills
from tests.matcher.cities import City, cities


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    with open_store(f"sqlite:///{tmp_path / 'city.db'}", FixedClock()) as opened:
        values = [
            *some_areas(),
            *some_skills(),
            a_category(),
            a_resident(),
            *(a_provider(f"p{number}") for number in range(5)),
            a_need(resident_id="r1"),
        ]
        opened.write(WriteBatch("seed", tuple(map(Put, values))))
        yield opened


@pytest.fixture
def content(store: GraphStore) -> str:
    matcher = LiveMatcher(store, FixedClock(), default_parameters())
    return written(*matcher.evidence_for(NeedId("n1"), 3))


def test_made_again(store: GraphStore, content: str) -> None:
    """Whatever has become of the store meanwhile."""
    everyone = [each.value for each in store.scan(Provider)]
    changed = [Put(replace(each, is_active=False)) for each in everyone]
    moved = Put(replace(store.get(Need, "n1").value, units=9))
    store.write(WriteBatch("later", (*changed, moved)))
    again = replay(content)
    assert again.is_equal
    assert [each.id for each in again.evidence.providers] == ["p0", "p1", "p2"]
    assert again.evidence.graph_revision == 1


def test_a_record_that_was_touched_differs(content: str) -> None:
    """A score that was changed, or a provider: either shows."""
    held = orjson.loads(zlib.decompress(b64decode(content)))
    score = {**held, "suggestions": held["suggestions"].replace('"rank":1', '"rank":2')}
    other = {**held, "providers": [{**held["providers"][0], "recent_referrals": 9}, *held["providers"][1:]]}
    for touched in (score, other):
        again = replay(b64encode(zlib.compress(orjson.dumps(touched))).decode())
        assert not again.is_equal


@pytest.mark.parametrize("text", ["", "no base64 é", "eA==", b64encode(zlib.compress(b"{}")).decode()])
def test_what_is_no_record(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"suggestion_record\.content must be a record"):
        replay(text)


@settings(max_examples=40)
@given(cities())
def test_any_list_of_any_city(city: City) -> None:
    """With whatever taxonomy, areas, history and time."""
    catalogue, context = city.catalogue(), city.context()
    result = reference_suggestions(context, city.providers, 10)
    by_id = {each.id: each for each in city.providers}
    evidence = Evidence(
        need=city.need,
        resident=city.resident,
        history=city.history,
        now=city.now,
        graph_revision=1,
        catalogue=narrowed(context, catalogue),
        providers=tuple(by_id[each.provider_id] for each in result.suggestions),
        limit=10,
    )
    again = replay(written(evidence, result))
    assert again.is_equal
    assert again.replayed == told(result)

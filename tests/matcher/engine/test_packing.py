"""Columns to rows: whatever a store holds, and exactly as domain values are packed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from graph_models.bulk import put_all
from graph_models.city.generate import generate_city
from graph_models.domain.errors import StoreUnavailable
from graph_models.domain.places import Location
from graph_models.domain.providers import Provider
from graph_models.ports import Columns, GraphStore
from graph_models.stores.opening import open_store
from matcher.engine.growing import Interned, Patterns
from matcher.engine.index import ProviderIndex
from matcher.engine.packing import COLUMNS, in_columns, packed
from matcher.engine.rows import NEVER, ROW, Vocabulary
from matcher.parameters import default_parameters
from matcher.rules import ready_at
from tests.builders import NOW, FixedClock, a_provider
from tests.contracts.strategies import PROVIDERS
from tests.matcher.engine.test_index import as_matching_sees, held

LAST = datetime(9998, 12, 31, 23, 59, 59, 999_999, UTC)  # that a provider may tell


def of_this_era(provider: Provider) -> bool:
    """Whether its cooldown ends at a time that a provider may tell."""
    return provider.last_referral_at is None or provider.last_referral_at.year < 9997


def bare(provider: Provider) -> Provider:
    """The provider without what matching does not look at."""
    at = provider.location
    place = None if at is None else Location(at.latitude, at.longitude)
    return replace(provider, location=place, member_of=None, source=None, is_synthetic=False)


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(st.lists(PROVIDERS.filter(of_this_era), min_size=1, max_size=6, unique_by=lambda each: each.id))
def test_any_provider_comes_back_from_its_row(providers: list[Provider]) -> None:
    """Any text, bound, time and absent value that a provider may have, rounded as the rules round it."""
    index = ProviderIndex(default_parameters())
    index.change(providers)
    for provider in providers:
        assert held(index, provider.id) == as_matching_sees(bare(provider))


@pytest.mark.parametrize("hours", [0, 1, 24 * 363, 24 * 364, 24 * 366])
@pytest.mark.parametrize("asked", [None, datetime(2, 1, 1, tzinfo=UTC), NOW, LAST])
def test_cooldowns_end_as_the_rules_say(asked: datetime | None, hours: int) -> None:
    """To the microsecond, also where time ends; who was never asked is always ready."""
    provider = a_provider(last_referral_at=asked, cooldown_hours=hours)
    table = packed(in_columns([provider]), Vocabulary(default_parameters())).table
    assert table["ready_at"].tolist() == [NEVER if asked is None else ready_at(provider)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    with open_store(f"sqlite:///{tmp_path}/city.db", FixedClock()) as store:
        yield store


def test_an_index_of_columns_is_the_index_of_the_values(store: GraphStore) -> None:
    """What a file brings as columns, in several parts, makes the same rows and numbers as its values."""
    city = generate_city(0.004)
    for _ in put_all(store, city.entities(), load_id="city"):
        pass
    odd = [
        a_provider("odd-1", location=None, community_code=None, skills=(), name="志愿者 🏥 ́"),
        a_provider("odd-2", max_travel_km=0.0005, accessibility=()),
        a_provider("odd-3", last_referral_at=LAST, cooldown_hours=24, monthly_cap=0),
    ]
    for _ in put_all(store, (replace(each, skills=(), community_code=None) for each in odd), load_id="odd"):
        pass
    loaded, changed = ProviderIndex(default_parameters()), ProviderIndex(default_parameters())
    parts = list(store.scan_columns(Provider, COLUMNS))
    loaded.load(parts)
    values = (each.value for each in store.scan(Provider))
    for part in parts:  # as many at once, for numbers are given in order of appearance
        changed.change(islice(values, len(part["id"])))
    changed.settle()
    assert len(loaded) == len(changed) == store.count(Provider) > 10_000
    here, there = loaded.snapshot, changed.snapshot
    for field in ROW.names:  # not the bytes between them, which nobody sets
        assert_array_equal(here.table[field], there.table[field], field)
    for ours, theirs in zip((here.texts, *here.lists), (there.texts, *there.lists), strict=True):
        assert_array_equal(ours, theirs)
    for name, words in vars(loaded.vocabulary).items():
        if isinstance(words, Interned | Patterns):
            assert vars(words)["_numbers"] == vars(vars(changed.vocabulary)[name])["_numbers"], name


def test_loading_replaces_what_is_there() -> None:
    """A provider that is there already is put anew; others stay; all rows are laid out without gaps."""
    index = ProviderIndex(default_parameters())
    index.change([a_provider("p1"), a_provider("p2")])
    renamed, fresh = a_provider("p1", name="Renamed"), a_provider("p3")
    index.load([in_columns([renamed]), in_columns([fresh])])
    assert (len(index), index.snapshot.used) == (3, 3)
    assert [held(index, key) for key in ("p1", "p2", "p3")] == [renamed, a_provider("p2"), fresh]


def test_a_load_that_breaks_off_leaves_rows_in_order() -> None:
    """What came before is there, and later changes are laid out as ever."""
    index = ProviderIndex(default_parameters())

    def parts() -> Iterator[Columns]:
        yield in_columns(a_provider(f"p{number}") for number in range(10))
        raise StoreUnavailable("the disk failed to read")

    with pytest.raises(StoreUnavailable):
        index.load(parts())
    generation = index.snapshot.generation
    index.change(a_provider(f"q{number}") for number in range(10_000))
    assert len(index) == 10_010
    assert index.snapshot.generation == generation + 1

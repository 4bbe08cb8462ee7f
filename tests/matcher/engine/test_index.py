from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.skills import SkillOffer
from matcher.availability import to_instant
from matcher.engine import index as index_module
from matcher.engine import layout as layout_module
from matcher.engine.index import ProviderIndex
from matcher.engine.rows import ROW
from matcher.fixed_point import to_millionths
from matcher.parameters import default_parameters
from matcher.rules import ready_at
from matcher.travel import to_metres
from tests.builders import NOW, a_provider
from tests.matcher.cities import City, cities
from tests.matcher.situations import north


def as_matching_sees(provider: Provider) -> Provider:
    """The provider rounded as the rules round it."""
    ready, rest_hours = ready_at(provider), min(provider.cooldown_hours, 1)
    return replace(
        provider,
        skills=tuple(SkillOffer(each.skill_id, to_millionths(each.level) / 1e6) for each in provider.skills),
        capacity=Capacity(provider.capacity.total, provider.capacity.reserved + provider.capacity.consumed),
        max_travel_km=None if provider.max_travel_km is None else to_metres(provider.max_travel_km) / 1000,
        last_referral_at=None if ready is None else to_instant(ready, UTC) - timedelta(hours=rest_hours),
        cooldown_hours=rest_hours,
    )


def held(index: ProviderIndex, provider_id: str) -> Provider | None:
    [row] = index.find([provider_id], index.snapshot)
    return None if row < 0 else index.snapshot.provider_at(row, index.vocabulary)


@settings(max_examples=100, deadline=None)
@given(cities(), st.booleans())
def test_a_row_gives_back_its_provider(city: City, is_settled: bool) -> None:
    """Nothing that matching looks at is lost in the columns, nor when they are laid out anew."""
    index = ProviderIndex(default_parameters())
    index.change(city.providers)
    if is_settled:
        index.settle()
    assert len(index) == len(city.providers)
    for provider in city.providers:
        assert held(index, provider.id) == as_matching_sees(provider)


@pytest.mark.parametrize(
    "change",
    [
        {"capacity": Capacity(4, 1)},
        {"is_active": False},
        {"serves": ("440103",)},
        {"last_referral_at": NOW, "recent_referrals": 1},
    ],
)
def test_changes_are_made_in_place(change: dict[str, object]) -> None:
    """Whatever changes but skills, place and name, the provider keeps its row: no row dies."""
    index = ProviderIndex(default_parameters())
    index.change([a_provider("p1"), a_provider("p2")])
    before = index.find(["p1"], index.snapshot)
    changed = replace(a_provider("p1"), **change)
    index.change([changed])
    assert index.snapshot.used == 2
    assert index.find(["p1"], index.snapshot) == before
    assert held(index, "p1") == as_matching_sees(changed)


@pytest.mark.parametrize(
    "change",
    [
        {"skills": ()},
        {"skills": (SkillOffer("care.bathing", 0.7),)},
        {"skills": (SkillOffer("care.feeding", 0.8),)},
        {"skills": (SkillOffer("care.bathing", 0.8), SkillOffer("repairs", 1))},
        {"location": None},
        {"location": north(1)},
        {"name": "Another name"},
        {"name": "Provider p2"},
    ],
)
def test_changed_skills_places_and_names_take_a_new_row(change: dict[str, object]) -> None:
    """The old row dies."""
    index = ProviderIndex(default_parameters())
    index.change([a_provider("p1"), a_provider("p2")])
    changed = replace(a_provider("p1"), **change)
    index.change([changed])
    assert (len(index), index.snapshot.used) == (2, 3)
    assert index.snapshot.table["is_alive"][:3].tolist().count(False) == 1
    assert held(index, "p1") == as_matching_sees(changed)


def test_putting_and_removing_is_one_change() -> None:
    """Who comes and who goes do so together; who is not there is gone already."""
    index = ProviderIndex(default_parameters())
    index.change([a_provider("p1"), a_provider("p2")])
    before = index.snapshot
    index.change([a_provider("p3")], ["p1", "nobody", "p1"])
    assert [held(index, key) is not None for key in ("p1", "p2", "p3")] == [False, True, True]
    assert (len(index), before.is_current, index.snapshot.is_current) == (2, False, True)
    index.change([a_provider("p1")])
    assert held(index, "p1") == as_matching_sees(a_provider("p1"))


def test_dead_rows_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often skills change, at most half of the rows are dead (beyond a few)."""
    monkeypatch.setattr(index_module, "MIN_DEAD", 4)
    index = ProviderIndex(default_parameters())
    index.change(a_provider(f"p{number}") for number in range(5))
    index.settle()
    for turn in range(1, 20):
        for number in range(5):
            index.change([a_provider(f"p{number}", skills=(SkillOffer("care", turn / 20),))])
            assert index.snapshot.used <= 2 * len(index) + 1
    assert [held(index, f"p{n}").skills[0].level for n in range(5)] == [0.95] * 5


def test_scattered_rows_are_put_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that were appended are laid out by place when there are too many, and their texts with them."""
    monkeypatch.setattr(index_module, "MIN_UNSETTLED", 8)
    index = ProviderIndex(default_parameters())
    index.settle()
    for number in range(200):
        index.change([a_provider(f"p{number}", location=north(number * 37 % 200))])
    generation = index.snapshot.generation
    assert generation > 2
    index.settle()
    assert len(index.snapshot.table) == 200
    assert {held(index, f"p{number}").name for number in range(200)} == {f"Provider p{n}" for n in range(200)}


def test_neighbours_are_in_order_of_skill_and_worth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows lie by place; within a neighbourhood by their rarest skill, the best of it first."""
    monkeypatch.setattr(layout_module, "NEIGHBOURS", 4)
    rare, frequent = SkillOffer("repairs", 1), SkillOffer("care", 0.5)
    index = ProviderIndex(default_parameters())
    index.change(
        [
            a_provider("near-1", skills=(frequent,)),
            a_provider("near-2", skills=(rare, frequent), capacity=Capacity(4, 3)),
            a_provider("near-3", skills=(frequent,), capacity=Capacity(4)),
            a_provider("near-4", skills=(rare,), capacity=Capacity(4)),
            a_provider("far", skills=(frequent,), location=north(90_000)),
        ]
    )
    index.settle()
    rows = np.arange(len(index.snapshot.table), dtype=np.int32)
    ids = [provider_id for provider_id, _ in index.snapshot.names(rows)]
    assert {*ids[:4]} == {"near-1", "near-2", "near-3", "near-4"}
    assert ids.index("near-4") == ids.index("near-2") - 1
    assert abs(ids.index("near-1") - ids.index("near-3")) == 1
    assert ids[4] == "far"


def test_a_stale_snapshot_has_no_rows() -> None:
    """What it would tell may lie beyond its table, which has been replaced by a longer one."""
    index = ProviderIndex(default_parameters())
    index.change([a_provider("p1")])
    before = index.snapshot
    index.change(a_provider(f"q{number}") for number in range(1_000))
    assert len(index.snapshot.table) > len(before.table)
    assert index.find(["p1", "q999"], before).tolist() == [-1, -1]
    assert all(index.find(["p1", "q999"], index.snapshot) >= 0)


def test_the_log_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names each row that was written, and is begun anew without laying any row out."""
    monkeypatch.setattr(index_module, "LONGEST_LOG", 10)
    index = ProviderIndex(default_parameters())
    index.change([a_provider("p1")])
    index.settle()
    table = index.snapshot.table
    for turn in range(30):
        index.change([a_provider("p1", capacity=Capacity(4 + turn))])
        assert len(index.snapshot.log) <= 10
        assert index.snapshot.table is table
    assert held(index, "p1").capacity.total == 33


def test_many_skills_take_more_words() -> None:
    """The nodes have a bit for each skill, however many there are."""
    index = ProviderIndex(default_parameters())
    index.settle()
    for number in range(200):
        index.change([a_provider(f"p{number}", skills=(SkillOffer(f"skill-{number}", 0.5),))])
    assert index.snapshot.nodes.skills.shape[1] == 4
    assert held(index, "p199").skills == (SkillOffer("skill-199", 0.5),)


def test_the_last_of_several_versions_counts() -> None:
    """A provider put twice at once is there once, as it was put last."""
    index = ProviderIndex(default_parameters())
    index.change([a_provider("p1"), a_provider("p1", name="Later")])
    assert (len(index), index.snapshot.used, held(index, "p1").name) == (1, 1, "Later")


def test_rows_are_two_cache_lines() -> None:
    """A row is a third of the 400 bytes that a provider may take in all."""
    assert ROW.itemsize == 128

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.skills import SkillOffer
from matcher.engine import index as index_module
from matcher.engine.index import ROW, ProviderIndex
from matcher.fixed_point import to_millionths
from matcher.rules import ready_at
from matcher.travel import to_metres
from tests.builders import NOW, a_provider
from tests.matcher.cities import City, cities


def as_matching_sees(provider: Provider) -> Provider:
    """The provider rounded as the rules round it."""
    ready = ready_at(provider)
    return replace(
        provider,
        skills=tuple(SkillOffer(each.skill_id, to_millionths(each.level) / 1e6) for each in provider.skills),
        capacity=Capacity(provider.capacity.total, provider.capacity.reserved + provider.capacity.consumed),
        max_travel_km=None if provider.max_travel_km is None else to_metres(provider.max_travel_km) / 1000,
        last_referral_at=None
        if ready is None
        else provider.last_referral_at + timedelta(hours=provider.cooldown_hours),
        cooldown_hours=0,
    )


@settings(max_examples=100, deadline=None)
@given(cities())
def test_a_row_gives_back_its_provider(city: City) -> None:
    """Nothing that matching looks at is lost in the columns."""
    index = ProviderIndex()
    index.put(city.providers)
    for provider in city.providers:
        assert index.provider_at(index.row_of[provider.id]) == as_matching_sees(provider)


@pytest.mark.parametrize(
    "change",
    [
        {"capacity": Capacity(4, 1)},
        {"is_active": False},
        {"serves": ("440103",)},
        {"location": None},
        {"name": "Another name"},
        {"last_referral_at": NOW, "recent_referrals": 1},
    ],
)
def test_changes_are_made_in_place(change: dict[str, object]) -> None:
    """Whatever changes but the skills, the provider keeps its row: no row dies."""
    index = ProviderIndex()
    index.put([a_provider("p1"), a_provider("p2")])
    changed = replace(a_provider("p1"), **change)
    index.put([changed])
    assert (index.size, index.row_of["p1"]) == (2, 0)
    assert index.provider_at(0) == as_matching_sees(changed)


@pytest.mark.parametrize(
    "skills",
    [
        (),
        (SkillOffer("care.bathing", 0.7),),
        (SkillOffer("care.feeding", 0.8),),
        (SkillOffer("care.bathing", 0.8), SkillOffer("repairs", 1)),
    ],
)
def test_changed_skills_take_a_new_row(skills: tuple[SkillOffer, ...]) -> None:
    """The old row dies and the rows of each skill stay in order."""
    index = ProviderIndex()
    index.put([a_provider("p1"), a_provider("p2")])
    index.put([a_provider("p1", skills=skills)])
    assert (len(index), index.size, index.row_of["p1"]) == (2, 3, 2)
    assert index.column("is_alive").tolist() == [False, True, True]
    assert index.provider_at(2).skills == skills
    assert all(list(each.rows) == sorted(each.rows) for each in index.postings.values())


def test_dead_rows_are_packed_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often skills change, at most half of the rows are dead (beyond a few)."""
    monkeypatch.setattr(index_module, "MIN_DEAD_ROWS", 4)
    index = ProviderIndex()
    index.put(a_provider(f"p{number}") for number in range(5))
    for turn in range(1, 20):
        for number in range(5):
            index.put([a_provider(f"p{number}", skills=(SkillOffer("care", turn / 20),))])
            assert index.size <= 2 * len(index) + 1
    assert [index.provider_at(index.row_of[f"p{n}"]).skills[0].level for n in range(5)] == [0.95] * 5
    index.remove("p0")
    assert len(index) == 4


def test_the_last_of_several_versions_counts() -> None:
    """A provider put twice at once is there once, as it was put last."""
    index = ProviderIndex()
    index.put([a_provider("p1"), a_provider("p1", name="Later")])
    assert (len(index), index.size, index.name_at(0)) == (1, 1, "Later")


def test_rows_are_lean() -> None:
    """A row stays below a quarter of the 400 bytes that a provider may take in all."""
    assert ROW.itemsize <= 100

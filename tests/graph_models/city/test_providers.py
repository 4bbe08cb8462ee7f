"""Stations, charities and volunteers of the demo city."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest

from graph_models.city.crowd import draw_crowd, skills_by_popularity
from graph_models.city.generate import City, generate_city
from graph_models.city.menu import leaf_skill_ids, load_menu
from graph_models.city.settlement import settle
from graph_models.city.stations import STATIONS, stations
from graph_models.domain.providers import Provider


@pytest.fixture(scope="module")
def volunteers(parts: dict[str, list[Provider]]) -> list[Provider]:
    return parts["volunteers"]


def test_every_district_has_a_station_that_serves_it(parts: dict[str, list[Provider]]):
    """With fewer stations than streets each one serves its whole district."""
    assert len(parts["stations"]) == 11
    assert len({station.serves for station in parts["stations"]}) == 11
    for station in parts["stations"]:
        assert station.serves == (station.community_code[:6],)


def test_at_scale_1_every_street_has_its_station(city: City):
    """203 stations: one serves each street, the rest their district; total capacity is in proportion."""
    full = list(stations(settle(1), STATIONS, 200 * STATIONS, 1, city.as_of))
    assert len(full) == len({station.id for station in full}) == 203
    areas = Counter(len(station.serves[0]) for station in full)
    assert areas == {9: 178, 6: 203 - 178}
    assert sum(station.capacity.total for station in full) == 40_600
    assert all(station.community_code.startswith(station.serves[0]) for station in full)


def test_stations_do_much_and_well_in_office_hours(parts: dict[str, list[Provider]]):
    """A station offers at least forty skills at level 0.7 or more, on weekdays, and is verified."""
    for station in parts["stations"]:
        assert len(station.skills) >= 40
        assert min(offer.level for offer in station.skills) >= 0.7
        assert {slot.weekday for slot in station.availability.slots} >= {0, 1, 2, 3, 4}
        assert station.verified_at is not None


def test_charities_have_service_areas_and_eligibility(parts: dict[str, list[Provider]]):
    """Charities serve a street, a district or the city that they are in; some serve only some people."""
    charities = parts["charities"]
    assert len(charities) == 84
    assert {len(charity.serves[0]) for charity in charities} == {4, 6, 9}
    assert all(charity.community_code.startswith(charity.serves[0]) for charity in charities)
    kinds = {(each.eligibility.min_age, each.eligibility.max_age) for each in charities}
    assert {(None, 17), (60, None), (None, None)} == kinds
    assert any(charity.eligibility.hardship for charity in charities)


def test_skills_of_volunteers_follow_zipf(city: City):
    """Frequency falls with rank as 1/r: on log axes a line of slope -1, before repeats are merged."""
    crowd = draw_crowd(settle(city.seed), 400_000, city.seed)
    first = np.bincount(crowd.skills[:, 0], minlength=len(skills_by_popularity()))
    ranks = np.arange(1, len(first) + 1)
    expected = len(crowd.skills) / ranks / (1 / ranks).sum()
    assert np.abs(first / expected - 1).max() < 0.15
    slope = np.polyfit(np.log(ranks), np.log(first), 1)[0]
    assert -1.03 < slope < -0.97


def test_volunteers_have_one_to_four_leaf_skills(volunteers: list[Provider]):
    """All four numbers occur; the most common skill is the first of the data file."""
    assert {len(volunteer.skills) for volunteer in volunteers} == {1, 2, 3, 4}
    offered = Counter(offer.skill_id for volunteer in volunteers for offer in volunteer.skills)
    assert offered.keys() == skills_by_popularity().keys() <= set(leaf_skill_ids())
    assert offered.most_common(1)[0][0] == next(iter(skills_by_popularity()))
    levels = {offer.level for volunteer in volunteers for offer in volunteer.skills}
    assert min(levels) == 0.3
    assert max(levels) == 1.0


def test_volunteers_live_where_people_live(volunteers: list[Provider], city: City):
    """Each community has volunteers in proportion to its population, to within one."""
    settlement = settle(city.seed)
    counts = Counter(volunteer.community_code for volunteer in volunteers)
    share = len(volunteers) / settlement.population.sum()
    for community, population in zip(settlement.hierarchy.communities, settlement.population, strict=True):
        assert abs(counts[community.code] - population * share) < 1


def test_weekly_patterns_are_few_and_varied(volunteers: list[Provider]):
    """A few hundred patterns at most; evenings, weekends and weekday mornings occur; some are unknown."""
    patterns = Counter(volunteer.availability for volunteer in volunteers)
    assert 50 < len(patterns) <= 300
    assert 0.04 < patterns[None] / len(volunteers) < 0.06
    slots = [slot for pattern in patterns if pattern for slot in pattern.slots]
    assert any(slot.weekday >= 5 for slot in slots)
    assert any(slot.weekday < 5 and slot.end_minute <= 12 * 60 for slot in slots)
    assert any(slot.weekday < 5 and slot.start_minute >= 18 * 60 for slot in slots)


def test_every_rule_about_volunteers_has_cases(volunteers: list[Provider], city: City):
    """Inactive, full, unverified, stale, capped and cooling volunteers exist, and those without limits."""
    year_ago = city.as_of - timedelta(days=365)
    assert any(not each.is_active for each in volunteers)
    assert any(each.capacity.remaining == 0 for each in volunteers)
    assert {each.capacity.total for each in volunteers} == {1, 2, 3, 4, 5}
    assert any(each.verified_at is None for each in volunteers)
    assert any(each.verified_at is not None and each.verified_at < year_ago for each in volunteers)
    assert any(
        each.monthly_cap is not None and each.recent_referrals >= each.monthly_cap for each in volunteers
    )
    assert any(
        each.last_referral_at is not None
        and each.last_referral_at + timedelta(hours=each.cooldown_hours) > city.as_of
        for each in volunteers
    )
    assert {len(each.serves[0]) if each.serves else 0 for each in volunteers} == {0, 6, 9}


def test_members_of_stations_are_in_their_district(
    volunteers: list[Provider], parts: dict[str, list[Provider]]
):
    """A volunteer belongs to a station of the own district, to some charity, or to none."""
    station = {each.id: each for each in parts["stations"]}
    charity_ids = {each.id for each in parts["charities"]}
    members = [each for each in volunteers if each.member_of in station]
    assert 0.28 < len(members) / len(volunteers) < 0.32
    assert all(each.community_code[:6] == station[each.member_of].community_code[:6] for each in members)
    assert {each.member_of for each in volunteers} - station.keys() - charity_ids == {None}


def test_nothing_was_referred_after_the_citys_instant(volunteers: list[Provider], city: City):
    """Counters look back: who has recent referrals was last asked within thirty days."""
    for each in volunteers:
        if each.last_referral_at is not None:
            assert each.last_referral_at < city.as_of
        if each.recent_referrals:
            assert each.last_referral_at > city.as_of - timedelta(days=30)


def test_volunteers_carry_no_personal_data(volunteers: list[Provider]):
    """A display name is the word for volunteer and a number."""
    assert volunteers[0].name == "志愿者 0000001"
    assert all(each.name == f"志愿者 {each.id.removeprefix('volunteer-')}" for each in volunteers)


@pytest.mark.parametrize("seed", [0, 9])
def test_every_category_has_needs_and_a_provider(seed: int):
    """At demo scale each category is wanted by somebody and offered well enough by somebody."""
    drawn = {name: list(values) for name, values in generate_city(seed=seed).parts() if name != "volunteers"}
    wanted = {need.category_id for need in drawn["needs"] if need.status == "active"}
    assert wanted == {category.id for category in load_menu().categories}
    best: dict[str, float] = {}
    for provider in (*drawn["stations"], *drawn["charities"]):
        for offer in provider.skills:
            best[offer.skill_id] = max(best.get(offer.skill_id, 0), offer.level)
    for category in load_menu().categories:
        assert all(best.get(each.skill_id, 0) >= each.min_level for each in category.required_skills)

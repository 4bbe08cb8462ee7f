"""Residents: the mix of hardship and what follows from it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from graph_models.city.generate import DEFAULT_AS_OF
from graph_models.city.menu import load_menu
from graph_models.city.profiles import load_profiles
from graph_models.city.residents import People, draw_people
from graph_models.city.settlement import Settlement, settle

PROFILES = load_profiles()
TOTAL = 44_337


@pytest.fixture(scope="module")
def settlement() -> Settlement:
    return settle(2)


@pytest.fixture(scope="module")
def people(settlement: Settlement) -> People:
    return draw_people(settlement, TOTAL, 2, DEFAULT_AS_OF)


def test_profiles_are_whole():
    """Shares sum to a thousand, ages are in order, needs are on the menu, percentages leave a rest."""
    on_menu = {category.id for category in load_menu().categories}
    assert sum(profile.share_per_mille for profile in PROFILES) == 1000
    for profile in PROFILES:
        assert 0 <= profile.min_age < profile.max_age < 120
        assert profile.needs.keys() <= on_menu
        assert sum(profile.accessibility_percent.values()) < 100


def test_hardship_mix_follows_the_profiles_exactly(people: People):
    """Each category of hardship has the share of its profiles, to within one person a profile."""
    counts = Counter(tag for resident in people.residents for tag in resident.hardship)
    expected: Counter[str] = Counter()
    for profile in PROFILES:
        for tag in profile.hardship:
            expected[tag] += profile.share_per_mille
    assert counts.keys() == expected.keys()
    assert {
        "minimum_living_allowance",
        "extremely_poor_support",
        "low_income_edge",
        "orphan",
    } <= counts.keys()
    for tag, share in expected.items():
        assert abs(counts[tag] - TOTAL * share / 1000) <= len(PROFILES), tag


def test_ages_fit_the_hardship(people: People):
    """Orphans are children, people living alone are old."""
    year = DEFAULT_AS_OF.year
    ages: dict[str, list[int]] = {}
    for resident in people.residents:
        assert resident.birth_year is not None
        for tag in resident.hardship:
            ages.setdefault(tag, []).append(year - resident.birth_year)
    assert max(ages["orphan"] + ages["unattended_child"]) <= 17
    assert min(ages["older_living_alone"]) >= 65
    assert min(ages["disabled_older"]) >= 70


def test_birth_year_is_counted_in_the_citys_time(settlement: Settlement):
    """At 16:30 UTC on New Year's Eve it is next year in Guangzhou, and everybody a year older."""
    eve = DEFAULT_AS_OF.replace(year=2025, month=12, day=31, hour=16, minute=30)
    before = draw_people(settlement, 50, 2, eve.replace(hour=15))
    after = draw_people(settlement, 50, 2, eve)
    years = [(b.birth_year, a.birth_year) for b, a in zip(before.residents, after.residents, strict=True)]
    assert all(a == b + 1 for b, a in years if b is not None)


def test_residents_follow_the_population(people: People, settlement: Settlement):
    """A district's share of residents is its share of the census, within sampling error."""
    hierarchy = settlement.hierarchy
    counts = np.bincount(hierarchy.district_of_community[people.community])
    share = np.array(hierarchy.populations) / sum(hierarchy.populations)
    assert np.abs(counts / TOTAL - share).max() < 4 * 0.5 / TOTAL**0.5


def test_some_are_registered_elsewhere(people: People):
    """About one in eight is on the register of another community than the one of residence."""
    elsewhere = sum(each.registration_code != each.residence_code for each in people.residents)
    assert 0.10 < elsewhere / TOTAL < 0.14


def test_who_asks_for_sign_language_needs_it(people: People):
    """The category of the need and the person's accessibility do not contradict each other."""
    asking = [
        resident
        for resident, category_id in zip(people.residents, people.category_ids, strict=True)
        if category_id == "sign_language"
    ]
    assert asking
    assert all(resident.accessibility == ("sign_language",) for resident in asking)

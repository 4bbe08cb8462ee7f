"""What analysts get to see: the figures of a study, none of them about fewer than k."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import AreaCode, CategoryId, ProviderId
from graph_models.domain.needs import NeedStatus
from graph_models.domain.places import AreaLevel
from graph_models.domain.providers import Capacity
from matcher.coverage.access import Decay, DemandKind
from matcher.coverage.city import City
from matcher.coverage.disclosure import disclose_access, disclose_stations, disclose_trial
from matcher.coverage.exposure import Grouping
from matcher.coverage.publishing import publish
from matcher.coverage.reasons import Cause
from matcher.coverage.sites import SitingQuestion, propose_stations
from matcher.coverage.study import make_study
from matcher.coverage.what_if import AddCapacity, Close, try_out
from tests.builders import a_need, a_provider, a_resident
from tests.matcher.coverage.towns import COMMUNITIES, a_town, at, in_community

# Figures about needs or residents; all others are about providers and places.
ABOUT_PEOPLE = {
    *("needs", "unmet", "served", "missing", "residents"),
    *("units_wanted", "units_served", "open_units"),
}


def crowd(numbers: list[int], units: list[int]) -> City:
    """So many residents with a need in each community, and a provider with so many units there."""
    residents = [
        a_resident(f"r{place}-{number}", residence_code=AreaCode(COMMUNITIES[place]))
        for place, count in enumerate(numbers)
        for number in range(count)
    ]
    needs = [
        a_need(f"n-{each.id}", resident_id=each.id, community_code=each.residence_code) for each in residents
    ]
    providers = [
        a_provider(f"p{place}", capacity=Capacity(count), max_travel_km=0.2, **at(place))
        for place, count in enumerate(units)
    ]
    return a_town(providers, needs, residents)


def figures(value: Any, name: str = "") -> list[tuple[str, int]]:
    """All whole numbers in a published value, with the names they go by."""
    if is_dataclass(value):
        return [found for each in fields(value) for found in figures(getattr(value, each.name), each.name)]
    if isinstance(value, tuple):
        return [found for each in value for found in figures(each, name)]
    return [(name, value)] if isinstance(value, int) and not isinstance(value, bool) else []


@settings(max_examples=40, derandomize=True, deadline=None)
@given(
    numbers=st.lists(st.sampled_from((0, 1, 3, 9, 12, 30)), min_size=4, max_size=4),
    units=st.lists(st.sampled_from((0, 1, 5, 15, 40)), min_size=4, max_size=4),
    k=st.sampled_from((5, 10)),
)
def test_no_figure_is_about_fewer_than_k(numbers: list[int], units: list[int], k: int) -> None:
    found = publish(make_study(crowd(numbers, units)), k)
    small = [(name, value) for name, value in figures(found) if name in ABOUT_PEOPLE and 0 < value < k]
    assert small == []


def test_what_is_large_is_shown() -> None:
    """Forty needs and ten units in one community; thirty needs, all met, in another."""
    found = publish(make_study(crowd([40, 0, 30, 0], [10, 0, 30, 0])))
    gaps = {(each.area_code, each.category_id): (each.needs, each.unmet) for each in found.gaps}
    assert gaps["11", None] == (70, 30)
    assert gaps["1101", CategoryId("home_care")] == (40, 30)
    assert gaps["110201", None] == (30, 0)
    assert {each.area_code: each.main_cause for each in found.gaps}["110101"] is Cause.CAPACITY
    assert found.gaps[0].level is AreaLevel.CITY
    [deficit] = found.deficits
    assert (deficit.needs, deficit.capacity, deficit.missing) == (40, 10, 30)
    assert (found.units_wanted, found.units_served) == (70, 40)
    assert {each.cause: each.needs for each in found.causes}[Cause.CAPACITY] == 30
    assert not found.hides_deficits


def test_the_main_cause_of_gaps_is_told_by_category() -> None:
    """Three of four communities have nobody, who would all be too far."""
    [category] = publish(make_study(crowd([1, 0, 0, 0], [5, 0, 0, 0]))).categories
    assert (category.unreached_communities, category.main_cause) == (3, Cause.CAPACITY)
    [category] = publish(make_study(a_town([a_provider(max_travel_km=0.2, **at(0))]))).categories
    assert (category.unreached_communities, category.main_cause) == (3, Cause.DISTANCE)
    [category] = publish(make_study(a_town([a_provider(max_travel_km=9, **at(0))]))).categories
    assert (category.unreached_communities, category.main_cause) == (2, Cause.DISTANCE)


def test_parts_of_a_study() -> None:
    """By area and category, most unmet first."""
    found = publish(make_study(crowd([40, 0, 30, 0], [10, 0, 30, 0])))
    assert [each.area_code for each in found.gaps_in(category_id="home_care")][:3] == ["11", "1101", "110101"]
    assert {each.area_code for each in found.gaps_in("1102")} == {"1102", "110201"}
    assert {each.category_id for each in found.gaps_in("1102", "home_care")} == {"home_care"}
    assert len(found.gaps_in()) == len(found.gaps)
    assert [each.area_code for each in found.communities_in("1101")] == ["110101", "110102"]
    assert found.communities_in() == found.communities


def test_few_needs_are_published_by_district() -> None:
    """Twelve needs in four communities: none has ten on average, a district may."""
    found = publish(make_study(crowd([12, 0, 12, 0], [12, 0, 12, 0])))
    assert {each.level for each in found.gaps} == {AreaLevel.CITY, AreaLevel.DISTRICT}


def test_what_is_left_of_the_deficits_is_not_small() -> None:
    """Two sets of forty and of twelve needs, and nine needs that are met: the larger set is shown alone."""
    city = crowd([40, 0, 12, 9], [10, 0, 1, 9])
    assert [len(each.need_ids) for each in make_study(city).deficits.deficits] == [40, 12]
    found = publish(make_study(city))
    assert ([each.needs for each in found.deficits], found.hides_deficits) == ([40], True)


def test_rates_of_districts_are_rounded_and_without_counts() -> None:
    """Where the gaps show the district; its counts would be those of another table of the same needs."""
    residents = [a_resident(f"r{number}", residence_code=AreaCode(COMMUNITIES[0])) for number in range(43)]
    needs = [
        a_need(
            f"n{number}",
            resident_id=each.id,
            community_code=each.residence_code,
            status=NeedStatus.COMPLETED if number < 13 else NeedStatus.ACTIVE,
        )
        for number, each in enumerate(residents)
    ]
    found = publish(make_study(a_town([], needs, residents)))
    [district] = [each for each in found.served if each.grouping is Grouping.DISTRICT]
    assert (district.group, district.needs, district.served, district.rate) == ("1101", None, None, 0.3)


def test_a_small_set_is_hidden() -> None:
    found = publish(make_study(crowd([9, 0, 0, 0], [1, 0, 0, 0])))
    assert (found.deficits, found.hides_deficits) == ((), True)


@pytest.mark.parametrize("k", [4, 0, -1])
def test_never_below_five(k: int) -> None:
    city = crowd([40, 0, 0, 0], [1, 0, 0, 0])
    question = SitingQuestion("p_median", 1)
    trial = try_out(city, [Close(ProviderId("p0"))])
    for show in (
        lambda: publish(make_study(city), k),
        lambda: disclose_access(city, CategoryId("home_care"), DemandKind.RESIDENTS, k=k),
        lambda: disclose_stations(city, propose_stations(city, question), k),
        lambda: disclose_trial(city, trial, k),
    ):
        with pytest.raises(InvalidValue, match=r"^k must"):
            show()


class TestAnswers:
    def test_access_that_few_share_is_hidden(self) -> None:
        """Nine share one provider, twelve another; nobody reaches the third, nobody lives in the last."""
        city = crowd([9, 12, 12, 0], [9, 6, 0, 3])
        found = disclose_access(city, CategoryId("home_care"), DemandKind.RESIDENTS)
        assert [each.ratio for each in found.communities] == [None, 0.5, None, None]
        assert [each.providers for each in found.communities] == [1, 1, 0, 1]

    def test_stations_tell_people_in_tens(self) -> None:
        """Twelve are within reach of 21: two questions that differ by a street would tell who lives there."""
        city = crowd([12, 0, 0, 9], [0, 0, 0, 0])
        found = propose_stations(city, SitingQuestion("mclp", 1, 0.5))
        shown = disclose_stations(city, found)
        assert found.siting.covered_demand == 12
        assert (shown.demand, shown.covered_demand, shown.objective, shown.bound) == (20, 10, 10, 10)
        assert (shown.covered_places, shown.places) == (1, 4)

    def test_one_weighting_of_people_is_enough(self) -> None:
        city = crowd([12, 12, 0, 0], [6, 6, 0, 0])
        with pytest.raises(InvalidValue, match="decay must be none"):
            disclose_access(city, CategoryId("home_care"), DemandKind.RESIDENTS, decay=Decay.ZONES)

    def test_a_trial_hides_what_it_does_to_few(self) -> None:
        """Ten units more are shown, nine are not, in whatever cause they would show."""
        city = crowd([40, 0, 0, 0], [10, 0, 0, 0])
        for units, served in ((10, 20), (9, None), (0, 10)):
            trial = try_out(city, [AddCapacity(ProviderId("p0"), units)])
            shown = disclose_trial(city, trial)
            assert shown.before.units_served == 10
            assert shown.after.units_served == served
            left = shown.after.unmet_units[Cause.CAPACITY]
            assert left == (None if served is None else 40 - served)

    @pytest.mark.parametrize("few", range(1, 10))
    def test_two_trials_that_differ_by_few_tell_the_same(self, few: int) -> None:
        """Units for the thirty of one community, with and without units for the few of another."""
        city = crowd([30, few, 20, 0], [0, 0, 0, 0])
        changes = [AddCapacity(ProviderId(each), 30) for each in ("p0", "p1")]
        one, both = (disclose_trial(city, try_out(city, changes[:number])).after for number in (1, 2))
        assert (one.units_served, both.units_served) == (30, 30)
        assert one.unmet_units == both.unmet_units

    def test_what_was_hidden_before_is_told_in_tens(self) -> None:
        """Three units of 53 are missing, and 38 without one of the providers."""
        city = crowd([35, 18, 0, 0], [35, 15, 0, 0])
        shown = disclose_trial(city, try_out(city, [Close(ProviderId("p0"))]))
        assert (shown.before.units_served, shown.after.units_served) == (None, 10)
        assert sum(each or 0 for each in shown.after.unmet_units.values()) == 30

    def test_reach_is_no_secret(self) -> None:
        """Which categories nobody serves is about providers."""
        city = crowd([1, 0, 0, 0], [1, 1, 1, 1])
        shown = disclose_trial(city, try_out(city, [Close(ProviderId("p2"))]))
        [change] = shown.communities
        assert (change.area_code, change.before, change.after) == ("110201", 0, 1)
        assert shown.after.unreached - shown.before.unreached == 1


def test_filters_tell_nothing_new() -> None:
    """Whatever parts are asked for, they are parts of one table: nothing hidden in the whole is in a part."""
    found = publish(make_study(crowd([40, 11, 10, 30], [31, 1, 10, 18])))
    shown = {(each.area_code, each.category_id): each for each in found.gaps}
    for district in ("1101", "1102"):
        parts = [each for (code, category), each in shown.items() if len(code) == 6 and category is None]
        parts = [each for each in parts if each.area_code.startswith(district)]
        whole = shown.get((AreaCode(district), None))
        # All but one part and the whole would tell the one that is hidden.
        assert whole is None or len(parts) != 1
        assert np.all([each.unmet == 0 or each.unmet >= 10 for each in parts])
    assert in_community(0)["community_code"] == COMMUNITIES[0]

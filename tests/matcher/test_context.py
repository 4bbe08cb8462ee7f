from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from graph_models.domain.errors import InvalidValue, UnknownReference
from graph_models.domain.places import Area, AreaLevel
from graph_models.domain.schedules import TimeWindow
from matcher.availability import to_microseconds
from matcher.context import History, gather_context
from tests.builders import CITY, COMMUNITY, DISTRICT, NOW, STREET, a_category, a_need, a_resident, some_areas
from tests.matcher.situations import HERE, a_catalogue, a_context, north

PLACELESS = [replace(each, location=None) for each in some_areas()]


def test_community_gives_point_areas_and_zone() -> None:
    """A need without a point stands at its community's, in the community's areas and time zone."""
    context = a_context()
    assert context.location == some_areas()[-1].location
    assert context.area_codes == {COMMUNITY, STREET, DISTRICT, CITY}
    assert context.assignment_codes == {COMMUNITY, STREET}
    assert context.time_zone.key == "Asia/Shanghai"


def test_own_point_comes_first_and_nearest_community_stands_in() -> None:
    """A point without a community counts as the nearest community; a given community stays."""
    other = Area("440103001999", AreaLevel.COMMUNITY, "far", STREET, north(5_000))
    catalogue = a_catalogue(areas=[*some_areas(), other])
    context = a_context(a_need(location=north(4_000), community_code=None), catalogue=catalogue)
    assert (context.location, context.community_code) == (north(4_000), other.code)
    context = a_context(a_need(location=north(4_000)), catalogue=catalogue)
    assert (context.location, context.community_code) == (north(4_000), COMMUNITY)


def test_a_point_without_any_community_still_works() -> None:
    """Where no community has a point, the need lies in no area, but in the one time zone there is."""
    context = a_context(a_need(location=HERE, community_code=None), catalogue=a_catalogue(areas=PLACELESS))
    assert (context.community_code, context.area_codes) == (None, frozenset())
    assert context.time_zone.key == "Asia/Shanghai"


def test_a_community_that_is_far_does_not_stand_in() -> None:
    """Beyond 50 km, a parameter, a point lies in no community."""
    near, far = (a_need(location=north(metres), community_code=None) for metres in (49_900, 50_100))
    assert a_context(near).community_code == COMMUNITY
    assert (a_context(far).community_code, a_context(far).area_codes) == (None, frozenset())


def test_a_need_without_any_point_is_refused_unless_served_by_phone() -> None:
    """Distance cannot be told from nowhere; by phone it need not be."""
    with pytest.raises(
        InvalidValue, match=r"need\.location must be given, because its community has no point"
    ):
        a_context(catalogue=a_catalogue(areas=PLACELESS))
    by_phone = a_catalogue(a_category(is_remote=True), areas=PLACELESS)
    assert a_context(catalogue=by_phone).location is None


def test_an_unknown_community_is_refused() -> None:
    """A code that no area has is an error that names the field."""
    with pytest.raises(UnknownReference, match=r"need\.community_code points at Area '999'"):
        a_context(a_need(community_code="999"))


def test_radius_and_visit_come_from_the_need_or_its_category() -> None:
    """What the need says replaces what the menu says, zero included."""
    window = TimeWindow(NOW, NOW + timedelta(hours=9))
    context = a_context(a_need(time_window=window), search_radius_km=7, visit_minutes=90)
    assert (context.search_radius_m, context.window.needed) == (7_000, 90 * 60_000_000)
    context = a_context(a_need(time_window=window, search_radius_km=0, visit_minutes=30))
    assert (context.search_radius_m, context.window.needed) == (0, 30 * 60_000_000)


def test_age_is_counted_in_the_year_of_the_city() -> None:
    """On New Year's Eve in UTC it is next year already in Guangzhou."""
    eve = datetime(2025, 12, 31, 20, tzinfo=UTC)
    context = gather_context(a_need(), a_catalogue(), eve, a_resident(birth_year=1946))
    assert context.age == 80
    assert a_context(resident=a_resident()).age is None


def test_verification_counts_from_the_longest_age_only_where_required() -> None:
    """The limit is the parameter's number of days before now."""
    assert a_context().verified_since is None
    expected = to_microseconds(NOW - timedelta(days=365))
    assert a_context(requires_verification=True).verified_since == expected


def test_exclusions_are_those_of_the_need_and_its_history() -> None:
    """Who rejected the need is excluded beside those whom the need names."""
    history = History(served_before=frozenset({"p9"}), asked_already=frozenset({"p2"}))
    context = a_context(a_need(excluded_provider_ids=("p1",)), history=history)
    assert (context.excluded, context.served_before) == ({"p1", "p2"}, {"p9"})

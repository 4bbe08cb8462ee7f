"""Who is asked and who is served: recounted, to the borders of the bands."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from geopy.distance import great_circle
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import AreaCode, NeedId, ProviderId
from graph_models.domain.needs import Need, NeedStatus
from graph_models.domain.people import Resident
from graph_models.domain.places import Location
from graph_models.domain.providers import Capacity, Provider
from matcher.coverage.city import City
from matcher.coverage.equity import gini
from matcher.coverage.exposure import Grouping, measure_exposure, served_rates
from tests.builders import NOW, a_need, a_provider, a_resident
from tests.matcher.coverage.random_towns import KINDS, menu, towns
from tests.matcher.coverage.towns import a_town, at, in_community, town_areas
from tests.matcher.situations import north

Town = tuple[list[Provider], list[Need], list[Resident]]


def groups(city: City, grouping: Grouping) -> dict[str, tuple[int, int]]:
    return {each.group: (each.needs, each.served) for each in served_rates(city) if each.grouping is grouping}


@settings(max_examples=30, derandomize=True, deadline=None)
@given(town=towns(), most=st.integers(1, 9))
def test_exposure_is_that_of_a_recount(town: Town, most: int) -> None:
    providers, _, _ = town
    shares, named = measure_exposure(a_town(providers), most)
    counted = [each for each in providers if each.is_active and each.capacity.total]
    for kind in KINDS:
        theirs = [each for each in counted if each.kind == kind]
        found = [each for each in shares if each.kind == kind]
        assert len(found) == bool(theirs)
        for each in found:
            recent = [one.recent_referrals for one in theirs]
            never = [one for one in theirs if not one.recent_referrals and not one.last_referral_at]
            assert (each.providers, each.never_asked) == (len(theirs), len(never))
            assert each.referrals == sum(recent)
            assert each.gini == pytest.approx(gini(recent), nan_ok=True)
    asked = sorted((-each.recent_referrals, each.id) for each in counted if each.recent_referrals)
    assert [(-each.referrals, each.provider_id) for each in named] == asked[:most]
    kind_of = {each.id: each.kind for each in providers}
    assert all(each.kind == kind_of[each.provider_id] for each in named)
    assert [each.kind for each in shares] == sorted(each.kind for each in shares)


def asked(counts: dict[str, int], **changes: Any) -> list[Provider]:
    return [a_provider(key, recent_referrals=count, **changes) for key, count in counts.items()]


def test_of_equals_the_first_by_id_are_named() -> None:
    city = a_town(asked({"d": 3, "b": 3, "c": 3, "a": 9, "e": 0}))
    names = [each.provider_id for each in measure_exposure(city, 3)[1]]
    assert names == ["a", "b", "c"]
    assert [each.provider_id for each in measure_exposure(city)[1]] == ["a", "b", "c", "d"]


def test_who_cannot_be_asked_takes_nobodys_place() -> None:
    """Those that are away were asked most: the others are named nevertheless."""
    away = asked({"x": 9}, is_active=False) + asked({"y": 8}, capacity=Capacity(0))
    shares, named = measure_exposure(a_town([*away, *asked({"a": 2, "b": 1})]), 2)
    assert [(each.provider_id, each.referrals) for each in named] == [("a", 2), ("b", 1)]
    [share] = shares
    assert (share.providers, share.referrals) == (2, 3)


def test_asked_long_ago_is_not_never() -> None:
    city = a_town([a_provider("a", last_referral_at=NOW.replace(year=2001)), a_provider("b")])
    [share] = measure_exposure(city)[0]
    assert (share.providers, share.never_asked, share.referrals) == (2, 1, 0)
    assert share.gini != share.gini


def test_nobody_is_asked() -> None:
    assert measure_exposure(a_town([])) == ((), ())
    with pytest.raises(InvalidValue, match="most must be from 1"):
        measure_exposure(a_town([]), 0)


def by_hand(city: City, providers: list[Provider]) -> Counter[tuple[str, str, bool]]:
    """Every need on record by every group that it is in, in plain Python."""
    found: Counter[tuple[str, str, bool]] = Counter()
    stations = [each.location for each in providers if each.kind == "station" and each.is_active]
    for need in city.needs:
        resident = city.residents.get(need.resident_id) if need.resident_id else None
        code, point = need.community_code, need.location
        if code is not None:
            point = next(each.location for each in city.communities if each.code == code)
        elif point is not None:
            code = city.catalogue.areas.nearest_community(point, 50_000)
        age = None if resident is None or not resident.birth_year else 2026 - resident.birth_year
        bands = {None: "unknown", 11: "0-17", 36: "18-59", 86: "80+"}
        metres = [
            great_circle((point.latitude, point.longitude), (each.latitude, each.longitude)).meters
            for each in stations
            if each is not None and point is not None
        ]
        ends = {1_000: "0-1 km", 2_000: "1-2 km", 5_000: "2-5 km", 10_000: "5-10 km", 10**9: "over 10 km"}
        band = next(name for end, name in ends.items() if round(min(metres)) <= end) if metres else "unknown"
        hardship = resident.hardship if resident else ()
        is_served = need.status is NeedStatus.COMPLETED or need.id in city.completed
        found["district", code[:4] if code else "unknown", is_served] += 1
        found["age", bands[age], is_served] += 1
        found["distance", band, is_served] += 1
        for each in hardship or ("unknown",):
            found["hardship", each, is_served] += 1
    return found


@settings(max_examples=30, derandomize=True, deadline=None)
@given(town=towns(), drawn=st.data())
def test_rates_are_those_of_a_recount(town: Town, drawn: st.DataObject) -> None:
    providers, needs, residents = town
    states = st.sampled_from((NeedStatus.ACTIVE, NeedStatus.ON_HOLD, NeedStatus.COMPLETED))
    needs = [replace(each, status=drawn.draw(states)) for each in needs]
    done = {each.id: (ProviderId("p0"),) for each in needs if drawn.draw(st.booleans())}
    city = a_town(providers, needs, residents, menu(), done)
    limit_m = city.catalogue.parameters.nearest_community_m
    assert limit_m < 399_000, "the farthest needs have no community"
    expected = by_hand(city, providers)
    found = served_rates(city)
    assert sum(each.needs for each in found) == expected.total()
    for each in found:
        served = expected[each.grouping.value, each.group, True]
        assert (each.served, each.needs) == (
            served,
            served + expected[each.grouping.value, each.group, False],
        )
        assert each.rate == each.served / each.needs
    assert [(each.grouping, each.group) for each in found] == sorted(
        (each.grouping, each.group) for each in found
    )


@pytest.mark.parametrize(
    ("birth_year", "band"),
    [
        (2026, "0-17"),
        (2009, "0-17"),
        (2008, "18-59"),
        (1967, "18-59"),
        (1966, "60-79"),
        (1947, "60-79"),
        (1946, "80+"),
        (1900, "80+"),
        (None, "unknown"),
    ],
)
def test_age_bands(birth_year: int | None, band: str) -> None:
    """By the age that is reached this year, as the matcher has it."""
    resident = a_resident(birth_year=birth_year, residence_code=AreaCode("110101"))
    city = a_town([], [a_need(resident_id=resident.id, **in_community(0))], [resident])
    assert groups(city, Grouping.AGE) == {band: (1, 0)}


def test_the_year_is_that_of_the_city() -> None:
    """In the last hours of a year in UTC it is the next one there."""
    resident = a_resident(birth_year=1947, residence_code=AreaCode("110101"))
    city = a_town([], [a_need(resident_id=resident.id, **in_community(0))], [resident])
    eve = replace(city, read_at=datetime(2026, 12, 31, 17, tzinfo=UTC))
    assert groups(eve, Grouping.AGE) == {"80+": (1, 0)}
    assert groups(replace(city, read_at=datetime(2026, 12, 31, 15, tzinfo=UTC)), Grouping.AGE) == {
        "60-79": (1, 0)
    }


@pytest.mark.parametrize(
    ("metres", "band"),
    [
        (0, "0-1 km"),
        (1_000, "0-1 km"),
        (1_001, "1-2 km"),
        (2_000, "1-2 km"),
        (2_001, "2-5 km"),
        (5_000, "2-5 km"),
        (5_001, "5-10 km"),
        (10_000, "5-10 km"),
        (10_001, "over 10 km"),
    ],
)
def test_distance_bands(metres: int, band: str) -> None:
    """To the nearest active station with a point, the border included."""
    stations = [
        a_provider("s", kind="station", location=north(-metres)),
        a_provider("t", kind="station", location=north(-20_000)),
        a_provider("u", kind="station", is_active=False, location=north(0)),
        a_provider("v", kind="station", location=None),
        a_provider("w", location=north(0)),
    ]
    city = a_town(stations, [a_need(**in_community(0))])
    assert groups(city, Grouping.DISTANCE) == {band: (1, 0)}


def test_what_is_not_known() -> None:
    """No resident, no station, no community near; a resident who is on record no more."""
    nowhere = {"community_code": None, "location": Location(0, 0)}
    needs = [a_need("a", **nowhere), a_need("b", resident_id="gone", **nowhere)]
    city = a_town([a_provider()], needs)
    for grouping in Grouping:
        assert groups(city, grouping) == {"unknown": (2, 0)}
    areas = town_areas()
    areas[-1] = replace(areas[-1], location=None)
    station = a_provider(kind="station", **at(3))
    pair = [
        replace(a_need("a", **in_community(3)), status=NeedStatus.COMPLETED),
        a_need("b", **in_community(0)),
    ]
    city = a_town([station], pair, areas=areas)
    assert groups(city, Grouping.DISTANCE) == {"unknown": (1, 1), "2-5 km": (1, 0)}


def test_served_where_help_is_wanted() -> None:
    """A need at a point counts in the district around it, wherever the resident lives."""
    resident = a_resident(residence_code=AreaCode("110101"), hardship=("illness", "poverty"))
    need = a_need(community_code=None, location=north(3_100), resident_id=resident.id)
    city = a_town([], [need], [resident], completed={NeedId("n1"): (ProviderId("p"),)})
    assert groups(city, Grouping.DISTRICT) == {"1102": (1, 1)}
    assert groups(city, Grouping.HARDSHIP) == {"illness": (1, 1), "poverty": (1, 1)}


def test_no_needs_no_rates() -> None:
    assert served_rates(a_town([a_provider(kind="station")])) == ()

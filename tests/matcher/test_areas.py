from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.domain.errors import InvalidValue
from graph_models.domain.places import Area, AreaLevel, Location
from matcher.areas import Areas
from matcher.travel import distance_m
from tests.builders import CITY, COMMUNITY, DISTRICT, STREET, some_areas


def test_chain_is_narrowest_first_and_skips_levels() -> None:
    """Ancestors come from the parent codes, whichever levels there are."""
    district_community = Area("440103999", AreaLevel.COMMUNITY, "a", DISTRICT)
    areas = Areas([*some_areas(), district_community])
    assert areas.chain(COMMUNITY) == (COMMUNITY, STREET, DISTRICT, CITY)
    assert areas.chain(district_community.code) == (district_community.code, DISTRICT, CITY)
    assert areas.chain("gone") == ()


def test_time_zone_is_inherited_and_may_be_overridden() -> None:
    """The nearest zone around an area holds; without any it is UTC."""
    areas = Areas([*some_areas(), Area("440104", AreaLevel.DISTRICT, "a", CITY, time_zone="Asia/Tokyo")])
    assert areas.time_zone(COMMUNITY).key == "Asia/Shanghai"
    assert areas.time_zone("440104").key == "Asia/Tokyo"
    assert areas.time_zone(None).key == Areas([]).time_zone("gone").key == "UTC"
    assert Areas(some_areas()).time_zone(None).key == "Asia/Shanghai", "the only zone there is"


@pytest.mark.parametrize("name", ["Guangzhou", "../etc/passwd", "Europe/"])
def test_a_zone_that_does_not_exist_is_refused(name: str) -> None:
    """A name that is not in the IANA list is an error of the area's field."""
    with pytest.raises(InvalidValue, match="time_zone must be the name of an IANA time zone"):
        Areas([Area("44", AreaLevel.CITY, "a", time_zone=name)]).time_zone("44")


grid = st.builds(Location, st.sampled_from((23.0, 23.01, 23.02)), st.sampled_from((113.0, 113.01, 113.02)))


@given(st.lists(grid | st.none(), max_size=8), grid, st.sampled_from((0, 1_112, 2_000)))
def test_nearest_community_goes_by_distance_then_code(
    points: list[Location | None], here: Location, limit_m: int
) -> None:
    """The nearest community within the limit stands in, the first code among equals."""
    communities = [
        Area(f"44{number}", AreaLevel.COMMUNITY, "a", "44", point) for number, point in enumerate(points)
    ]
    areas = Areas([Area("44", AreaLevel.CITY, "a", None, here), *reversed(communities)])
    distances = ((distance_m(here, each.location), each.code) for each in communities if each.location)
    ranked = sorted(pair for pair in distances if pair[0] <= limit_m)
    assert areas.nearest_community(here, limit_m) == (ranked[0][1] if ranked else None)

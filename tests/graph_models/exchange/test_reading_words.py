"""Free text of directories: hours, age limits, postal codes, languages, access."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.domain.places import Location
from graph_models.domain.schedules import format_week
from graph_models.exchange.eligibility import parse_age_limits
from graph_models.exchange.gazetteer import ZipGazetteer, median_point, zip_code
from graph_models.exchange.hours import NotUnderstood, parse_hours
from graph_models.exchange.spoken import match_accessibility, match_languages
from graph_models.exchange.vocabulary import AreaMap, SkillMap

UNDERSTOOD = [
    ("Monday-Friday, 8:30-5", "Mo-Fr 08:30-17:00"),
    ("Monday-Friday, 9-12, 1-5", "Mo-Fr 09:00-12:00,13:00-17:00"),
    ("24 hours daily", "Mo-Su 00:00-24:00"),
    ("24-hour facility", "Mo-Su 00:00-24:00"),
    (
        "Monday, 2-7; Tuesday, Wednesday, 11-8; Thursday-Saturday, 10-6",
        "Mo 14:00-19:00; Tu-We 11:00-20:00; Th-Sa 10:00-18:00",
    ),
    ("Daily, 10-5", "Mo-Su 10:00-17:00"),
    ("Sunday-Saturday, 8-5", "Mo-Su 08:00-17:00"),
    ("Friday-Monday, 9-5", "Mo 09:00-17:00; Fr-Su 09:00-17:00"),
    ("Mon, 10-9; Tues, 12-9; Thurs-Fri, 10-6", "Mo 10:00-21:00; Tu 12:00-21:00; Th-Fr 10:00-18:00"),
    ("Monday-Friday, 6 am-8 am and 5 pm-8 pm", "Mo-Fr 06:00-08:00,17:00-20:00"),
    ("Saturday, 9 to 1", "Sa 09:00-13:00"),
    ("Monday-Friday, 7:30 am-12 midnight", "Mo-Fr 07:30-24:00"),
    ("Tuesday, Thursday, 10-3; Sunday, 10-noon", "Tu 10:00-15:00; Th 10:00-15:00; Su 10:00-12:00"),
    ("Tuesday-Thursday, 1-6, Saturday, 10-3", "Tu-Th 13:00-18:00; Sa 10:00-15:00"),
    ("Thursday, 9-12, 2-5, 6-9", "Th 09:00-12:00,14:00-17:00,18:00-21:00"),
    ("Monday-Wednesday, 10-9 pm", "Mo-We 10:00-21:00"),
    ("Sunday, 3-7:30 pm", "Su 15:00-19:30"),
    ("Monday-Friday, 8-12 pm, 1-5", "Mo-Fr 08:00-12:00,13:00-17:00"),
    ("Tuesday-Friday, 7-9 am", "Tu-Fr 07:00-09:00"),
    ("Monday - Friday, 8:00 - 4:00.", "Mo-Fr 08:00-16:00"),
]

NOT_UNDERSTOOD = [
    ("Vary", "hours vary"),
    ("By appointment", "by appointment"),
    ("Monday-Friday, 9-5, and by appointment", "by appointment"),
    ("May - October Wednesday 9:00 AM to 12:30 PM", "not every week"),
    ("First Monday of the month, 1:30-4", "not every week"),
    ("Daily, dawn to dusk", "not by the clock"),
    ("Office: Monday-Friday, 8-5", "other words"),
    ("Monday-Friday, 9-5 (EST)", "other words"),
    ("Monday-Firday, 9-5", "other words"),
    ("9-5", "other words"),
    ("Monday-Friday", "days or times are missing"),
    ("Tuesday, Thursday, 1:30", "days or times are missing"),
    ("Saturday, 8-11", "two readings"),
    ("Monday-Thursday, 8-9", "two readings"),
    ("Monday, 6-8", "two readings"),
    ("Tuesday, 7-9:30 pm", "two readings"),
    ("Friday, 9-45, 2-5", "not a time of day"),
    ("Monday, 13-17", "not a time of day"),
    ("Monday, 0-5", "not a time of day"),
    ("Monday, 5 pm-6 am", "the end is not after the start"),
    ("Monday, 9-9 am", "the end is not after the start"),
    ("Monday-Friday, 9-5; Monday, 10-12", "spans overlap"),
    ("Monday, 10-2, 1-5", "the end is not after the start"),
    ("Monday, 9-12-5", "other words"),
    ("", "days or times are missing"),
]


@pytest.mark.parametrize(("text", "week"), UNDERSTOOD)
def test_hours_with_one_reading_are_read(text: str, week: str) -> None:
    """Each text has exactly the reading that a person would give it."""
    assert format_week(parse_hours(text)) == week


@pytest.mark.parametrize(("text", "reason"), NOT_UNDERSTOOD)
def test_other_hours_are_refused(text: str, reason: str) -> None:
    """Doubt is refused with its reason, never guessed away."""
    with pytest.raises(NotUnderstood, match=reason):
        parse_hours(text)


@given(st.text(alphabet="MondayFri, -:0123456789;ampnoo", max_size=60) | st.text(max_size=40))
def test_no_text_breaks_the_reader_of_hours(text: str) -> None:
    """Any text is read or refused in the documented way."""
    try:
        week = parse_hours(text)
    except NotUnderstood:
        return
    assert week.slots


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("Age 60 or over", (60, None)),
        ("Age 62 or older", (62, None)),
        ("Youth age 6-18", (6, 18)),
        ("Age 17 or under", (None, 17)),
        ("Low-income San Mateo County resident, age 55 or over", (55, None)),
        ("Age 62 or over, HUD income limits", (62, None)),
        ("Age 62 or over or disabled", (None, None)),
        ("Age 60 or over and spouse of any age", (None, None)),
        ("Age 60 or over. Can be younger if disabled", (None, None)),
        ("Age 18 or over to become a member", (None, None)),
        ("Parent of child age 5 or under", (None, None)),
        ("Age 55 or over for activities; age 60 or over for meals", (None, None)),
        ("Group home: age 9-18. Foster care: age 6 months -18", (None, None)),
        ("Age 3 months-4 years", (None, None)),
        ("Low income, disabled, or senior", (None, None)),
        ("Age 18-5", (None, None)),
        ("None", (None, None)),
    ],
)
def test_age_limits(text: str, limits: tuple[int | None, int | None]) -> None:
    """A limit is taken only where it holds for everybody."""
    assert parse_age_limits(text) == limits


class TestGazetteer:
    def test_wild_points_do_not_move_it(self) -> None:
        """The median ignores a longitude of −73.99 and a latitude of 32.9 among good ones."""
        good = [("94063", 37.48 + step / 1000, -122.22) for step in range(5)]
        places = ZipGazetteer([*good, ("94063", 37.482, -73.99), ("94063", 32.9, -122.22)])
        point = places.geocode("94063")
        assert point is not None
        assert abs(point.latitude - 37.482) < 0.002
        assert abs(point.longitude + 122.22) < 0.002

    def test_it_never_guesses(self) -> None:
        """Unknown codes, two codes, no code and codes with too few records have no point."""
        places = ZipGazetteer([("94063", 37.0, -122.0)] * 3 + [("94061", 38.0, -122.0)] * 2)
        assert places.geocode("94063-1663 Redwood City") == Location(37.0, -122.0)
        for query in ("94061", "94063 or 94062", "Redwood City", "", "9406", "940631"):
            assert places.geocode(query) is None

    def test_codes_and_medians(self) -> None:
        """Of an even number of points the median lies between the middle ones."""
        assert zip_code("CA 94063-1663, 94063") == "94063"
        assert median_point([(1.0, 1.0), (2.0, 3.0)]) == (1.5, 2.0)


def test_skills_take_their_highest_level() -> None:
    """Several keywords for one skill give its highest level; words are counted by what they are."""
    words = SkillMap(
        {"food": (("food", 0.5),), "soup": (("food", 0.9), ("care", 0.2)), "youth": ()}, {"care": "care"}
    )
    assert words.skills(["Food", " SOUP ", "Youth", "Opera", "food", "care"]) == (
        ("care", 1.0),
        ("food", 0.9),
    )
    assert (dict(words.used), dict(words.not_services), dict(words.unmapped)) == (
        {"food": 1, "soup": 1, "care": 1},
        {"youth": 1},
        {"opera": 1},
    )


def test_areas_restrict_only_where_they_are_known() -> None:
    """A wider area swallows narrower ones, an open one lifts all restrictions, others are counted."""
    areas = AreaMap(
        {"county": "1", "town": "1.t", "village": "2.v", "nationwide": "*", "abroad": "elsewhere"}
    )
    assert areas.serves(["Town", "County", "Village"]) == ("1", "2.v")
    assert areas.serves(["Town", "Nationwide"]) == ()
    assert areas.serves(["Town", "Abroad", "Nowhere"]) == ("1.t",)
    assert areas.unmapped == {"nowhere": 1}


@pytest.mark.parametrize(
    ("names", "tags"),
    [
        (["Spanish", "Chinese (Mandarin)"], (("cmn", "es", "zh"), 0)),
        (["Spanish", "Interpreter"], ((), 0)),
        (["es", "zh-Hant"], (("es", "zh-Hant"), 0)),
        (["Sign Languages", "Elvish tongue"], (("sgn",), 1)),
        ([], ((), 0)),
    ],
)
def test_languages(names: list[str], tags: tuple[tuple[str, ...], int]) -> None:
    """Names and tags become tags; an interpreter for any language leaves them open."""
    assert match_languages(names) == tags


@pytest.mark.parametrize(
    ("texts", "offers"),
    [
        (["Wheelchair accessible", "Restroom"], ("wheelchair",)),
        (["Not wheelchair accessible at this time"], ()),
        (["Wheelchair accessible", "Interpreter for the deaf available"], ("sign_language", "wheelchair")),
        (["Most locations wheelchair accessible"], None),
        (["Ramp", "Elevator"], None),
        ([], None),
    ],
)
def test_accessibility(texts: list[str], offers: tuple[str, ...] | None) -> None:
    """Stated offers, a stated lack, and nothing said."""
    assert match_accessibility(texts) == offers

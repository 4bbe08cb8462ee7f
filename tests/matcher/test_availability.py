from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.domain.schedules import TimeWindow, WeeklyAvailability, parse_week
from matcher.availability import LATEST, local_window, to_instant, to_microseconds
from tests.matcher.cities import hours, windows

BERLIN = ZoneInfo("Europe/Berlin")
GUANGZHOU = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)


def free_minutes(week: str, start: str, end: str, zone: ZoneInfo = BERLIN) -> float:
    """Longest free stretch of a window given in local time, with its offset where it is ambiguous."""
    first, last = (datetime.fromisoformat(each) for each in (start, end))
    first, last = (each if each.tzinfo else each.replace(tzinfo=zone) for each in (first, last))
    window = local_window(TimeWindow(first, last), zone, 60)
    return window.longest_overlap(parse_week(week)) / 60e6


@pytest.mark.parametrize(
    ("week", "start", "end", "minutes"),
    [
        ("Mo-Su 09:00-17:00", "2026-03-02T08:00", "2026-03-02T10:00", 60),
        ("Mo 09:00-12:00,13:00-17:00", "2026-03-02T11:00", "2026-03-02T15:00", 120),  # the longer piece
        ("Mo 09:00-12:00,12:00-17:00", "2026-03-02T11:00", "2026-03-02T15:00", 240),  # slots that touch
        ("Mo 22:00-24:00; Tu 00:00-02:00", "2026-03-02T21:00", "2026-03-03T09:00", 240),  # over midnight
        (
            "Su 23:00-24:00; Mo 00:00-01:00",
            "2026-03-01T22:00",
            "2026-03-02T05:00",
            120,
        ),  # over the week's end
        ("Mo 09:00-10:00", "2026-03-02T10:00", "2026-03-02T12:00", 0),  # the end of a slot is exclusive
        ("Mo 09:00-10:00", "2026-03-02T08:00", "2026-03-02T09:00", 0),  # the end of a window is exclusive
        ("Tu 09:00-10:00", "2026-03-02T00:00", "2026-03-16T00:00", 60),  # any week of the window
        ("Mo-Su 00:00-24:00", "2026-03-02T00:00", "2026-03-09T00:00", 7 * 1440),
        ("off", "2026-03-02T00:00", "2026-03-09T00:00", 0),
        # Spring: at 02:00 the clock jumps to 03:00.
        ("Su 01:00-04:00", "2026-03-29T00:00", "2026-03-29T06:00", 120),
        ("Su 02:00-03:00", "2026-03-29T00:00", "2026-03-29T06:00", 0),
        ("Su 02:30-03:30", "2026-03-29T00:00", "2026-03-29T06:00", 30),
        ("Su 03:00-04:00", "2026-03-29T01:30+01:00", "2026-03-29T03:30+02:00", 30),
        # Autumn: at 03:00 the clock falls back to 02:00.
        ("Su 01:00-04:00", "2026-10-25T00:00", "2026-10-25T06:00", 240),
        ("Su 02:00-03:00", "2026-10-25T00:00", "2026-10-25T06:00", 120),
        ("Su 02:15-02:45", "2026-10-25T00:00", "2026-10-25T06:00", 30),  # twice, but not on end
        ("Su 02:00-02:30", "2026-10-25T02:00+01:00", "2026-10-25T02:15+01:00", 15),
    ],
)
def test_longest_overlap(week: str, start: str, end: str, minutes: float) -> None:
    """Known cases, the days when clocks change among them."""
    assert free_minutes(week, start, end) == minutes


def test_hours_are_read_on_the_clock_of_the_city() -> None:
    """The same instants are morning in Guangzhou and night in Berlin."""
    window = ("2026-03-02T01:00+00:00", "2026-03-02T03:00+00:00")
    assert free_minutes("Mo 09:00-11:00", *window, GUANGZHOU) == 120
    assert free_minutes("Mo 09:00-11:00", *window, BERLIN) == 0


@pytest.mark.parametrize(
    ("week", "visit_minutes", "fits"),
    [
        ("Mo 09:00-10:00", 60, True),
        ("Mo 09:00-09:59", 60, False),
        ("Mo 09:00-10:30", 600, True),  # a window shorter than the visit is wanted whole
        ("Mo 09:00-10:29", 600, False),
    ],
)
def test_the_visit_must_fit_in_one_piece(week: str, visit_minutes: int, fits: bool) -> None:
    """Enough unbroken time is that of the visit, or the whole window if it is shorter."""
    start = datetime(2026, 3, 2, 9, tzinfo=BERLIN)
    window = local_window(TimeWindow(start, start + 90 * MINUTE), BERLIN, visit_minutes)
    assert window.fits(parse_week(week)) is fits


def minute_by_minute(window: TimeWindow, zone: ZoneInfo, week: WeeklyAvailability) -> int:
    """Longest run of minutes at whose start the clock shows a time inside a slot."""
    longest = run = 0
    instant = window.start.astimezone(UTC)
    while instant < window.end:
        local = instant.astimezone(zone)
        minute = local.hour * 60 + local.minute
        is_open = any(
            slot.weekday == local.weekday() and slot.start_minute <= minute < slot.end_minute
            for slot in week.slots
        )
        run = run + 1 if is_open else 0
        longest = max(longest, run)
        instant += MINUTE
    return longest


@settings(deadline=None)
@given(
    windows().filter(lambda each: each.end - each.start <= timedelta(days=3)),
    hours(),
    # half-hour shifts at half past, far from Greenwich, and a zone whose clock stands still
    st.sampled_from(("Europe/Berlin", "Australia/Lord_Howe", "Pacific/Chatham", "Asia/Shanghai")),
)
def test_agrees_with_a_look_at_the_clock_every_minute(
    window: TimeWindow, week: WeeklyAvailability, name: str
) -> None:
    """The definition, applied minute by minute, gives the same stretch."""
    zone = ZoneInfo(name)
    found = local_window(window, zone, 60).longest_overlap(week)
    assert found == minute_by_minute(window, zone, week) * 60_000_000


@given(windows(), st.sampled_from(("Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns")))
def test_days_cover_the_window_without_gap(window: TimeWindow, name: str) -> None:
    """The parts of a window follow on one another, and open days are free from end to end."""
    local = local_window(window, ZoneInfo(name), 60)
    assert local.days[0].start == to_microseconds(window.start)
    assert local.days[-1].end == to_microseconds(window.end)
    assert all(one.end == two.start for one, two in pairwise(local.days))
    always = parse_week("Mo-Su 00:00-24:00")
    assert local.longest_overlap(always) == to_microseconds(window.end) - to_microseconds(window.start)


def test_instants_are_told_exactly() -> None:
    """Times survive the way to microseconds and back."""
    instant = datetime(2026, 10, 25, 2, 30, 15, 999_999, tzinfo=BERLIN)
    assert to_instant(to_microseconds(instant), BERLIN) == instant
    assert to_microseconds(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_windows_at_either_end_of_the_calendar_work(zone: str) -> None:
    """The first and the last time that a window may have can be laid out in every zone."""
    always = parse_week("Mo-Su 00:00-24:00")
    for start in (datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, 22, tzinfo=UTC)):
        window = local_window(TimeWindow(start, start + timedelta(hours=1)), ZoneInfo(zone), 60)
        assert window.fits(always)
    assert to_instant(LATEST, ZoneInfo(zone)).year == 9999

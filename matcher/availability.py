"""Weekly hours against the window of a need, right on the days when clocks change.

An instant is within weekly hours if the wall clock of the city shows a time inside one of the
slots. So an hour that the clock skips is nobody's, an hour that it shows twice counts twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from graph_models.domain.schedules import TimeWindow, WeeklyAvailability

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# The last instant that can be told on the wall clock of every zone, in microseconds since 1970.
LATEST = (datetime(9999, 12, 30, tzinfo=UTC) - EPOCH) // _MICROSECOND
_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_DAY = 24 * 60 * _MINUTE
_PROBE = 6 * 60 * _MINUTE  # no zone changes its clock twice within six hours


def to_microseconds(instant: datetime) -> int:
    """Microseconds since 1970 in UTC, exact.

    >>> to_microseconds(datetime(1970, 1, 1, 8, 0, 1, tzinfo=ZoneInfo("Asia/Shanghai")))
    1000000
    """
    return (instant - EPOCH) // _MICROSECOND


def to_instant(microseconds: int, zone: tzinfo) -> datetime:
    """Turn `to_microseconds` around, on the wall clock of a zone."""
    return (EPOCH + microseconds * _MICROSECOND).astimezone(zone)


@dataclass(frozen=True, slots=True)
class LocalDay:
    """The part of a window that lies on one local day, while the clock runs undisturbed.

    Parameters
    ----------
    weekday
        0 for Monday to 6 for Sunday.
    midnight
        The instant at which the clock would have shown 00:00 of that day.
    start, end
        Where the part begins and ends; the end is exclusive. All three in microseconds since 1970.
    """

    weekday: int
    midnight: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LocalWindow:
    """A window laid out over local days, with the unbroken time that is needed within it.

    Parameters
    ----------
    days
        Its parts in order of time.
    needed
        Microseconds.
    """

    days: tuple[LocalDay, ...]
    needed: int

    def longest_overlap(self, hours: WeeklyAvailability) -> int:
        """Longest unbroken time within the window and the weekly hours, in microseconds."""
        longest = run_start = run_end = 0
        for day in self.days:
            for slot in hours.slots:
                if slot.weekday != day.weekday:
                    continue
                start = max(day.start, day.midnight + slot.start_minute * _MINUTE)
                end = min(day.end, day.midnight + slot.end_minute * _MINUTE)
                if start >= end:
                    continue
                run_start = run_start if start == run_end else start
                run_end = end
                longest = max(longest, run_end - run_start)
        return longest

    def fits(self, hours: WeeklyAvailability) -> bool:
        """Whether the weekly hours leave enough unbroken time within the window."""
        return self.longest_overlap(hours) >= self.needed


def local_window(window: TimeWindow, zone: ZoneInfo, visit_minutes: int) -> LocalWindow:
    """Lay a window out over the local days of a zone.

    Parameters
    ----------
    window
        When help is wanted.
    zone
        Zone whose wall clock the weekly hours are read on.
    visit_minutes
        Unbroken time wanted; a window shorter than that is wanted whole.

    Examples
    --------
    >>> from graph_models.domain.schedules import parse_week
    >>> zone = ZoneInfo("Europe/Berlin")
    >>> night = TimeWindow(datetime(2026, 3, 29, 1, tzinfo=zone), datetime(2026, 3, 29, 5, tzinfo=zone))
    >>> local_window(night, zone, 60).longest_overlap(parse_week("Su 00:00-24:00")) // 60_000_000
    180
    """
    start, end = to_microseconds(window.start), to_microseconds(window.end)
    days = tuple(
        day
        for first, last, offset in _steady_stretches(start, end, zone)
        for day in _split_by_day(first, last, offset)
    )
    return LocalWindow(days, min(visit_minutes * _MINUTE, end - start))


def _split_by_day(start: int, end: int, offset: int) -> Iterator[LocalDay]:
    midnight = start - (start + offset) % _DAY
    while midnight < end:
        weekday = ((midnight + offset) // _DAY + 3) % 7  # 1970-01-01 was a Thursday
        yield LocalDay(weekday, midnight, max(start, midnight), min(end, midnight + _DAY))
        midnight += _DAY


def _steady_stretches(start: int, end: int, zone: ZoneInfo) -> Iterator[tuple[int, int, int]]:
    """Cut [start, end) where the UTC offset changes: (start, end, offset) in microseconds."""
    before, offset = start, _offset_at(start, zone)
    while before < end:
        after = min(before + _PROBE, end)
        if (changed := _offset_at(after, zone)) != offset:
            cut = _first_instant_of_offset(changed, before, after, zone)
            yield start, cut, offset
            start, offset = cut, changed
        before = after
    if start < end:
        yield start, end, offset


def _first_instant_of_offset(offset: int, before: int, after: int, zone: ZoneInfo) -> int:
    """Bisect to the whole second at which `offset` begins to hold, after `before`."""
    low, high = before // _SECOND, -(-after // _SECOND)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset_at(middle * _SECOND, zone) == offset:
            high = middle
        else:
            low = middle
    return high * _SECOND


def _offset_at(instant: int, zone: ZoneInfo) -> int:
    return (to_instant(instant, zone).utcoffset() or timedelta()) // _MICROSECOND

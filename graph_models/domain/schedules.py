"""Time: weekly opening slots in local time, and windows between two instants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from graph_models.domain.checks import check_aware, check_integer
from graph_models.domain.errors import InvalidValue

MINUTES_PER_DAY = 24 * 60
LONGEST_WINDOW = timedelta(days=31)


@dataclass(frozen=True, slots=True, order=True)
class WeeklySlot:
    """A stretch of one weekday in local wall-clock time.

    Parameters
    ----------
    weekday
        0 for Monday to 6 for Sunday (ISO weekday minus one).
    start_minute, end_minute
        Minutes since local midnight; the end is exclusive and may be 1440.
    """

    weekday: int
    start_minute: int
    end_minute: int

    def __post_init__(self) -> None:
        check_integer("availability.weekday", self.weekday, least=0, most=6)
        check_integer("availability.start_minute", self.start_minute, least=0, most=MINUTES_PER_DAY - 1)
        check_integer("availability.end_minute", self.end_minute, least=1, most=MINUTES_PER_DAY)
        if self.end_minute <= self.start_minute:
            raise InvalidValue("availability.end_minute", "be later than start_minute", self.end_minute)


@dataclass(frozen=True, slots=True)
class WeeklyAvailability:
    """The slots of a week in which a provider can serve, in order and without overlap.

    No slot at all means never available. A provider whose hours are not known has no
    `WeeklyAvailability`; it is not excluded by time.
    """

    slots: tuple[WeeklySlot, ...]

    def __post_init__(self) -> None:
        for earlier, later in pairwise(self.slots):
            if later < earlier:
                raise InvalidValue("availability", "be in order of weekday and start")
            if later.weekday == earlier.weekday and later.start_minute < earlier.end_minute:
                raise InvalidValue("availability", "not overlap within a day")


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """The span in which help is wanted: from `start` to before `end`, both with a UTC offset.

    Raises
    ------
    InvalidValue
        If a time lacks its offset, the end is not later, or the span exceeds 31 days.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        check_aware("time_window.start", self.start)
        check_aware("time_window.end", self.end)
        if self.end <= self.start:
            raise InvalidValue("time_window.end", "be later than time_window.start")
        if self.end - self.start > LONGEST_WINDOW:
            raise InvalidValue("time_window.end", "be at most 31 days after time_window.start")


WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
NEVER = "off"
_RULE = re.compile(r"(?P<first>[A-Z][a-z])(?:-(?P<last>[A-Z][a-z]))? (?P<spans>[0-9:,-]+)")
_SPAN = re.compile(r"([0-2][0-9]):([0-5][0-9])-([0-2][0-9]):([0-5][0-9])")


def format_week(availability: WeeklyAvailability) -> str:
    """Write weekly hours as a subset of OpenStreetMap's ``opening_hours``.

    Neighbouring days with the same hours are written as one range, so equal hours are equal texts.

    Examples
    --------
    >>> format_week(parse_week("Mo 09:00-12:00; Tu 09:00-12:00; Sa 10:00-24:00"))
    'Mo-Tu 09:00-12:00; Sa 10:00-24:00'
    """
    if not availability.slots:
        return NEVER
    spans: dict[int, list[str]] = {}
    for slot in availability.slots:
        spans.setdefault(slot.weekday, []).append(f"{_clock(slot.start_minute)}-{_clock(slot.end_minute)}")
    runs: list[tuple[int, int, str]] = []
    for day, each in spans.items():
        text = ",".join(each)
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == text:
            runs[-1] = (runs[-1][0], day, text)
        else:
            runs.append((day, day, text))
    return "; ".join(f"{_day_range(first, last)} {text}" for first, last, text in runs)


def _day_range(first: int, last: int) -> str:
    return WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"


@lru_cache(maxsize=4096)
def parse_week(text: str) -> WeeklyAvailability:
    """Read weekly hours: ``Mo-Fr 08:30-12:00,13:00-17:00; Sa 09:00-24:00``, or ``off`` for never.

    A span that passes midnight is written as two, one a day.

    Raises
    ------
    InvalidValue
        If the text has another form, or its spans overlap.
    """
    if text.strip() == NEVER:
        return WeeklyAvailability(())
    slots = [slot for rule in text.split(";") for slot in _parse_rule(rule.strip())]
    return WeeklyAvailability(tuple(sorted(slots)))


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _parse_rule(rule: str) -> list[WeeklySlot]:
    match = _RULE.fullmatch(rule)
    spans = [_SPAN.fullmatch(span) for span in match["spans"].split(",")] if match else []
    days = _weekday_range(match["first"], match["last"] or match["first"]) if match else range(0)
    if not days or None in spans:
        raise InvalidValue("availability", "read like 'Mo-Fr 09:00-17:00; Sa 09:00-12:00'", rule)
    return [
        WeeklySlot(day, int(span[1]) * 60 + int(span[2]), int(span[3]) * 60 + int(span[4]))
        for day in days
        for span in spans
        if span is not None
    ]


def _weekday_range(first: str, last: str) -> range:
    if first not in WEEKDAYS or last not in WEEKDAYS:
        return range(0)
    return range(WEEKDAYS.index(first), WEEKDAYS.index(last) + 1)

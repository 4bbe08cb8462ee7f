"""HSDS schedules (a subset of RFC 5545) as weekly hours, where they say the same every week."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from graph_models.domain.errors import InvalidValue
from graph_models.domain.schedules import MINUTES_PER_DAY, WeeklyAvailability, WeeklySlot

_DAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_ENDING = ("valid_to", "until", "count", "byweekno", "bymonthday", "byyearday")
_CLOCK = re.compile(r"(\d{2}):(\d{2})(?::00(?:\.0+)?)?([+-]\d{2}:?\d{2})?")


class NotWeekly(ValueError):
    """A schedule does not hold every week, or not at all."""


def read_schedules(schedules: Sequence[dict[str, Any]]) -> WeeklyAvailability:
    """Read schedules as weekly hours in local time.

    An offset behind a time is that of the place and changes nothing; times in UTC (``Z``) are refused,
    because their local time moves with daylight saving. A span over midnight becomes two.

    Raises
    ------
    NotWeekly
        If a schedule is not weekly, ends, lacks days or times, or overlaps another one.

    Examples
    --------
    >>> week = read_schedules([{"byday": "MO,TU", "opens_at": "09:00", "closes_at": "17:00:00"}])
    >>> len(week.slots)
    2
    """
    slots = [slot for each in schedules for slot in _slots(each)]
    try:
        return WeeklyAvailability(tuple(sorted(slots)))
    except InvalidValue as error:
        raise NotWeekly("schedules overlap") from error


def _slots(schedule: dict[str, Any]) -> list[WeeklySlot]:
    if str(schedule.get("freq") or "WEEKLY").upper() != "WEEKLY":
        raise NotWeekly("a schedule is not weekly")
    if str(schedule.get("interval") or "1") not in ("1", "1.0"):
        raise NotWeekly("a schedule does not hold every week")
    if any(schedule.get(name) for name in _ENDING):
        raise NotWeekly("a schedule does not hold the whole year")
    days = [_DAYS.get(day.strip().upper()) for day in str(schedule.get("byday") or "").split(",")]
    opens, closes = _minute(schedule.get("opens_at")), _minute(schedule.get("closes_at"))
    if opens is None or closes is None or opens == MINUTES_PER_DAY:
        raise NotWeekly("a schedule has no times in local time")
    slots: list[WeeklySlot] = []
    for day in days:
        if day is None:
            raise NotWeekly("a schedule has no days of the week")
        if closes > opens:
            slots.append(WeeklySlot(day, opens, closes))
        else:
            slots.append(WeeklySlot(day, opens, MINUTES_PER_DAY))
            slots.extend([WeeklySlot((day + 1) % 7, 0, closes)] if closes else [])
    return slots


def _minute(given: Any) -> int | None:
    match = _CLOCK.fullmatch(str(given or "").strip())
    if match is None:
        return None
    minute = int(match[1]) * 60 + int(match[2])
    return minute if int(match[2]) < 60 and minute <= MINUTES_PER_DAY else None

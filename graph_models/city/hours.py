"""Weekly hours: the patterns that volunteers and organisations of the city keep."""

from __future__ import annotations

from itertools import product

from graph_models.domain.schedules import WeeklyAvailability, parse_week

STATION_HOURS = {
    parse_week("Mo-Fr 08:30-12:00,14:00-17:30"): 60,
    parse_week("Mo-Fr 09:00-12:00,14:00-18:00"): 25,
    parse_week("Mo-Fr 08:30-12:00,14:00-17:30; Sa 09:00-12:00"): 15,
}
CHARITY_HOURS = {
    parse_week("Mo-Fr 09:00-18:00"): 40,
    parse_week("Mo-Sa 09:00-18:00"): 20,
    parse_week("Mo-Su 08:00-20:00"): 15,
    parse_week("Mo-Su 00:00-24:00"): 5,
    None: 20,
}

# Kinds of volunteers: weight, days that they choose among, spans that they choose among.
_WORKING = ("Mo", "Tu", "We", "Th", "Fr", "Mo Th", "Tu Fr", "We Fr", "Mo We Fr", "Tu Th", "Mo Tu We Th Fr")
_WEEKEND = ("Sa", "Su", "Sa Su")
_GROUPS: dict[str, tuple[int, tuple[str, ...], tuple[str, ...]]] = {
    "evenings": (26, _WORKING, ("18:30-21:00", "19:00-21:30", "19:00-22:00")),
    "weekends": (38, _WEEKEND, ("09:00-12:00", "14:00-17:30", "09:00-17:30", "09:00-12:00,14:00-17:30")),
    "retired mornings": (18, _WORKING, ("08:00-11:30", "08:30-11:30", "09:00-12:00")),
    "weekday afternoons": (8, _WORKING, ("14:00-17:00", "14:30-17:30")),
    "any day": (5, ("Mo Tu We Th Fr Sa Su",), ("08:00-20:00", "09:00-21:00")),
}
_UNKNOWN_PERCENT = 5


def _build(days: str, spans: str) -> WeeklyAvailability:
    return parse_week("; ".join(f"{day} {spans}" for day in days.split()))


def volunteer_hours() -> dict[WeeklyAvailability | None, int]:
    """Return the patterns with their weights; None stands for hours that are not known.

    A group's weight is shared equally by its combinations of days and spans.

    Examples
    --------
    >>> len(volunteer_hours()) < 200
    True
    """
    scale = 10_000
    weight_of: dict[WeeklyAvailability | None, int] = {None: _UNKNOWN_PERCENT * scale}
    for weight, days, spans in _GROUPS.values():
        patterns = [_build(*pair) for pair in product(days, spans)]
        weight_of.update(dict.fromkeys(patterns, weight * scale // len(patterns)))
    return weight_of

"""Opening hours in free text, read where only one reading is possible.

The rules, in order:

1. ``24 hours daily`` and ``24-hour facility`` mean every day, all day.
2. Otherwise the text is a list of groups, each of days followed by times: ``Monday, Wednesday-Friday,
   9-12, 1-5``. Any other word (``by appointment``, a month, a label) makes the whole text not
   understood: hours that hold only sometimes must not be promised.
3. A time with ``am``, ``pm``, ``noon`` or ``midnight`` is what it says; 12 without either is noon.
4. A start without either is in the morning from 6 to 11 and in the afternoon from 1 to 5; after an
   earlier span of the same day it is the first such hour that is not before that span's end.
5. An end without either must come after its start in exactly one way: ``9-5`` is 09:00-17:00, but
   ``8-9`` could be one hour or thirteen and is refused. So is ``7-9 pm``, which could start in the
   morning or in the evening.
"""

from __future__ import annotations

import re

from graph_models.domain.errors import InvalidValue
from graph_models.domain.schedules import MINUTES_PER_DAY, WeeklyAvailability, WeeklySlot

NOON = 12 * 60
_DAY_NAMES: tuple[str, ...] = (
    *("mon(?:days?)?", "tue(?:s|sdays?)?", "wed(?:nesdays?)?", "thu(?:r|rs|rsdays?)?"),
    *("fri(?:days?)?", "sat(?:urdays?)?", "sun(?:days?)?"),
)
_DAY = "|".join(f"(?P<d{number}>{name})" for number, name in enumerate(_DAY_NAMES))
_CLOCK = r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>am|pm|noon|midnight)?"
_TOKEN = re.compile(
    rf"\s*(?:(?P<daily>daily)\b|(?:{_DAY})\b\.?|{_CLOCK}(?![\d:])\b|(?P<word>noon|midnight)\b"
    r"|(?P<dash>[-–]|to\b)|(?P<mark>[,;]|and\b))",
    re.IGNORECASE,
)
_ALWAYS = re.compile(r"24[- ]hours? (?:daily|facility)", re.IGNORECASE)
_ALL_DAY = WeeklyAvailability(tuple(WeeklySlot(day, 0, MINUTES_PER_DAY) for day in range(7)))
_REASONS = (
    (r"var(?:y|ies)|call|schedule", "hours vary"),
    (r"appointment|arrange|request", "by appointment"),
    (
        r"jan|feb|march|april|\bmay\b|june|july|aug|sept|oct|nov|dec|summer|winter|season|month",
        "not every week",
    ),
    (r"sunrise|sunset|dusk|dawn", "not by the clock"),
)

Reading = tuple[int, ...]  # minutes of the day that a clock time may mean


class NotUnderstood(ValueError):
    """Hours have no reading, or more than one; the message says which."""


def parse_hours(text: str) -> WeeklyAvailability:
    """Read free-text opening hours.

    Raises
    ------
    NotUnderstood
        If the text does not have exactly one reading.

    Examples
    --------
    >>> from graph_models.domain.schedules import format_week
    >>> format_week(parse_hours("Monday-Friday, 9-12, 1-5"))
    'Mo-Fr 09:00-12:00,13:00-17:00'
    >>> format_week(parse_hours("Monday, 2-7; Tuesday, Wednesday, 11-8"))
    'Mo 14:00-19:00; Tu-We 11:00-20:00'
    >>> parse_hours("Saturday, 8-11")
    Traceback (most recent call last):
    ...
    graph_models.exchange.hours.NotUnderstood: two readings
    """
    plain = text.strip().rstrip(".")
    if _ALWAYS.fullmatch(plain):
        return _ALL_DAY
    slots = [
        WeeklySlot(day, start, end)
        for days, clocks in _groups(_tokens(plain))
        for day in days
        for start, end in _spans(clocks)
    ]
    try:
        return WeeklyAvailability(tuple(sorted(slots)))
    except InvalidValue as error:
        raise NotUnderstood("spans overlap") from error


def _tokens(text: str) -> list[re.Match[str]]:
    tokens = []
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise NotUnderstood(_why_not(text))
        tokens.append(token)
        position = token.end()
    return tokens


def _why_not(text: str) -> str:
    lowered = text.lower()
    return next((reason for words, reason in _REASONS if re.search(words, lowered)), "other words")


def _groups(tokens: list[re.Match[str]]) -> list[tuple[list[int], list[Reading]]]:
    """Split tokens into groups of days and the clock times that follow them, always in pairs."""
    groups: list[tuple[list[int], list[Reading]]] = []
    after_dash = after_day = False
    for token in tokens:
        if token["dash"]:
            after_dash = True
            continue
        if token["mark"]:
            continue
        day = _day_of(token)
        if day is not None:
            if not groups or groups[-1][1]:
                groups.append(([], []))
            days = groups[-1][0]
            days.extend(_days_until(days, day) if after_dash and after_day else day)
        elif not groups or after_dash != (len(groups[-1][1]) % 2 == 1):
            raise NotUnderstood("other words")
        else:
            groups[-1][1].append(_reading(token))
        after_dash, after_day = False, day is not None
    if not groups or any(not clocks or len(clocks) % 2 for _, clocks in groups):
        raise NotUnderstood("days or times are missing")
    return groups


def _day_of(token: re.Match[str]) -> list[int] | None:
    if token["daily"]:
        return list(range(7))
    return next(([number] for number in range(7) if token[f"d{number}"]), None)


def _days_until(days: list[int], last: list[int]) -> list[int]:
    """Days of a range after its first one, around the end of the week if need be."""
    if len(last) != 1 or not days:
        raise NotUnderstood("other words")
    length = (last[0] - days[-1]) % 7
    return [(days[-1] + step) % 7 for step in range(1, length + 1)]


def _reading(token: re.Match[str]) -> Reading:
    word = (token["word"] or token["half"] or "").lower()
    hour, minute = int(token["hour"] or 12), int(token["minute"] or 0)
    if not 1 <= hour <= 12 or minute > 59 or (word in ("noon", "midnight") and (hour, minute) != (12, 0)):
        raise NotUnderstood("not a time of day")
    morning, evening = hour % 12 * 60 + minute, hour % 12 * 60 + minute + NOON
    if word in ("am", "midnight"):
        return (morning,)
    if word in ("pm", "noon") or hour == 12:
        return (evening,)
    return morning, evening


def _spans(clocks: list[Reading]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for starts, ends in zip(clocks[::2], clocks[1::2], strict=True):
        closed = spans[-1][1] if spans else 0
        spans.append(_span(tuple(each for each in starts if each >= closed), ends))
    return spans


def _span(starts: Reading, ends: Reading) -> tuple[int, int]:
    if len(ends) == 1:
        closing = MINUTES_PER_DAY if ends == (0,) else ends[0]
        starts = tuple(each for each in starts if each < closing)
        if len(starts) == 2 and starts[0] >= 6 * 60:
            raise NotUnderstood("two readings")
        ends = (closing,)
    if not starts:
        raise NotUnderstood("the end is not after the start")
    # Without am or pm a start before 6 is in the afternoon, and another one in the morning if it can be.
    start = starts[-1] if starts[0] < 6 * 60 else starts[0]
    after = tuple(each for each in ends if each > start)
    if len(after) != 1:
        raise NotUnderstood("two readings" if after else "the end is not after the start")
    return start, after[0]

"""Age limits in free text, taken only where they hold for everybody.

A limit keeps people out, so a sentence that names an exception (``or disabled``, ``spouse of any
age``), a part of the offer (``for some programs``) or somebody else (``parent of child age 5 or
under``) sets none.
"""

from __future__ import annotations

import re

_AGE = re.compile(
    r"\bages?\s+(?:(?P<least>\d{1,3})\s+(?:or|and)\s+(?:over|older)"
    r"|(?P<most>\d{1,3})\s+(?:or|and)\s+(?:under|younger)"
    r"|(?P<low>\d{1,3})\s*-\s*(?P<high>\d{1,3}))(?![\w/]|\s*(?:months|weeks))",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(
    r"\b(or|unless|except|exempt\w*|younger|spouse|some|most|vary|varies|for|parent\w*|care\w*|family"
    r"|families|volunteer\w*|donor\w*|member\w*|become|join\w*|foster\w*|adopt\w*|ages?|aged|limit|priority"
    r"|preference|school|students?|none|any|if|accompanied|birth|months?|grades?)\b",
    re.IGNORECASE,
)


def parse_age_limits(text: str) -> tuple[int | None, int | None]:
    """Return the least and the greatest age that a text demands of everybody, in years.

    Examples
    --------
    >>> parse_age_limits("Age 60 or over"), parse_age_limits("Youth age 6-18")
    ((60, None), (6, 18))
    >>> parse_age_limits("Age 62 or over or disabled")
    (None, None)
    """
    found = list(_AGE.finditer(text))
    if len(found) != 1 or _EXCEPTION.search(_AGE.sub(" ", text)):
        return None, None
    age = found[0]
    least, most = age["least"] or age["low"], age["most"] or age["high"]
    limits = (int(least) if least else None, int(most) if most else None)
    if limits[0] is not None and limits[1] is not None and limits[0] > limits[1]:
        return None, None
    return limits

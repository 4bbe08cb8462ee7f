"""Languages and access, as directories put them, in the terms that matching compares."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from graph_models.exchange.cells import SEPARATOR
from graph_models.exchange.vocabulary import ANY, fold

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_ACCESSIBILITY = {
    "wheelchair": r"wheelchair|fully accessible",
    "sign_language": r"sign language|for the deaf",
    "braille": r"braille",
}


def match_languages(names: Iterable[str]) -> tuple[tuple[str, ...], int]:
    """Return language tags (BCP 47) for names or tags, and how many were not known.

    Where an interpreter for any language is on offer no language is returned: it would exclude the
    others.

    Examples
    --------
    >>> match_languages(["Spanish", "Chinese (Mandarin)", "pt-BR", "Klingon"])
    (('cmn', 'es', 'pt-BR', 'zh'), 1)
    """
    known = _languages()
    tags: set[str] = set()
    unknown = 0
    for name in names:
        found = known.get(fold(name))
        if found is None and _TAG.fullmatch(name):
            found = (name,)
        unknown += found is None
        tags.update(found or ())
    return (() if ANY in tags else tuple(sorted(tags))), unknown


def match_accessibility(texts: Iterable[str]) -> tuple[str, ...] | None:
    """Return what free texts say is on offer; None if they leave it open.

    Examples
    --------
    >>> match_accessibility(["Wheelchair accessible", "Ramp"])
    ('wheelchair',)
    >>> match_accessibility(["Not wheelchair accessible"]), match_accessibility(["Varies", "Ramp"])
    ((), None)
    """
    offers: set[str] = set()
    is_known = False
    for text in map(fold, texts):
        if re.search(r"\b(varies|some|most|call)\b", text):
            continue
        for term, pattern in _ACCESSIBILITY.items():
            if re.search(pattern, text):
                is_known = True
                if not re.search(r"\bnot\b", text):
                    offers.add(term)
    return tuple(sorted(offers)) if is_known else None


@lru_cache(maxsize=1)
def _languages() -> dict[str, tuple[str, ...]]:
    source = files("graph_models.exchange") / "data" / "languages.csv"
    with source.open(encoding="utf-8") as lines:
        return {row["name"]: tuple(row["tags"].split(SEPARATOR)) for row in csv.DictReader(lines)}

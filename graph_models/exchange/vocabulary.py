"""Words of outside directories and what they mean here: skills, areas, languages."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from graph_models.domain.errors import InvalidValue
from graph_models.exchange.cells import parse_pairs
from graph_models.exchange.opening import BadFile, open_bytes
from graph_models.exchange.problems import CellError

SKILLS_FILE = "keyword_skills.csv"
AREAS_FILE = "service_areas.csv"
ANY = "*"
ELSEWHERE = "elsewhere"

Pairs = tuple[tuple[str, float], ...]


def fold(words: str) -> str:
    """Make two spellings of the same words equal: case and spaces do not count.

    >>> fold("  Housing   SERVICES ")
    'housing services'
    """
    return " ".join(words.split()).casefold()


def read_mapping(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Iterate over the rows of a mapping file in UTF-8.

    Raises
    ------
    InvalidValue
        If the file cannot be read or lacks one of `columns`.
    """
    try:
        with open_bytes(path) as stream:
            text = stream.read().decode("utf-8-sig")
    except (BadFile, UnicodeDecodeError) as error:
        raise InvalidValue("mapping", f"be a CSV file in UTF-8 ({path.name})") from error
    rows = csv.DictReader(text.splitlines())
    missing = [name for name in columns if name not in (rows.fieldnames or ())]
    if missing:
        raise InvalidValue("mapping", f"have the columns {', '.join(columns)} ({path.name})")
    yield from rows


class SkillMap:
    """What keywords of a directory mean as skills, and which keywords it met without knowing them.

    Parameters
    ----------
    entries
        Skills with their level by folded keyword; no skills for a word that is known not to name a
        service (a target group, a topic).
    names
        Skill ids by folded id and name, so that a directory that uses our own terms needs no entry.
    """

    def __init__(self, entries: dict[str, Pairs], names: dict[str, str] | None = None) -> None:
        self._entries = entries
        self._names = names or {}
        self.used: Counter[str] = Counter()
        self.unmapped: Counter[str] = Counter()
        self.not_services: Counter[str] = Counter()

    @classmethod
    def read(cls, path: Path | None, names: dict[str, str] | None = None) -> SkillMap:
        """Read a mapping file with the columns ``keyword`` and ``skills``.

        Raises
        ------
        InvalidValue
            If the file cannot be read, or a row is not ``keyword,skill:level|skill:level``.
        """
        entries: dict[str, Pairs] = {}
        if path is not None:
            for number, row in enumerate(read_mapping(path, ("keyword", "skills")), start=2):
                try:
                    entries[fold(row["keyword"])] = parse_pairs(row["skills"]) if row["skills"] else ()
                except CellError as error:
                    rule = f"be keyword,skill:level|skill:level in line {number} of {path.name}"
                    raise InvalidValue("mapping", rule) from error
        return cls(entries, names)

    def __contains__(self, keyword: str) -> bool:
        return fold(keyword) in self._entries or fold(keyword) in self._names

    def forget(self) -> None:
        """Start counting anew."""
        for counter in (self.used, self.unmapped, self.not_services):
            counter.clear()

    def skills(self, keywords: Iterable[str]) -> Pairs:
        """Return the skills that keywords stand for, each at its highest level, in order of id."""
        best: dict[str, float] = {}
        for keyword in {fold(each): None for each in keywords}:
            pairs = self._entries.get(keyword)
            if pairs is None and keyword in self._names:
                pairs = ((self._names[keyword], 1.0),)
            (self.unmapped if pairs is None else self.used if pairs else self.not_services)[keyword] += 1
            for skill, level in pairs or ():
                best[skill] = max(level, best.get(skill, 0.0))
        return tuple(sorted(best.items()))


class AreaMap:
    """What names of service areas mean as area codes.

    Parameters
    ----------
    codes
        Codes by folded name; `ANY` for an area that restricts nothing here, `ELSEWHERE` for one that
        lies outside all known areas.
    """

    def __init__(self, codes: dict[str, str]) -> None:
        self._codes = codes
        self.unmapped: Counter[str] = Counter()

    def is_open(self, names: Iterable[str]) -> bool:
        """Tell whether one of the names is known to restrict nothing."""
        return any(self._codes.get(fold(name)) == ANY for name in names)

    def serves(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the codes of a service area, none if it is not restricted or not known."""
        found: set[str] = set()
        for name in names:
            code = self._codes.get(fold(name))
            if code is None:
                self.unmapped[fold(name)] += 1
            elif code == ANY:
                return ()
            elif code != ELSEWHERE:
                found.add(code)
        # A district within a county that is served as a whole adds nothing.
        return tuple(sorted(c for c in found if not any(c != o and c.startswith(o) for o in found)))

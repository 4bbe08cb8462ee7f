"""Profiles of residents in difficulty: how common each is, how old its people are, what they need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from graph_models.city.menu import read_pairs, read_rows
from graph_models.domain.identifiers import CategoryId


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of resident; all weights are whole numbers.

    Parameters
    ----------
    share_per_mille
        How many of a thousand residents are of this kind.
    hardship
        Categories of hardship that all of them have.
    accessibility_percent
        How many of a hundred need what; at most one thing each.
    needs
        Weight of each category of the service menu among their needs.
    """

    id: str
    share_per_mille: int
    hardship: tuple[str, ...]
    min_age: int
    max_age: int
    accessibility_percent: dict[str, int]
    needs: dict[CategoryId, int]


@lru_cache(maxsize=1)
def load_profiles() -> tuple[Profile, ...]:
    """Read the profiles that ship with the package.

    Examples
    --------
    >>> sum(profile.share_per_mille for profile in load_profiles())
    1000
    """
    return tuple(map(_profile, read_rows("profiles.csv")))


def _profile(row: dict[str, str]) -> Profile:
    return Profile(
        id=row["id"],
        share_per_mille=int(row["share_per_mille"]),
        hardship=tuple(row["hardship"].split("|")),
        min_age=int(row["min_age"]),
        max_age=int(row["max_age"]),
        accessibility_percent={key: int(number) for key, number in read_pairs(row["accessibility_percent"])},
        needs={CategoryId(key): int(number) for key, number in read_pairs(row["needs"])},
    )

"""The registered volunteers as arrays: where each lives and what each can do.

Four million of them fit into 16 MB here; `volunteers` turns them into values chunk by chunk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from graph_models.city.draws import IntArray, Lottery, Part, apportion, stream
from graph_models.city.menu import read_rows
from graph_models.city.settlement import Settlement
from graph_models.domain.identifiers import ProviderId, SkillId

CHUNK = 20_000
MOST_SKILLS = 4
SKILL_COUNTS = (40, 35, 17, 8)  # per cent of volunteers that draw 1, 2, 3 or 4 skills
ZIPF_SCALE = 10**12


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """The volunteers, numbered community by community.

    Parameters
    ----------
    first
        Volunteers of community c are those from first[c] to before first[c + 1], of shape (2852,).
    skills
        Positions in `skills_by_popularity`, of shape (n, 4); a place that is not needed repeats the
        first one.
    """

    settlement: Settlement
    first: IntArray
    skills: NDArray[np.uint8]

    def communities(self, start: int, stop: int) -> IntArray:
        """Return the communities of the volunteers from `start` to before `stop`."""
        return np.searchsorted(self.first, np.arange(start, stop), side="right") - 1

    def find(self, rng: np.random.Generator, community: int, skill_id: SkillId) -> int | None:
        """Draw one of the volunteers in a community's street who have a skill, if there is one."""
        rank = skills_by_popularity().get(skill_id)
        street_of = self.settlement.hierarchy.street_of_community
        lowest, highest = np.searchsorted(street_of, (street_of[community], street_of[community] + 1))
        start, stop = self.first[lowest], self.first[highest]
        if rank is None or not (places := np.flatnonzero(self.skills[start:stop] == rank)).size:
            return None
        return int(start + places[rng.integers(len(places))] // MOST_SKILLS)


@lru_cache(maxsize=1)
def skills_by_popularity() -> dict[SkillId, int]:
    """Return the skills that volunteers have with their positions, the most common first."""
    return {SkillId(row["skill_id"]): at for at, row in enumerate(read_rows("volunteer_skills.csv"))}


def volunteer_id(at: int) -> ProviderId:
    """Return the id of the volunteer at a position, counted from 0."""
    return ProviderId(f"volunteer-{at + 1:07}")


def chunks(total: int) -> Iterator[tuple[int, int, int]]:
    """Iterate over number, start and stop of the chunks in which volunteers are drawn."""
    for number, start in enumerate(range(0, total, CHUNK)):
        yield number, start, min(start + CHUNK, total)


def draw_crowd(settlement: Settlement, total: int, seed: int) -> Crowd:
    """Divide `total` volunteers among the communities by population and draw what each can do.

    The skill at rank r (counted from 1) is drawn with a probability proportional to 1/r (Zipf's law
    with exponent 1).
    """
    counts = apportion(total, settlement.population.tolist())
    first = np.concatenate(([0], np.cumsum(counts)))
    ranks = range(1, len(skills_by_popularity()) + 1)
    popularity, how_many = Lottery([ZIPF_SCALE // rank for rank in ranks]), Lottery(SKILL_COUNTS)
    skills = np.empty((total, MOST_SKILLS), dtype=np.uint8)
    for number, start, stop in chunks(total):
        rng = stream(seed, Part.VOLUNTEER_SKILLS, number)
        size = stop - start
        drawn = popularity.draw(rng, size * MOST_SKILLS).reshape(size, MOST_SKILLS)
        is_unused = np.arange(MOST_SKILLS) > how_many.draw(rng, size)[:, None]
        skills[start:stop] = np.where(is_unused, drawn[:, :1], drawn)
    return Crowd(settlement, first, skills)

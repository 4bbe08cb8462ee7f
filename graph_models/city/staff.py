"""Front-line staff: every community is in somebody's care at every scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graph_models.city.draws import apportion
from graph_models.city.hierarchy import Hierarchy
from graph_models.domain.identifiers import AreaCode, StaffId
from graph_models.domain.people import Staff

COMMUNITY_WORKER = "community worker"
STREET_OFFICER = "street officer"
OFFICERS_PER_STREET = 7


def full_staff(hierarchy: Hierarchy) -> int:
    """Return how many there are at scale 1: one worker a community, seven officers a street."""
    return len(hierarchy.communities) + OFFICERS_PER_STREET * len(hierarchy.streets)


def staff(hierarchy: Hierarchy, total: int) -> Iterator[Staff]:
    """Iterate over `total` workers, at least one a district.

    The communities of a district are divided among its workers in runs of equal length, give or take
    one. Workers beyond one a community are officers of a whole street each.
    """
    teams = _teams(hierarchy)
    weights = [sum(map(len, streets)) + OFFICERS_PER_STREET * len(streets) for streets in teams]
    beats = (
        beat
        for streets, size in zip(teams, apportion(total, weights, least=1), strict=True)
        for beat in _beats(streets, size)
    )
    for number, (role, communities) in enumerate(beats, start=1):
        yield Staff(StaffId(f"staff-{number:05}"), role, tuple(communities), is_synthetic=True)


def _teams(hierarchy: Hierarchy) -> list[list[list[AreaCode]]]:
    """Return the codes of the communities by street, by district."""
    by_street: list[list[AreaCode]] = [[] for _ in hierarchy.streets]
    for community in hierarchy.communities:
        by_street[community.parent].append(community.code)
    teams: list[list[list[AreaCode]]] = [[] for _ in hierarchy.districts]
    for street, codes in zip(hierarchy.streets, by_street, strict=True):
        teams[street.parent].append(codes)
    return teams


def _beats(streets: list[list[AreaCode]], size: int) -> Iterator[tuple[str, Sequence[AreaCode]]]:
    communities = [code for street in streets for code in street]
    workers = min(size, len(communities))
    start = 0
    for length in apportion(len(communities), [1] * workers):
        yield COMMUNITY_WORKER, communities[start : start + length]
        start += length
    for extra in range(size - workers):
        yield STREET_OFFICER, streets[extra % len(streets)]

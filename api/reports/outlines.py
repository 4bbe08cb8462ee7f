"""What is known of districts: names from the store, outlines that ship with the project."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph_models.city.hierarchy import load_hierarchy
from graph_models.domain.identifiers import AreaCode
from graph_models.domain.places import Area
from matcher.coverage.clusters import Spot
from matcher.coverage.published import CommunityReach, Coverage


@dataclass(frozen=True, slots=True)
class District:
    """A district with what its communities come to.

    Parameters
    ----------
    outline
        A shapely geometry in degrees (longitude, latitude), if one is known.
    mean_unreached
        Mean over the communities of the categories that nobody serves there.
    mean_coverage
        Of its residents; None where it is hidden or not known.
    """

    code: AreaCode
    name: str
    outline: Any
    communities: int
    mean_unreached: float
    hot: int
    cold: int
    mean_coverage: float | None


def districts_of(coverage: Coverage, areas: Iterable[Area] = ()) -> tuple[District, ...]:
    """Sum up the communities of each district, by code.

    Parameters
    ----------
    areas
        Known areas, for their names.
    """
    inside: defaultdict[AreaCode, list[CommunityReach]] = defaultdict(list)
    for each in coverage.communities:
        if each.district_code is not None:
            inside[each.district_code].append(each)
    names, outlines = area_names(coverage, areas), _outlines()
    means = {each.group: each.mean for each in coverage.equity.districts}
    return tuple(
        _district(code, names.get(code, code), outlines.get(code), inside[code], means.get(code))
        for code in sorted(inside)
    )


def _district(
    code: AreaCode, name: str, outline: Any, communities: Sequence[CommunityReach], mean: float | None
) -> District:
    spots = Counter(each.spot for each in communities)
    unreached = sum(each.unreached_categories for each in communities)
    return District(
        code,
        name,
        outline,
        len(communities),
        unreached / len(communities),
        spots[Spot.HIGH_HIGH],
        spots[Spot.LOW_LOW],
        mean,
    )


def area_names(coverage: Coverage, areas: Iterable[Area] = ()) -> Mapping[AreaCode, str]:
    """Return the names of areas by code, as far as anything tells them."""
    names = {each.area_code: each.name for each in coverage.communities}
    names.update((each.area_code, each.name) for each in coverage.gaps)
    names.update((each.code, each.name) for each in areas)
    return names


def _outlines() -> Mapping[AreaCode, Any]:
    known = load_hierarchy()
    return {unit.code: outline for unit, outline in zip(known.districts, known.outlines, strict=True)}

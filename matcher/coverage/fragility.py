"""Who must not be lost: providers that are the only help somewhere, and skills that one provider holds."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from graph_models.domain.identifiers import AreaCode, CategoryId, ProviderId, SkillId
from matcher.coverage.access import Access, DemandKind, demand_tables
from matcher.coverage.city import City


@dataclass(frozen=True, slots=True)
class Dependence:
    """What would be left without any help if one provider were lost.

    Parameters
    ----------
    provider_id, kind, name
        Who.
    category_ids, community_codes
        Categories and communities in which nobody else reaches anyone, in order.
    cells
        Pairs of a category and a community.
    open_units
        Units of open needs in these.
    residents
        Residents in difficulty in these communities, each once.
    """

    provider_id: ProviderId
    kind: str
    name: str
    category_ids: tuple[CategoryId, ...]
    community_codes: tuple[AreaCode, ...]
    cells: int
    open_units: int
    residents: int


@dataclass(frozen=True, slots=True)
class SoleHolder:
    """A skill that one active provider alone offers among those based in a district."""

    district_code: AreaCode
    skill_id: SkillId
    provider_id: ProviderId


def find_dependences(city: City, access: Access) -> tuple[Dependence, ...]:
    """Find the providers whose loss leaves a community without anybody for a category.

    In the graph of providers and of what they cover these are the articulation points that cut off
    what they alone cover.

    Parameters
    ----------
    access
        Of the city, to all categories and for any demand.

    Returns
    -------
    tuple
        The loss of most open units first, then of most residents.
    """
    cells = defaultdict(list)
    for cell, provider_id in access.only_provider.items():
        cells[provider_id].append(cell)
    wanted, _, _ = demand_tables(city, DemandKind.OPEN_NEEDS)
    living, _, _ = demand_tables(city, DemandKind.RESIDENTS)
    found = []
    for provider_id, provider in zip(cells, city.engine.find(cells), strict=True):
        rows, places = np.array(cells[provider_id]).T
        communities = np.unique(places)
        found.append(
            Dependence(
                provider_id,
                provider.kind if provider else "",
                provider.name if provider else "",
                tuple(access.category_ids[row] for row in np.unique(rows)),
                tuple(access.community_codes[place] for place in communities),
                len(rows),
                int(wanted[rows, places].sum()),
                int(living[0, communities].sum()),
            )
        )
    found.sort(key=lambda each: (-each.open_units, -each.residents, -each.cells, each.provider_id))
    return tuple(found)


def find_sole_holders(city: City) -> tuple[SoleHolder, ...]:
    """Find skills with a single active holder in a district, by district and skill."""
    roll = city.engine.roll()
    districts = [city.district_of(code) for code in roll.communities]
    known = sorted({code for code in districts if code is not None})
    number = np.array([-1 if code is None else known.index(code) for code in districts], np.int64)
    if not len(roll.offer) or not known:
        return ()
    at = number[roll.community[roll.offer]]
    counted = (at >= 0) & roll.is_active[roll.offer] & (roll.total[roll.offer] > 0)
    at, offer, skill = at[counted], roll.offer[counted], roll.skill[counted]
    cell = at * len(roll.skills) + skill
    cells, first, count = np.unique(cell, return_index=True, return_counts=True)
    alone = count == 1
    ids = city.engine.ids_at(roll.rows[offer[first[alone]]])
    found = [
        SoleHolder(known[cell // len(roll.skills)], roll.skills[cell % len(roll.skills)], provider_id)
        for cell, provider_id in zip(cells[alone].tolist(), ids, strict=True)
        if provider_id is not None
    ]
    return tuple(sorted(found, key=lambda each: (each.district_code, each.skill_id)))

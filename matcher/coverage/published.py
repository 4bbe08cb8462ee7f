"""The parts of a published study. None stands for what is hidden or not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graph_models.domain.identifiers import AreaCode, CategoryId, ProviderId
from graph_models.domain.places import AreaLevel
from matcher.coverage.clusters import Spot
from matcher.coverage.exposure import Grouping, OftenAsked
from matcher.coverage.fragility import SoleHolder
from matcher.coverage.reasons import Cause


@dataclass(frozen=True, slots=True)
class AreaGap:
    """Open needs of an area, and those that cannot be served completely, whoever plans.

    Parameters
    ----------
    category_id
        None for all categories together.
    needs, unmet
        Both are shown, or the entry is missing.
    main_cause
        What keeps help from most of the unmet needs.
    """

    area_code: AreaCode
    level: AreaLevel
    name: str
    category_id: CategoryId | None
    needs: int
    unmet: int
    main_cause: Cause | None


@dataclass(frozen=True, slots=True)
class CauseCount:
    """Unmet needs of the city by what keeps help from them."""

    cause: Cause
    needs: int | None


@dataclass(frozen=True, slots=True)
class ProvenDeficit:
    """Needs that together outnumber everything that could serve them: Hall's condition, counted.

    Parameters
    ----------
    category_ids, district_codes
        Of the needs, the most frequent first.
    needs, units
        How many needs, and the units that they want.
    providers, capacity
        All that could serve any of them, and the units that they can give to them at most.
    missing
        Units that nobody can serve.
    """

    category_ids: tuple[CategoryId, ...]
    district_codes: tuple[AreaCode, ...]
    needs: int
    units: int
    providers: int
    capacity: int
    missing: int


@dataclass(frozen=True, slots=True)
class CategorySupply:
    """What there is of a category.

    Parameters
    ----------
    providers, units
        Who could serve it somewhere, and the units they have left.
    unreached_communities
        Communities that none of them reaches.
    main_cause
        What keeps help from most of these, see `attribute_gaps`; None if there are none.
    """

    category_id: CategoryId
    name_en: str
    name_zh: str
    providers: int
    units: int
    unreached_communities: int
    main_cause: Cause | None


@dataclass(frozen=True, slots=True)
class CommunityReach:
    """How many categories nobody serves in a community, and whether that is a cluster.

    Parameters
    ----------
    latitude, longitude
        Degrees, if known.
    """

    area_code: AreaCode
    name: str
    district_code: AreaCode | None
    latitude: float | None
    longitude: float | None
    unreached_categories: int
    spot: Spot


@dataclass(frozen=True, slots=True)
class KeyProvider:
    """A provider whose loss leaves communities without anybody for a category.

    Parameters
    ----------
    cells
        Pairs of a category and a community.
    open_units, residents
        Units of open needs in these, and residents in difficulty in the communities, rounded down to a
        multiple of `k`: exact ones could be held against other tables.
    """

    provider_id: ProviderId
    kind: str
    name: str
    category_ids: tuple[CategoryId, ...]
    communities: int
    cells: int
    open_units: int
    residents: int


@dataclass(frozen=True, slots=True)
class KindExposure:
    """How the asking is shared among the active providers of one kind, see `Exposure`."""

    kind: str
    providers: int
    never_asked: int
    referrals: int
    gini: float | None


@dataclass(frozen=True, slots=True)
class GroupServed:
    """Needs on record of a group, and those that were served.

    By district the counts are always None, since those of open needs are in the gaps: the rate is told
    in whole percent, where the gaps show the district.
    """

    grouping: Grouping
    group: str
    needs: int | None
    served: int | None
    rate: float | None


@dataclass(frozen=True, slots=True)
class GroupMean:
    """Mean coverage of the residents of a group."""

    group: str
    mean: float | None


@dataclass(frozen=True, slots=True)
class Equity:
    """How evenly residents in difficulty are covered, by the share of the categories that reaches them.

    Parameters
    ----------
    gini, palma
        Of the residents.
    districts
        Mean of the residents of each.
    """

    gini: float | None
    palma: float | None
    districts: tuple[GroupMean, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """A study as analysts get to see it.

    Parameters
    ----------
    graph_revision, made_at
        What it is about.
    is_synthetic
        Whether some of it was made up for a demonstration.
    k
        Least count of needs or residents that is shown besides 0.
    units_wanted, units_served
        Units of open needs, and most of them that can be served.
    gaps
        City first, then districts, streets and communities by code, down to the level at which there are
        `k` needs on average; of each all categories together first. Neither what is hidden nor what has
        no needs is listed.
    causes, deficits
        Why needs are unmet, and the proofs, the largest first.
    hides_deficits
        Whether there are others, of which something would tell of fewer than `k`.
    categories, communities
        Supply by category, reach by community.
    moran_i, moran_p_value
        Whether communities with many unserved categories lie together.
    key_providers, sole_holders
        Who must not be lost.
    exposures, often_asked, served, equity
        Fairness.
    """

    graph_revision: int
    made_at: datetime
    is_synthetic: bool
    k: int
    units_wanted: int | None
    units_served: int | None
    gaps: tuple[AreaGap, ...]
    causes: tuple[CauseCount, ...]
    deficits: tuple[ProvenDeficit, ...]
    hides_deficits: bool
    categories: tuple[CategorySupply, ...]
    communities: tuple[CommunityReach, ...]
    moran_i: float | None
    moran_p_value: float | None
    key_providers: tuple[KeyProvider, ...]
    sole_holders: tuple[SoleHolder, ...]
    exposures: tuple[KindExposure, ...]
    often_asked: tuple[OftenAsked, ...]
    served: tuple[GroupServed, ...]
    equity: Equity

    def gaps_in(self, area_code: str | None = None, category_id: str | None = None) -> tuple[AreaGap, ...]:
        """Return the gaps of an area and all in it, or of one category; most unmet needs first."""
        found = (
            each
            for each in self.gaps
            if each.area_code.startswith(area_code or "") and category_id in (None, each.category_id)
        )
        return tuple(sorted(found, key=lambda each: (-each.unmet, -each.needs)))

    def communities_in(self, area_code: str | None = None) -> tuple[CommunityReach, ...]:
        """Return the communities of an area, by code."""
        return tuple(each for each in self.communities if each.area_code.startswith(area_code or ""))

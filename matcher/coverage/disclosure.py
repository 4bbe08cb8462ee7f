"""What analysts get to see of answers to their own questions: access, stations, what-if."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from graph_models.domain.checks import check_integer
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import AreaCode, CategoryId, ProviderId
from matcher.coverage.access import Access, Decay, DemandKind, SupplyKind, assess_access
from matcher.coverage.city import City
from matcher.coverage.publishing import at_least, by_cause, known
from matcher.coverage.reasons import Cause
from matcher.coverage.sites import ProposedStations
from matcher.coverage.suppression import DEFAULT_K, LEAST_K
from matcher.coverage.what_if import Outcome, WhatIf
from matcher.problem import BoolArray

LEAST_POPULATION = 1_000  # people that a rate per resident is about at least
_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class CommunityAccess:
    """Access of one community.

    Parameters
    ----------
    ratio
        Units for each one of the demand. None where nobody reaches, or where it would tell of fewer than
        `k` people.
    providers, units
        How many reach the community, and the units they have.
    """

    area_code: AreaCode
    ratio: float | None
    providers: int
    units: int


@dataclass(frozen=True, slots=True)
class CategoryAccess:
    """Access to one category, see `assess_access`.

    Parameters
    ----------
    providers, units, reached_units
        Who could serve the category somewhere, their units, and those of the units that reach any demand.
    is_estimated
        Whether the population of some communities is an equal share of their district's.
    """

    graph_revision: int
    made_at: datetime
    category_id: CategoryId
    demand: DemandKind
    supply: SupplyKind
    decay: Decay
    providers: int
    units: int
    reached_units: int
    is_estimated: bool
    communities: tuple[CommunityAccess, ...]


@dataclass(frozen=True, slots=True)
class Stations:
    """Where to open stations, see `propose_stations`: people and places are never the same figure.

    Parameters
    ----------
    opened, kept
        Communities in which to open a station, and those that had one.
    demand, covered_demand
        People, or units, that there are, and those within reach of a station: needs and residents rounded
        down to a multiple of `k`, also in objective and bound.
    places, covered_places
        The same for communities.
    objective, bound, gap, is_optimal
        Of the method, and how far from the best it can be at most.
    """

    graph_revision: int
    made_at: datetime
    method: str
    opened: tuple[AreaCode, ...]
    kept: tuple[AreaCode, ...]
    demand: float
    covered_demand: float
    places: int
    covered_places: int
    objective: float
    bound: float
    gap: float
    is_optimal: bool


@dataclass(frozen=True, slots=True)
class OutcomeFigures:
    """Figures of a city in one state. None is hidden or not known.

    Parameters
    ----------
    units_wanted, units_served
        Units of open needs, and most of them that can be served.
    unmet_units
        By cause.
    unreached
        Pairs of a category and a community that nobody reaches.
    gini, palma, district_gap, hardship_gap
        Of the share of categories that reaches each resident in difficulty.
    """

    units_wanted: int | None
    units_served: int | None
    unmet_units: dict[Cause, int | None]
    unreached: int
    gini: float | None
    palma: float | None
    district_gap: float | None
    hardship_gap: float | None


@dataclass(frozen=True, slots=True)
class ReachChange:
    """Categories that nobody serves in a community, before and after."""

    area_code: AreaCode
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Trial:
    """A city before and after some changes, see `try_out`.

    Parameters
    ----------
    changed
        The providers that are not what they were.
    after
        Units change by multiples of `k`, rounded down, since two trials would tell of the few by whom they
        differ; a count that is hidden before is rounded itself. What changes by fewer than `k` is hidden.
    communities
        Where the number of categories that nobody serves changes.
    """

    graph_revision: int
    made_at: datetime
    changed: tuple[ProviderId, ...]
    before: OutcomeFigures
    after: OutcomeFigures
    communities: tuple[ReachChange, ...]


def disclose_access(
    city: City,
    category_id: CategoryId,
    demand: DemandKind = DemandKind.POPULATION,
    supply: SupplyKind = SupplyKind.REMAINING,
    decay: Decay = Decay.NONE,
    k: int = DEFAULT_K,
) -> CategoryAccess:
    """Measure access to a category, and hide what would tell of few people.

    A ratio says how much demand its providers share. It is shown where each of them shares its units
    among `k` needs or residents, or 1,000 people of the population; that of needs and residents with two
    digits, and without decay, since two weightings of the same people could be held against each other.

    Raises
    ------
    InvalidValue
        If `k` is below 5, population is asked for and none is on record, or a decay is asked for with
        another demand.
    """
    check_integer("k", k, least=LEAST_K)
    is_public = demand is DemandKind.POPULATION
    if decay is not Decay.NONE and not is_public:
        raise InvalidValue("decay", "be none for needs and residents, whose numbers it would tell", decay)
    access = assess_access(city, demand, supply, decay, {category_id})
    floor = LEAST_POPULATION if is_public else k
    shown = np.where(access.least_demand[0] >= floor, access.ratio[0], np.nan)
    rows = zip(
        access.community_codes,
        shown.tolist(),
        access.providers[0].tolist(),
        access.units[0].tolist(),
        strict=True,
    )
    return CategoryAccess(
        city.graph_revision,
        city.read_at,
        category_id,
        demand,
        supply,
        decay,
        int(access.able[0]),
        int(access.able_units[0]),
        int(access.reached_units[0]),
        access.is_estimated,
        tuple(
            CommunityAccess(code, known(ratio if is_public else float(f"{ratio:.2g}")), *counts)
            for code, ratio, *counts in rows
        ),
    )


def disclose_stations(city: City, found: ProposedStations, k: int = DEFAULT_K) -> Stations:
    """Return stations with counts of needs and residents rounded down to a multiple of `k`.

    Exact ones would tell of few people when two questions differ by a few metres. The population is public.
    """
    check_integer("k", k, least=LEAST_K)
    siting = found.siting
    is_public = found.question.demand is DemandKind.POPULATION
    counts_people = found.question.method in ("mclp", "p_median")

    def told(people: float) -> float:
        return people if is_public else people // k * k

    return Stations(
        city.graph_revision,
        city.read_at,
        str(found.question.method),
        found.opened,
        found.kept,
        told(found.demand),
        told(siting.covered_demand),
        found.places,
        siting.covered_places,
        told(siting.objective) if counts_people else siting.objective,
        told(siting.bound) if counts_people else siting.bound,
        siting.gap,
        siting.is_optimal,
    )


def disclose_trial(city: City, trial: WhatIf, k: int = DEFAULT_K) -> Trial:
    """Return the figures of a what-if without those that tell of few people."""
    check_integer("k", k, least=LEAST_K)
    before, after = (_unreached(each.access) for each in (trial.before, trial.after))
    changed = np.flatnonzero(before.sum(axis=0) != after.sum(axis=0)).tolist()
    return Trial(
        city.graph_revision,
        city.read_at,
        trial.changed,
        _figures(trial.before, trial.before, k),
        _figures(trial.after, trial.before, k),
        tuple(
            ReachChange(city.communities[place].code, int(before[:, place].sum()), int(after[:, place].sum()))
            for place in changed
        ),
    )


def _unreached(access: Access) -> BoolArray:
    is_unreached: BoolArray = access.providers == 0
    return is_unreached


def _figures(outcome: Outcome, before: Outcome, k: int) -> OutcomeFigures:
    is_small = any(0 < abs(outcome.unmet[cause] - before.unmet[cause]) < k for cause in Cause)
    is_small |= 0 < abs(outcome.served - before.served) < k
    shown = by_cause(before.unmet, k)
    unmet = {cause: _moved(shown[cause], before.unmet[cause], outcome.unmet[cause], k) for cause in Cause}
    served = _moved(at_least(before.served, k, of=before.wanted), before.served, outcome.served, k)
    return OutcomeFigures(
        at_least(outcome.wanted, k),
        # Up to k - 1 fewer are left than it seems: if that is as many, k values are possible.
        None if is_small or served is None else at_least(served, k - 1, of=outcome.wanted),
        dict.fromkeys(Cause) if is_small else unmet,
        int(_unreached(outcome.access).sum()),
        known(round(outcome.gini, _DECIMALS)),
        known(round(outcome.palma, _DECIMALS)),
        known(round(outcome.districts.difference, _DECIMALS)),
        known(round(outcome.hardships.difference, _DECIMALS)),
    )


def _moved(shown: int | None, before: int, after: int, k: int) -> int | None:
    """Return a count after a change, in steps of `k` from what is shown of it before, or from none."""
    if after == before:
        return shown
    if shown is None:
        return after // k * k or None
    change = abs(after - before) // k * k
    return at_least(shown + (change if after > before else -change), k)

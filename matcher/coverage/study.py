"""Everything that is asked of the coverage of a city, worked out once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matcher.coverage.access import DemandKind, assess_access
from matcher.coverage.city import City
from matcher.coverage.clusters import Clusters, clusters_of_nearest
from matcher.coverage.deficits import Deficits, find_deficits
from matcher.coverage.exposure import Exposure, OftenAsked, ServedRate, measure_exposure, served_rates
from matcher.coverage.fragility import Dependence, SoleHolder, find_dependences, find_sole_holders
from matcher.coverage.reasons import UnmetNeed, UnreachedPlace, attribute, attribute_gaps
from matcher.coverage.what_if import Outcome, outcome_of

_MOST_ASKED = 50  # communities of a category
Tell = Callable[[str, int, int], None]  # what is being done, how much is done, how much there is


@dataclass(frozen=True)
class Study:
    """The coverage of a city, in full detail: for those who may see single needs.

    Parameters
    ----------
    city
        What was studied.
    outcome
        Access of the residents in difficulty, units served and not, equity.
    deficits, unmet
        What cannot be served, with the proof, and why.
    unreached
        Why nobody reaches communities, for up to 50 of each category.
    dependences, sole_holders
        Who must not be lost.
    exposures, often_asked, served
        Who is asked, and who is served.
    clusters
        Of the number of categories that nobody serves, by community.
    """

    city: City
    outcome: Outcome
    deficits: Deficits
    unmet: tuple[UnmetNeed, ...]
    unreached: tuple[UnreachedPlace, ...]
    dependences: tuple[Dependence, ...]
    sole_holders: tuple[SoleHolder, ...]
    exposures: tuple[Exposure, ...]
    often_asked: tuple[OftenAsked, ...]
    served: tuple[ServedRate, ...]
    clusters: Clusters


def make_study(city: City, tell: Tell = lambda *_: None) -> Study:
    """Study the coverage of a city.

    Parameters
    ----------
    tell
        Called with what is being done, how much of it is done, and how much there is to do.

    Raises
    ------
    InvalidValue
        If the city has no communities, or no categories.
    ExtraNotInstalled
        If the libraries for clusters are missing.
    """
    tell("measure access", 0, 1)
    access = assess_access(city, DemandKind.RESIDENTS)
    tell("find deficits", 0, 1)
    deficits = find_deficits(city.engine, city.contexts, tell)
    tell("ask why", 0, 1)
    unmet = attribute(city.engine, city.contexts, deficits)
    tell("look for clusters", 0, 1)
    unreached = (access.providers == 0).sum(axis=0).astype(np.float64)
    placed = ~np.isnan(city.points[:, 0])
    clusters = clusters_of_nearest(np.where(placed, unreached, np.nan), *city.points.T)
    tell("measure fairness", 0, 1)
    return Study(
        city,
        outcome_of(city, deficits, unmet, access),
        deficits,
        unmet,
        attribute_gaps(city, access.providers == 0, _MOST_ASKED),
        find_dependences(city, access),
        find_sole_holders(city),
        *measure_exposure(city),
        served_rates(city),
        clusters,
    )

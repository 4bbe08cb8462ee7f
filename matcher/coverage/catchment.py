"""Access by floating catchments: how much supply there is for each person within reach.

The two-step floating catchment area (2SFCA) first divides what a site has among all who reach it,
and then adds up for each place the shares that are in its reach. Weights by zone make it the enhanced
method (E2SFCA), weights by a decay the continuous one.

References
----------
W. Luo, F. Wang: Measures of spatial accessibility to health care in a GIS environment. Environment and
Planning B 30(6), 2003, 865-884. doi:10.1068/b29120

W. Luo, Y. Qi: An enhanced two-step floating catchment area (E2SFCA) method. Health & Place 15(4), 2009,
1100-1107. doi:10.1016/j.healthplace.2009.06.002
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graph_models.domain.errors import InvalidValue
from matcher.coverage.arrays import FloatArray, amounts, number, numbers
from matcher.coverage.decay import Steps, weights_of

_ROUNDING = 1e-9  # largest share of the supply that adding up may lose


class Reach(NamedTuple):
    """Pairs of a demand place and a supply site with a way between them, each pair once.

    Parameters
    ----------
    place, site
        Indices, int32 of shape (n_pairs,).
    cost
        Cost of the way from the place to the site, float64 of shape (n_pairs,).
    """

    place: npt.NDArray[np.int32]
    site: npt.NDArray[np.int32]
    cost: FloatArray


def two_step_catchment(
    demand: npt.ArrayLike,
    supply: npt.ArrayLike,
    cost: npt.ArrayLike,
    limit: float,
    steps: Steps = None,
) -> FloatArray:
    """Return the access of each demand place: units of supply per unit of demand.

    With weights w_ij of the pairs, R_j = S_j / Σ_k P_k·w_kj is what a site has for each who reaches it,
    and A_i = Σ_j R_j·w_ij is the access of a place. So Σ_i P_i·A_i is the supply of all sites that
    somebody reaches, which is checked on each run.

    Parameters
    ----------
    demand
        P_i, people or needs: shape (n_demand,), 0 or more. A place without demand has access, too.
    supply
        S_j, units that a site has: shape (n_supply,), 0 or more. A site that no demand reaches gives
        nothing.
    cost
        Cost of the way from each demand place to each supply site, 0 or more: shape (n_demand, n_supply).
        NaN is no route.
    limit
        Largest cost within reach, inclusive, in the unit of `cost`.
    steps
        Weights of the pairs within the limit; all beyond it weigh 0. None: all weigh 1 (2SFCA). Zones
        (E2SFCA): pairs of a threshold and a weight, thresholds inclusive, above 0 and ascending, or a
        mapping from threshold to weight; beyond the last threshold the weight is 0, and a zone that
        lies beyond the limit does not count. Or a function from an array of costs to their weights,
        such as `gaussian` and `gravity`.

    Returns
    -------
    FloatArray
        Access, of shape (n_demand,): NaN where no site is within reach with a weight above 0, and 0
        where those that are have nothing to give.

    Raises
    ------
    InvalidValue
        Naming the argument and the rule that it breaks.

    Examples
    --------
    Two sites; the third place reaches neither.

    >>> nan = float("nan")
    >>> two_step_catchment([100, 50, 10], [3, 2], [[5, nan], [10, 20], [31, 40]], limit=20)
    array([0.02, 0.06,  nan])
    >>> two_step_catchment([100, 50, 10], [3, 2], [[5, nan], [10, 20], [31, 40]], 20, {5: 1, 20: 0.5})
    array([0.024, 0.052,   nan])
    """
    people = amounts("demand", demand, (-1,))
    units = amounts("supply", supply, (-1,))
    costs = numbers("cost", cost, (len(people), len(units)))
    if (wrong := (costs < 0) | np.isinf(costs)).any():
        rule = "be finite and at least 0, or NaN where there is no route"
        raise InvalidValue("cost", rule, costs[wrong][0].item())
    within = costs <= number("limit", limit, least=0)
    place, site = np.nonzero(within)
    reach = Reach(place.astype(np.int32), site.astype(np.int32), costs[within])
    return catchment_of_pairs(people, units, reach, limit, steps)


def catchment_of_pairs(
    demand: npt.ArrayLike,
    supply: npt.ArrayLike,
    reach: Reach,
    limit: float,
    steps: Steps = None,
) -> FloatArray:
    """Do what `two_step_catchment` does over the pairs that have a way, however many do not.

    Parameters
    ----------
    demand, supply, limit, steps
        As in `two_step_catchment`.
    reach
        Pairs with a way, each once and in any order; those beyond the limit weigh 0.

    Returns
    -------
    FloatArray
        Access, of shape (n_demand,).

    Raises
    ------
    InvalidValue
        Naming the argument and the rule that it breaks.
    RuntimeError
        If the access does not add up to the supply: an error of this function.

    Examples
    --------
    >>> reach = Reach(np.array([0, 1], np.int32), np.array([0, 0], np.int32), np.array([1.0, 2.0]))
    >>> catchment_of_pairs([30, 20], [5], reach, limit=2)
    array([0.1, 0.1])
    """
    people = amounts("demand", demand, (-1,))
    units = amounts("supply", supply, (-1,))
    place, site, cost = _checked(reach, len(people), len(units))
    weight = weights_of(cost, number("limit", limit, least=0), steps)
    asking = np.bincount(site, people[place] * weight, len(units))
    is_asked = asking > 0
    share = np.divide(units, asking, out=np.zeros(len(units)), where=is_asked)
    access = np.bincount(place, share[site] * weight, len(people))
    _check_total(float(people @ access), float(units[is_asked].sum()))
    is_reached = np.bincount(place, weight, len(people)) > 0
    return np.where(is_reached, access, np.nan)


def _checked(reach: Reach, n_places: int, n_sites: int) -> Reach:
    cost = numbers("reach.cost", reach.cost, (-1,))
    if not (cost.min(initial=0) >= 0 and cost.max(initial=0) < np.inf):  # NaN fails both
        raise InvalidValue("reach.cost", "be finite and at least 0", reach.cost)
    for name, index, count in (("place", reach.place, n_places), ("site", reach.site, n_sites)):
        if index.dtype.kind not in "iu" or index.shape != cost.shape:
            rule = f"be whole numbers of shape ({len(cost)},)"
            raise InvalidValue(f"reach.{name}", rule, index.shape)
        if index.size and not 0 <= index.min() <= index.max() < count:
            raise InvalidValue(f"reach.{name}", f"be at least 0 and below {count}", index)
    return reach._replace(cost=cost)


def _check_total(given: float, had: float) -> None:
    """Refuse an answer that gives more or less than the sites have."""
    if not abs(given - had) <= _ROUNDING * had:
        raise RuntimeError(f"access adds up to {given!r}, the supply within reach is {had!r}")

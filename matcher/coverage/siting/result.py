"""What siting answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


class Method(StrEnum):
    """The four classic location problems, see `place_stations`."""

    LSCP = "lscp"
    MCLP = "mclp"
    P_MEDIAN = "p_median"
    P_CENTER = "p_center"


@dataclass(frozen=True, slots=True)
class Siting:
    """Which sites to open, and what that achieves.

    Parameters
    ----------
    sites
        Open sites, fixed ones among them, ascending: shape (n_open,).
    objective
        Number of sites (lscp), people covered or, with capacity, served (mclp), demand-weighted total
        cost (p_median) or largest cost (p_center).
    covered_demand
        People within the limit of an open site; where no limit is given: with a route to one.
    covered_places
        Places, of any demand, of which the same holds. Places, not people.
    assignment
        Nearest open site of each place within the limit (where none is given: with a route), the first
        of equally near ones; −1 if there is none. With capacity: the site that serves most of the place,
        −1 if nobody there is served. Shape (n_places,).
    bound
        No choice of sites has a better objective than this: at least so many sites or so much cost, at
        most so many people.
    gap
        |objective − bound| as a share of the larger of the two, 0 if both are equal.
    is_optimal
        Whether the gap is 0: no choice of sites is better. Another one may be as good.
    served
        People served per place, shape (n_places,); None without capacity.
    """

    sites: IndexArray
    objective: float
    covered_demand: float
    covered_places: int
    assignment: IndexArray
    bound: float
    gap: float
    is_optimal: bool
    served: FloatArray | None = None

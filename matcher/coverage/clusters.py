"""Hot and cold spots: whether high and low values lie together, and where.

References
----------
P. A. P. Moran: Notes on continuous stochastic phenomena. Biometrika 37, 1950, 17-23. doi:10.2307/2332142

L. Anselin: Local indicators of spatial association (LISA). Geographical Analysis 27(2), 1995, 93-115.
doi:10.1111/j.1538-4632.1995.tb00338.x

Y. Benjamini, Y. Hochberg: Controlling the false discovery rate. Journal of the Royal Statistical Society B
57(1), 1995, 289-300. doi:10.1111/j.2517-6161.1995.tb02031.x
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from graph_models.domain.checks import check_integer
from matcher.coverage.arrays import FloatArray, number, numbers, refuse_infinite
from matcher.coverage.extra import needing_extra
from matcher.coverage.neighbours import nearest, outlines, touching
from matcher.coverage.permutations import p_values

_FEWEST = 4  # places: the variance of Moran's I divides by n − 3
_SAME = 1e-12  # values that differ by less of the largest are told apart by rounding only
_NAN = float("nan")


class Spot(StrEnum):
    """What a place and its neighbours are, compared with the mean of all places."""

    HIGH_HIGH = "high_high"
    LOW_HIGH = "low_high"
    LOW_LOW = "low_low"
    HIGH_LOW = "high_low"
    NOT_SIGNIFICANT = "not_significant"
    NO_VALUE = "no_value"


class Undefined(StrEnum):
    """Why there is no Moran's I."""

    TOO_FEW_PLACES = "too_few_places"
    CONSTANT_VALUES = "constant_values"
    NO_NEIGHBOURS = "no_neighbours"


@dataclass(frozen=True, slots=True)
class Clusters:
    """Moran's I of all places, and the spots among them.

    Parameters
    ----------
    moran_i
        Global Moran's I; NaN where it is undefined.
    expected_i
        What it would be, on average, if values lay at random: −1 / (n − 1) for n places with a value.
    z_score, p_value
        How far I is from that in standard deviations, and how often chance alone is as far (two-sided,
        under randomisation); NaN where I is, and where each arrangement has the same I, as where all
        places touch each other.
    undefined_because
        Why I is undefined and no place is a spot; None where it is defined.
    spots
        What each place is, by its corrected p-value: shape (n_places,).
    local_p_values
        How often chance alone gives a place neighbours at least as much like it, or unlike it, as it has
        (two-sided): shape (n_places,). NaN without a value or without neighbours.
    corrected_p_values
        The same, corrected for asking about many places (false discovery rate): shape (n_places,).
    islands
        Indices of places with a value and without neighbours: shape (n_islands,).
    """

    moran_i: float
    expected_i: float
    z_score: float
    p_value: float
    undefined_because: Undefined | None
    spots: tuple[Spot, ...]
    local_p_values: FloatArray
    corrected_p_values: FloatArray
    islands: npt.NDArray[np.int64]


def clusters_of_nearest(
    values: npt.ArrayLike,
    latitudes: npt.ArrayLike,
    longitudes: npt.ArrayLike,
    neighbours: int = 8,
    *,
    permutations: int = 9_999,
    seed: int = 0,
    significance: float = 0.05,
) -> Clusters:
    """Find spots among places whose neighbours are the nearest places.

    Parameters
    ----------
    values
        One for each place, of shape (n_places,). NaN is no value: such a place is left out, and those
        that remain are each other's neighbours.
    latitudes, longitudes
        Degrees, of shape (n_places,); they may be NaN where the value is.
    neighbours
        How many nearest places by great circle are neighbours, at least 1. With no more places than
        that no spot is found.
    permutations
        Random arrangements that each place is compared with, at least 99. No local p-value can be below
        2 / (permutations + 1), and the correction multiplies it by places over spots.
    seed
        Of the arrangements, at least 0: the same seed gives the same answer in each process.
    significance
        Largest corrected p-value of a spot, above 0 and below 1.

    Returns
    -------
    Clusters
        In the order of the places.

    Raises
    ------
    InvalidValue
        Naming the argument and the rule that it breaks.
    ExtraNotInstalled
        If the optional packages are missing.

    Examples
    --------
    >>> values = [9, 8, 9, 8, 9, 1, 2, 1, 2, 1]
    >>> found = clusters_of_nearest(values, [23.1] * 10, [113 + step / 100 for step in range(10)], 2)
    >>> round(found.moran_i, 2), round(found.expected_i, 2)
    (0.73, -0.11)
    """
    check_integer("neighbours", neighbours, least=1)
    known = _values(values)
    north = numbers("latitudes", latitudes, known.shape)
    east = numbers("longitudes", longitudes, known.shape)

    def weights_among(rest: npt.NDArray[np.bool_]) -> Any:
        return nearest(north[rest], east[rest], neighbours)

    fewest = max(_FEWEST, neighbours + 1)
    return _find(known, weights_among, fewest, _Test(permutations, seed, significance))


def clusters_of_polygons(
    values: npt.ArrayLike,
    polygons: Sequence[Any],
    *,
    permutations: int = 9_999,
    seed: int = 0,
    significance: float = 0.05,
) -> Clusters:
    """Find spots among areas whose neighbours are those that they touch, at a corner or more (queen).

    Parameters
    ----------
    values, permutations, seed, significance
        As in `clusters_of_nearest`.
    polygons
        Shapely polygons or multipolygons, parts of one map: neighbours share corners. Shape (n_places,).

    Returns
    -------
    Clusters
        In the order of the polygons. An area that touches no other with a value is an island: part of
        the global I, never a spot.

    Raises
    ------
    InvalidValue
        Naming the argument and the rule that it breaks.
    ExtraNotInstalled
        If the optional packages are missing.

    Examples
    --------
    >>> from shapely import box
    >>> squares = [box(x, y, x + 1, y + 1) for y in range(3) for x in range(3)]
    >>> clusters_of_polygons([5, 5, 5, 5, 5, 5, 5, 5, 5], squares).undefined_because
    <Undefined.CONSTANT_VALUES: 'constant_values'>
    """
    known = _values(values)
    areas = outlines(polygons, len(known))

    def weights_among(rest: npt.NDArray[np.bool_]) -> Any:
        return touching(areas[rest])

    return _find(known, weights_among, _FEWEST, _Test(permutations, seed, significance))


@dataclass(frozen=True, slots=True)
class _Test:
    permutations: int
    seed: int
    significance: float

    def __post_init__(self) -> None:
        check_integer("permutations", self.permutations, least=99, most=999_999)
        check_integer("seed", self.seed)
        number("significance", self.significance, least=1e-6, most=1 - 1e-6)


def _values(given: npt.ArrayLike) -> FloatArray:
    return refuse_infinite("values", numbers("values", given, (-1,)))


def _find(
    values: FloatArray,
    weights_among: Callable[[npt.NDArray[np.bool_]], Any],
    fewest: int,
    test: _Test,
) -> Clusters:
    has_value = ~np.isnan(values)
    rest = values[has_value]
    if len(rest) < fewest:
        return _undefined(has_value, Undefined.TOO_FEW_PLACES)
    if _is_constant(rest):
        return _undefined(has_value, Undefined.CONSTANT_VALUES)
    weights = weights_among(has_value)
    has_neighbours = np.array([weights.cardinalities[place] > 0 for place in weights.id_order])
    islands = np.flatnonzero(has_value)[~has_neighbours]
    if not has_neighbours.any():
        return _undefined(has_value, Undefined.NO_NEIGHBOURS, islands)
    whole, quadrants = _statistics(rest, weights)
    local = p_values(whole.z, weights.sparse, test.permutations, test.seed)
    corrected = np.full(len(rest), np.nan)
    corrected[has_neighbours] = _corrected(local[has_neighbours])
    kinds = np.where(corrected <= test.significance, quadrants, 0)  # NaN is never below
    varies = whole.VI_rand > _SAME
    return Clusters(
        float(whole.I),
        float(whole.EI),
        float(whole.z_rand) if varies else _NAN,
        float(whole.p_rand) if varies else _NAN,
        None,
        _spots(has_value, kinds),
        _spread(has_value, local),
        _spread(has_value, corrected),
        islands,
    )


def _is_constant(values: FloatArray) -> bool:
    largest = float(np.abs(values).max())
    return largest == 0 or bool(values.max() / largest - values.min() / largest <= _SAME)


def _statistics(values: FloatArray, weights: Any) -> tuple[Any, npt.NDArray[np.int64]]:
    """Global Moran's I, and the quadrant of each place as esda numbers them."""
    with needing_extra():
        from esda.moran import Moran, Moran_Local
    # A power of two brings the values near 1 without rounding: their squares neither vanish nor overflow.
    values = np.ldexp(values, -int(np.frexp(np.abs(values).max())[1]))
    # esda changes the filters of the process, and divides by the variance of I, which may be 0.
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        whole = Moran(values, weights, transformation="r", permutations=0)
        quadrants = Moran_Local(values, weights, transformation="r", permutations=0).q
    return whole, quadrants


def _corrected(p_values_of_many: FloatArray) -> FloatArray:
    from scipy.stats import false_discovery_control  # takes a second to load

    return np.asarray(false_discovery_control(p_values_of_many, method="bh"))


_QUADRANTS = (Spot.NOT_SIGNIFICANT, Spot.HIGH_HIGH, Spot.LOW_HIGH, Spot.LOW_LOW, Spot.HIGH_LOW)


def _spots(has_value: npt.NDArray[np.bool_], kinds: npt.NDArray[np.int64]) -> tuple[Spot, ...]:
    found = iter(kinds.tolist())
    return tuple(_QUADRANTS[next(found)] if known else Spot.NO_VALUE for known in has_value.tolist())


def _spread(has_value: npt.NDArray[np.bool_], found: FloatArray) -> FloatArray:
    everywhere = np.full(len(has_value), np.nan)
    everywhere[has_value] = found
    return everywhere


def _undefined(
    has_value: npt.NDArray[np.bool_], reason: Undefined, islands: npt.NDArray[np.int64] | None = None
) -> Clusters:
    count = int(has_value.sum())
    nothing = np.full(len(has_value), np.nan)
    return Clusters(
        _NAN,
        -1 / (count - 1) if count > 1 else _NAN,
        _NAN,
        _NAN,
        reason,
        _spots(has_value, np.zeros(count, np.int64)),
        nothing,
        nothing.copy(),
        np.empty(0, np.int64) if islands is None else islands,
    )

"""How much a supply site weighs for a place, by the cost of the way: zones or a continuous decay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from graph_models.domain.errors import InvalidValue
from matcher.coverage.arrays import FloatArray, number, numbers

Decay: TypeAlias = Callable[[FloatArray], FloatArray]
Steps: TypeAlias = Mapping[float, float] | Sequence[tuple[float, float]] | Decay | None

_LEAST_WEIGHT = 1e-50  # a decay that has come to less has come to nothing
_MOST_WEIGHT = 1e50


def gaussian(sigma: float) -> Decay:
    """Return the weight exp(−c² / 2σ²) of a cost c, 1 at no cost.

    Parameters
    ----------
    sigma
        The cost at which the weight has fallen to 0.607, above 0.

    Returns
    -------
    Decay
        Weights of an array of costs in the unit of `sigma`.

    Raises
    ------
    InvalidValue
        Naming `sigma`.

    Examples
    --------
    >>> gaussian(20)(np.array([0.0, 20.0, 40.0])).round(3)
    array([1.   , 0.607, 0.135])
    """
    width = number("sigma", sigma, least=1e-50)
    return lambda cost: np.asarray(np.exp(-0.5 * np.square(cost / width)))


def gravity(scale: float, alpha: float, min_cost: float = 0) -> Decay:
    """Return the weight (max(c, c_min) / s)^α of a cost c: an inverse power.

    Parameters
    ----------
    scale
        The cost s that weighs 1, above 0.
    alpha
        The power, at most 0: −1 is the inverse, −2 the inverse square.
    min_cost
        The cost c_min below which all costs weigh alike. With 0, a cost of 0 has no finite weight and is
        refused where the weights are used.

    Returns
    -------
    Decay
        Weights of an array of costs in the unit of `scale`.

    Raises
    ------
    InvalidValue
        Naming the argument and the rule that it breaks.

    Examples
    --------
    >>> gravity(20, -2, min_cost=1)(np.array([0.0, 1.0, 20.0, 40.0]))
    array([4.0e+02, 4.0e+02, 1.0e+00, 2.5e-01])
    """
    unit = number("scale", scale, least=1e-50)
    power = number("alpha", alpha, least=-100, most=0)
    least = number("min_cost", min_cost, least=0)

    def weights(cost: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore"):  # infinite at no cost, which is refused with a reason later
            return np.asarray(np.power(np.maximum(cost, least) / unit, power))

    return weights


def weights_of(cost: FloatArray, limit: float, steps: Steps) -> FloatArray:
    """Return the weights of costs: 0 beyond the limit, otherwise by zone, decay, or 1.

    Parameters
    ----------
    cost
        Finite, of shape (n,).
    limit
        Largest cost that counts, inclusive, in the unit of `cost`.
    steps
        See `matcher.coverage.two_step_catchment`.

    Returns
    -------
    FloatArray
        Of shape (n,): 0, or from 1e-50 to 1e50; smaller weights become 0.

    Raises
    ------
    InvalidValue
        Naming `steps`.
    """
    if steps is None:
        return (cost <= limit).astype(np.float64)
    weights = _decayed(cost, limit, steps) if callable(steps) else _zoned(cost, limit, steps)
    weights[weights < _LEAST_WEIGHT] = 0
    return weights


def _decayed(cost: FloatArray, limit: float, decay: Decay) -> FloatArray:
    is_within = cost <= limit
    inside = numbers("steps(cost)", decay(cost[is_within]), (int(is_within.sum()),))
    wrong = ~((inside >= 0) & (inside <= _MOST_WEIGHT))
    if wrong.any():
        rule = f"be from 0 to {_MOST_WEIGHT:g} for each cost within the limit"
        raise InvalidValue("steps(cost)", rule, inside[wrong][0].item())
    weights = np.zeros(len(cost))
    weights[is_within] = inside
    return weights


def _zoned(
    cost: FloatArray, limit: float, zones: Mapping[float, float] | Sequence[tuple[float, float]]
) -> FloatArray:
    if isinstance(zones, Mapping):  # which has no order of its own
        table = numbers("steps", list(zones.items()), (-1, 2))
        table = table[np.argsort(table[:, 0])]
    else:
        table = numbers("steps", zones, (-1, 2))
    thresholds, weights = table.T
    is_finite = len(thresholds) and thresholds[0] > 0 and np.isfinite(thresholds).all()
    if not (is_finite and (np.diff(thresholds) > 0).all()):
        raise InvalidValue("steps", "have finite thresholds above 0 that ascend", zones)
    if not ((weights >= 0) & (weights <= _MOST_WEIGHT)).all():
        raise InvalidValue("steps", f"have weights from 0 to {_MOST_WEIGHT:g}", zones)
    zone = np.searchsorted(thresholds, cost, side="left")  # a threshold belongs to the zone that it ends
    found = np.append(weights, 0.0)[zone]
    found[cost > limit] = 0
    return found

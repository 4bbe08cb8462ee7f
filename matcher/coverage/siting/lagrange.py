"""A bound for the p-median by Lagrangian relaxation (Narula, Ogbu and Samuelsson 1977).

The constraint that each place has one site is priced with u_i. What is left is easy: site j is worth
ρ_j = Σ_i min(0, loss_ij − u_i), and the p smallest are opened. Whatever u is,

    L(u) = Σ_i u_i + Σ_{j open} ρ_j

is at most the loss of any choice of p sites. Subgradient steps raise it. A site whose opening would
lift the bound above the best known total can be closed for good, and the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.coverage.siting.interchange import total
from matcher.coverage.siting.result import FloatArray, IndexArray
from matcher.coverage.siting.solver import Clock

_STEPS = 1500
_PATIENCE = 20  # steps without a better bound before they are halved
_MEMORY = 0.9  # weight of earlier slopes
_RISE = 1e-4  # of what is missing: less is no progress
_SHORTEST = 1e-4
_SENSE = 1e-9


@dataclass(slots=True)
class Search:
    """What is known so far of the best choice of sites.

    Parameters
    ----------
    loss
        Of each place with each site; infinite where it cannot serve: shape (n_places, n_sites).
    count
        Sites to open.
    grain
        Two different totals differ by at least this much, 0 if that is not known.
    alive
        Sites that a better choice may hold, ascending.
    must
        Sites that every better choice holds.
    sites
        The best choice known.
    upper
        Its total.
    lower
        Proven bound of every choice of sites.
    price
        The u of the bound.
    """

    loss: FloatArray
    count: int
    grain: float
    alive: IndexArray
    must: IndexArray
    sites: IndexArray
    upper: float
    price: FloatArray
    lower: float = 0.0

    @property
    def target(self) -> float:
        """What a better total does not exceed; a billionth of it is rounding, not better."""
        return self.upper - max(0.999 * self.grain, _SENSE * self.upper)

    @property
    def is_over(self) -> bool:
        """Whether it is proven that nothing is better."""
        return self.lower > self.target or self.lower >= self.upper

    def offer(self, sites: IndexArray) -> None:
        """Keep these sites if they are better."""
        value = total(self.loss, sites)
        if value < self.upper:
            self.sites, self.upper = np.sort(sites), value


def ascend(search: Search, most: FloatArray, clock: Clock) -> None:
    """Raise the bound, and leave out sites on the way.

    Steps follow the mean of the last slopes, which zigzags less, and are longer for places with more
    at stake.

    Parameters
    ----------
    search
        Is changed.
    most
        Prices stay between the least loss of a place and this one, so that pairs with more loss never
        count: shape (n_places,).
    clock
        When to stop.
    """
    pairs = _Pairs.within(search.loss, most)
    low = search.loss.min(axis=1, initial=np.inf)
    price = search.price = np.clip(search.price, low, most)
    mean, length, idle = np.zeros(len(price)), 1.0, 0
    for _ in range(_STEPS):
        is_settled = search.is_over or len(search.must) == search.count
        if is_settled or length < _SHORTEST or not clock.left_s:
            break
        worth = pairs.worth(price, search.loss.shape[1])[search.alive]
        chosen, bound = _cheapest(search, worth, price)
        idle += 1
        if bound > search.lower:
            idle = 0 if bound > search.lower + _RISE * (search.upper - search.lower) else idle
            search.lower, search.price = bound, price
        search.offer(search.alive[chosen])
        slope = 1.0 - pairs.servers(price, search.alive[chosen], search.loss.shape)
        if _settle(search, worth, chosen, bound):
            pairs = pairs.of(search.alive, search.loss.shape[1])
        if idle >= _PATIENCE:
            price, length, idle = search.price, length / 2, 0
            continue
        mean = _MEMORY * mean + (1 - _MEMORY) * slope
        is_stuck = ((price >= most) & (mean > 0)) | ((price <= low) & (mean < 0))
        step = np.where(is_stuck, 0, most * mean)
        square = float(step @ mean)
        if not square > 0:
            break
        price = np.clip(price + length * max(search.upper - bound, 0.0) / square * step, low, most)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of place and site that a price can make worth opening."""

    place: IndexArray
    site: IndexArray
    loss: FloatArray

    @classmethod
    def within(cls, loss: FloatArray, most: FloatArray) -> _Pairs:
        """Pairs with less loss than the highest price of the place."""
        place, site = np.nonzero(loss < most[:, None])
        return cls(place, site, loss[place, site])

    def of(self, sites: IndexArray, n_sites: int) -> _Pairs:
        """Those of these sites."""
        is_kept = np.zeros(n_sites, np.bool_)
        is_kept[sites] = True
        kept = is_kept[self.site]
        return _Pairs(self.place[kept], self.site[kept], self.loss[kept])

    def worth(self, price: FloatArray, n_sites: int) -> FloatArray:
        """ρ of each site."""
        reduced = np.minimum(self.loss - price[self.place], 0)
        return np.bincount(self.site, reduced, n_sites).astype(np.float64)

    def servers(self, price: FloatArray, sites: IndexArray, shape: tuple[int, ...]) -> FloatArray:
        """How many of these sites each place would use at its price."""
        is_open = np.zeros(shape[1], np.bool_)
        is_open[sites] = True
        used = is_open[self.site] & (self.loss < price[self.place])
        return np.bincount(self.place[used], minlength=shape[0]).astype(np.float64)


def _cheapest(search: Search, worth: FloatArray, price: FloatArray) -> tuple[IndexArray, float]:
    """Positions of the sites that are opened at these prices, those of `must` first, and the bound."""
    kept = np.searchsorted(search.alive, search.must)
    free = np.setdiff1d(np.arange(len(search.alive)), kept)
    order = free[np.argsort(worth[free], kind="stable")]
    chosen = np.concatenate((kept, order[: search.count - len(kept)]))
    return chosen, float(price.sum() + worth[chosen].sum())


def _settle(search: Search, worth: FloatArray, chosen: IndexArray, bound: float) -> bool:
    """Close and keep sites for good; True if some were closed."""
    n_must = len(search.must)
    inside = chosen[n_must:]
    outside = np.setdiff1d(np.arange(len(search.alive)), chosen)
    if not len(inside) or not len(outside):
        return False
    room = search.target - bound
    keeps = inside[worth[outside].min() - worth[inside] > room]
    goes = outside[worth[outside] - worth[inside].max() > room]
    if len(keeps):
        search.must = np.sort(np.concatenate((search.must, search.alive[keeps])))
    if len(goes):
        search.alive = np.delete(search.alive, goes)
    return len(goes) > 0

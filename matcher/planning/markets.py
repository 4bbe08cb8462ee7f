"""Markets: needs and providers that have nothing to do with any others, small enough for HiGHS.

A pair gives up to as many units as the need asks for and the provider can take; a referral is
counted as the share of that which it gives (x ≤ u·y). Where that share is 0 or 1 and whole needs
are whole, a limit of referrals is kept to.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp
from scipy.sparse import coo_array, csr_array, diags_array, eye_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

from matcher.problem import BoolArray, Int32Array, Int64Array, Problem

Places = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]
# Nodes of a search tree, and pairs times nodes: limits that are the same on every machine.
_MOST_NODES, _LEAST_NODES, _WORK = 2_000, 20, 100_000
_DENOMINATOR = 5_040
_OPTIMAL = 0


def markets(problem: Problem, pairs: Places, matters: BoolArray) -> list[Places]:
    """Return the pairs of each market in which something matters.

    Parameters
    ----------
    pairs
        Those that connect.
    matters
        Of all pairs: shape (n_pairs,).
    """
    n_needs, n_providers = len(problem.units), len(problem.capacity)
    ends = (problem.need[pairs], n_needs + problem.provider[pairs].astype(np.int64))
    size = n_needs + n_providers
    graph = coo_array((np.ones(len(pairs), np.int8), ends), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    of_pair = label[problem.need[pairs]]
    order = np.argsort(of_pair, kind="stable")
    groups = np.split(pairs[order], np.flatnonzero(np.diff(of_pair[order])) + 1)
    return [group for group in groups if matters[group].any()]


@dataclass(frozen=True, slots=True)
class Market:
    """One market.

    Parameters
    ----------
    share, score
        Of one unit of each pair: parts of weight, and score in units of about 1.
    most
        Units that each pair can come to.
    is_whole
        Whether it must come to that or nothing.
    needs, providers
        Which there are.
    limits
        Rows that sum the pairs of each need, of each provider, and of each provider their shares of a
        referral; and what they may sum to.
    """

    share: Floats
    score: Floats
    most: Floats
    is_whole: BoolArray
    needs: Int32Array
    providers: Int32Array
    limits: tuple[csr_array, csr_array, csr_array]
    bounds: tuple[Floats, Floats, Floats]


def market_of(problem: Problem, pairs: Places, share: Int64Array, score: Floats) -> Market:
    """Lay out the market of some pairs; `share` and `score` are those of one unit of each pair."""
    needs, need = np.unique(problem.need[pairs], return_inverse=True)
    providers, provider = np.unique(problem.provider[pairs], return_inverse=True)
    count, most = np.arange(len(pairs)), problem.most[pairs].astype(np.float64)
    one = np.ones(len(pairs))
    # As many referrals as pairs, or more, are no limit, and large numbers do a solver no good.
    limit = problem.referrals[providers]
    limits = limit < np.bincount(provider)
    return Market(
        share[pairs].astype(np.float64),
        score[pairs],
        most,
        problem.is_whole[problem.need[pairs]],
        needs,
        providers,
        (
            csr_array((one, (need, count)), shape=(len(needs), len(pairs))),
            csr_array((one, (provider, count)), shape=(len(providers), len(pairs))),
            csr_array((limits[provider] / most, (provider, count)), shape=(len(providers), len(pairs))),
        ),
        (
            problem.units[needs].astype(np.float64),
            problem.capacity[providers].astype(np.float64),
            np.where(limits, limit, len(pairs)).astype(np.float64),
        ),
    )


def market_prices(market: Market) -> tuple[list[Fraction], list[Fraction], Floats, Floats]:
    """Return the prices that bound a market most closely.

    Returns
    -------
    tuple[list[Fraction], list[Fraction], Floats, Floats]
        Of units and of referrals, in parts of weight, and of both, in score: of each provider.

    Notes
    -----
    Weights come first. Let α be the dual of the program that serves most, W what it serves, and β and λ
    the dual of the one that scores most among those that serve W, λ that of serving W. Then, for every
    step S of at least λ, β + (S − λ)·α is the dual of S·weight + score: it is feasible for both parts, and
    its value is that of the best plan.
    """
    rows, bounds = vstack(market.limits), np.concatenate(market.bounds)
    served = _optimal(linprog(-market.share, A_ub=rows, b_ub=bounds, method="highs"))
    scored = _optimal(
        linprog(
            -market.score,
            A_ub=vstack([rows, -market.share[np.newaxis]]),
            b_ub=np.append(bounds, served.fun + 1e-7),
            method="highs",
        )
    )
    duals, extra = -served.ineqlin.marginals, -scored.ineqlin.marginals
    needs, providers = len(market.needs), len(market.providers)
    unit, referral = slice(needs, needs + providers), slice(needs + providers, needs + 2 * providers)
    rest = extra[:-1] - extra[-1] * duals
    return _fractions(duals[unit]), _fractions(duals[referral]), rest[unit], rest[referral]


def best_in(market: Market) -> tuple[Int64Array, bool]:
    """Return the best units of each pair, and whether the search was exhaustive.

    If it was ended before it found any plan, nothing is given.
    """
    size = len(market.most)
    use = hstack([eye_array(size), -diags_array(market.most)]).tocsr()
    by_need, by_provider, _ = market.limits
    need_bound, capacity, referrals = market.bounds
    rules = [
        LinearConstraint(hstack([by_need, 0 * by_need]), -np.inf, need_bound),
        LinearConstraint(hstack([by_provider, 0 * by_provider]), -np.inf, capacity),
        LinearConstraint(hstack([0 * by_provider, by_provider]), -np.inf, referrals),
        LinearConstraint(use, np.where(market.is_whole, 0, -np.inf), 0),
    ]
    limits = Bounds(0, np.concatenate([market.most, np.ones(size)]))

    def solve(gain: Floats, rules: list[LinearConstraint]) -> OptimizeResult:
        aim = np.concatenate([-gain, np.zeros(size)])
        nodes = min(_MOST_NODES, max(_LEAST_NODES, _WORK // size))
        options = {"node_limit": nodes, "mip_rel_gap": 0.0}
        return milp(aim, constraints=rules, bounds=limits, integrality=np.ones(2 * size), options=options)

    most = solve(market.share, rules)
    if most.x is None:
        return np.zeros(size, np.int64), False
    served = np.concatenate([market.share, np.zeros(size)])[np.newaxis]
    rules.append(LinearConstraint(served, np.rint(-most.fun) - 1e-6, np.inf))
    best = solve(market.score, rules)
    found = most if best.x is None else best
    return np.rint(found.x[:size]).astype(np.int64), most.status == best.status == _OPTIMAL


def _optimal(result: OptimizeResult) -> OptimizeResult:
    if result.status != _OPTIMAL:
        raise RuntimeError(f"HiGHS: {result.message}")
    return result


def _fractions(values: Floats) -> list[Fraction]:
    return [Fraction(value).limit_denominator(_DENOMINATOR) for value in np.maximum(values, 0).tolist()]

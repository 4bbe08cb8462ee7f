"""The lowest prices at which nobody in a best plan would rather have another provider.

They are the dual of the plan. The flow solver does not tell them, so they are found from the plan
itself: a need that would gain by going elsewhere makes the place there dearer by just that much,
which may make others look elsewhere. In a best plan this comes to an end.
"""

from __future__ import annotations

import numpy as np

from matcher.engine.compiling import compiled_aside, int64
from matcher.problem import Int64Array

_NOT_BEST = "prices without end: the plan is not a best one"


@compiled_aside
def lowest_prices(
    starts: Int64Array,
    provider: Int64Array,
    gains: Int64Array,
    given: Int64Array,
    units: Int64Array,
    n_providers: int,
) -> Int64Array:
    """Return the price of one unit of each provider: shape (n_providers,).

    Parameters
    ----------
    starts
        Where the pairs of each need begin, and the end: shape (n_needs + 1,).
    provider, gains, given
        Of each pair: who, what a unit is worth, and units in the plan: shape (n_pairs,).
    units
        That each need asks for.

    Raises
    ------
    RuntimeError
        If the plan is not a best one.

    Notes
    -----
    Bellman's and Ford's method with a queue, on the graph of needs (D. P. Bertsekas: Network
    Optimization, 1998, section 2.4). What a need keeps of a unit is at most its gain less the price
    wherever it has units in the plan, and nothing if some of its units are not served.
    """
    n_needs = len(units)
    users, first_user = _by_provider(starts, provider, given, n_providers)
    prices = np.zeros(n_providers, np.int64)
    queue, is_queued = np.arange(n_needs), np.ones(n_needs, np.bool_)
    looked = np.zeros(n_needs, np.int64)
    head, length = 0, n_needs
    while length:
        need = queue[head]
        head, length = (head + 1) % n_needs, length - 1
        is_queued[need] = False
        looked[need] += 1
        if looked[need] > n_needs + 1:
            raise RuntimeError(_NOT_BEST)
        keeps = _keeps(starts, provider, gains, given, units, prices, need)
        for pair in range(starts[need], starts[need + 1]):
            who = provider[pair]
            if gains[pair] - keeps <= prices[who]:
                continue
            prices[who] = gains[pair] - keeps
            for place in range(first_user[who], first_user[who + 1]):
                if not is_queued[users[place]]:
                    is_queued[users[place]] = True
                    queue[(head + length) % n_needs] = users[place]
                    length += 1
    return prices


@compiled_aside
def _keeps(
    starts: Int64Array,
    provider: Int64Array,
    gains: Int64Array,
    given: Int64Array,
    units: Int64Array,
    prices: Int64Array,
    need: int,
) -> int:
    served, keeps = int64(0), int64(2**62)
    for pair in range(starts[need], starts[need + 1]):
        if given[pair]:
            served += given[pair]
            keeps = min(keeps, gains[pair] - prices[provider[pair]])
    return keeps if served == units[need] else min(keeps, int64(0))


@compiled_aside
def _by_provider(
    starts: Int64Array, provider: Int64Array, given: Int64Array, n_providers: int
) -> tuple[Int64Array, Int64Array]:
    """Return the needs that each provider serves, one after another, and where each provider's begin."""
    first_user = np.zeros(n_providers + 1, np.int64)
    for pair in range(len(provider)):
        if given[pair]:
            first_user[provider[pair] + 1] += 1
    first_user = np.cumsum(first_user)
    users, filled = np.empty(first_user[-1], np.int64), first_user[:-1].copy()
    for need in range(len(starts) - 1):
        for pair in range(starts[need], starts[need + 1]):
            if given[pair]:
                users[filled[provider[pair]]] = need
                filled[provider[pair]] += 1
    return users, first_user

"""Pairs that no best plan needs, found without a solver.

Where everybody who could ask a provider may do so at once, the provider is *free*: it will never be
full. A need whose free providers can serve it completely has no use for a pair that is worth less
than all of them, because a free provider can take over whatever that pair would give. Leaving such
pairs out sets more providers free, and so on.
"""

from __future__ import annotations

import numpy as np

from matcher.engine.compiling import compiled_aside, int64
from matcher.problem import BoolArray, Int32Array, Int64Array


@compiled_aside
def undominated(
    need: Int32Array,
    provider: Int32Array,
    most: Int64Array,
    units: Int64Array,
    capacity: Int64Array,
    referrals: Int64Array,
) -> tuple[BoolArray, BoolArray]:
    """Leave out what no best plan needs.

    Parameters
    ----------
    need, provider
        Pairs by need, and within a need the most valuable first: shape (n_pairs,).
    most
        Most units that each can come to.
    units, capacity, referrals
        As in `Problem`.

    Returns
    -------
    tuple[BoolArray, BoolArray]
        Which pairs stay, of shape (n_pairs,), and which providers may be asked for more than they can
        give, of shape (n_providers,).
    """
    wanted, asking = np.zeros(len(capacity), np.int64), np.zeros(len(capacity), np.int64)
    stays = most > 0
    for pair in range(len(need)):
        if stays[pair]:
            wanted[provider[pair]] += most[pair]
            asking[provider[pair]] += 1
    is_going_on = True
    while is_going_on:
        is_going_on = False
        first = 0
        while first < len(need):
            end, served = first, int64(0)
            while end < len(need) and need[end] == need[first]:
                who = provider[end]
                if stays[end]:
                    if served >= units[need[first]]:
                        stays[end] = False
                        wanted[who] -= most[end]
                        asking[who] -= 1
                        is_going_on = True
                    elif wanted[who] <= capacity[who] and asking[who] <= referrals[who]:
                        served += most[end]
                end += 1
            first = end
    return stays, (wanted > capacity) | (asking > referrals)

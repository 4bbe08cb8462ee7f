"""Small markets, by trying everything that could still be better: faster than to call a solver."""

from __future__ import annotations

import numpy as np

from matcher.engine.compiling import compiled_aside, int64
from matcher.problem import Int64Array, Problem

_NODES = 20_000
_NOT_ENDED = -1


def exhausted(problem: Problem, gains: Int64Array, pairs: Int64Array) -> Int64Array | None:
    """Return the best units of the pairs of a market, None if there is too much to try.

    Parameters
    ----------
    gains
        What one unit of each pair of the problem is worth.
    pairs
        Places of the pairs of the market.
    """
    pairs = pairs[np.lexsort((-gains[pairs], problem.need[pairs]))]
    _, need = np.unique(problem.need[pairs], return_inverse=True)
    providers, provider = np.unique(problem.provider[pairs], return_inverse=True)
    needs = np.unique(problem.need[pairs])
    given = _search(
        need,
        provider,
        gains[pairs],
        problem.is_whole[needs],
        problem.units[needs],
        problem.capacity[providers],
        problem.referrals[providers],
    )
    if len(given) and given[0] == _NOT_ENDED:
        return None
    return given[np.argsort(pairs)]


@compiled_aside
def _search(
    need: Int64Array,
    provider: Int64Array,
    gains: Int64Array,
    is_whole: np.ndarray,
    units: Int64Array,
    capacity: Int64Array,
    referrals: Int64Array,
) -> Int64Array:
    """Branch and bound over pairs by need, and of a need the most valuable first."""
    count = len(need)
    later = np.zeros(count + 1, np.int64)  # what the needs after a pair's own can be worth at most
    for pair in range(count - 1, -1, -1):
        is_last = pair + 1 == count or need[pair + 1] != need[pair]
        first_of_next = later[pair + 1]
        if is_last and pair + 1 < count:
            first_of_next += units[need[pair + 1]] * max(gains[pair + 1], 0)
        later[pair] = first_of_next
    left, room, turns = units.copy(), capacity.copy(), referrals.copy()
    given, best = np.zeros(count, np.int64), np.zeros(count, np.int64)
    value, most, pair, nodes, is_down = int64(0), int64(-1), 0, 0, True
    while pair >= 0:
        if pair == count:
            if value > most:
                most = value
                best[:] = given
            pair, is_down = pair - 1, False
            continue
        who, whom, gain = need[pair], provider[pair], gains[pair]
        if is_down:
            nodes += 1
            if nodes > _NODES:
                best[0] = _NOT_ENDED
                return best
            amount = min(left[who], room[whom]) if turns[whom] > 0 else int64(0)
            if is_whole[who] and amount < units[who]:
                amount = int64(0)
            if value + left[who] * max(gain, 0) + later[pair] <= most:
                pair, is_down = pair - 1, False
                continue
        else:
            amount = int64(0) if is_whole[who] else given[pair] - 1
            value -= given[pair] * gain
            left[who] += given[pair]
            room[whom] += given[pair]
            turns[whom] += given[pair] > 0
            if given[pair] == 0:
                pair -= 1
                continue
            given[pair] = 0
            if value + left[who] * max(gain, 0) + later[pair] <= most:
                pair -= 1
                continue
        given[pair] = amount
        value += amount * gain
        left[who] -= amount
        room[whom] -= amount
        turns[whom] -= amount > 0
        pair, is_down = pair + 1, True
    return best

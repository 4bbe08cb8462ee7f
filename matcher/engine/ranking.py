"""The best rows so far, best first; equal scores in the order of ids."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matcher.engine.compiling import compiled, inlined, int64
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.rows import Bytes, Table


class Terms(NamedTuple):
    """On what terms rows are listed.

    Parameters
    ----------
    least
        Score below which no row is listed, less its price.
    units
        That are paid for.
    prices
        Of one unit of a row, and of a referral to it whatever it gives, in units of 1e-12. Rows beyond
        the end cost nothing: shape (n, 2).
    """

    least: int
    units: int
    prices: Int64Array


PLAIN = Terms(-1, 1, np.empty((0, 2), np.int64))


class Ranking(NamedTuple):
    """Up to k rows.

    Parameters
    ----------
    rows, scores
        Of shape (k,); scores in units of 1e-12, less prices.
    size
        How many there are: shape (1,).
    terms
        On which they are listed.
    """

    rows: Int32Array
    scores: Int64Array
    size: Int64Array
    terms: Terms


@compiled
def blank_ranking(limit: int, terms: Terms) -> Ranking:
    """Return a ranking without rows."""
    return Ranking(np.empty(limit, np.int32), np.empty(limit, np.int64), np.zeros(1, np.int64), terms)


@inlined
def least_score(ranking: Ranking) -> int:
    """Return the score that a row has to reach to be listed."""
    size = ranking.size[0]
    return ranking.scores[size - 1] if size == len(ranking.rows) and size else int64(ranking.terms.least)


@compiled
def enter(ranking: Ranking, table: Table, texts: Bytes, at: int, score: int) -> None:
    """List a row if it is among the best and not listed already."""
    size, limit = ranking.size[0], len(ranking.rows)
    terms = ranking.terms
    if at < len(terms.prices) and (terms.prices[at, 0] or terms.prices[at, 1]):
        remaining = int64(table[at].remaining)
        score -= _cost(terms.prices[at, 0], terms.prices[at, 1], terms.units, remaining)
    if score < least_score(ranking):
        return
    for place in range(size):
        if ranking.rows[place] == at:
            return
    if size == limit:
        if limit == 0 or not _precedes(
            table, texts, at, score, ranking.rows[size - 1], ranking.scores[size - 1]
        ):
            return
        size -= 1
    place = size
    while place and _precedes(table, texts, at, score, ranking.rows[place - 1], ranking.scores[place - 1]):
        ranking.rows[place], ranking.scores[place] = ranking.rows[place - 1], ranking.scores[place - 1]
        place -= 1
    ranking.rows[place], ranking.scores[place] = at, score
    ranking.size[0] = size + 1


@compiled
def costs(prices: Int64Array, units: Int64Array, remaining: Int64Array) -> Int64Array:
    """Return by how much pairs are worth less than their scores.

    Parameters
    ----------
    prices
        Of their providers, as in `Terms`: shape (n, 2).
    units
        That their needs pay for: shape (n,).
    remaining
        Units that their providers have: shape (n,).
    """
    found = np.empty(len(prices), np.int64)
    for pair in range(len(prices)):
        found[pair] = _cost(prices[pair, 0], prices[pair, 1], units[pair], remaining[pair])
    return found


@compiled
def _cost(of_unit: int, of_referral: int, units: int, remaining: int) -> int:
    # Of the price of a referral each unit that it gives bears its share, rounded down.
    return (of_unit + of_referral // min(units, max(remaining, 1))) * units


@compiled
def _precedes(table: Table, texts: Bytes, at: int, score: int, other: int, other_score: int) -> bool:
    if score != other_score:
        return score > other_score
    one, two = table[at], table[other]
    for place in range(min(one.id_bytes, two.id_bytes)):
        difference = int64(texts[one.text_at + place]) - int64(texts[two.text_at + place])
        if difference:
            return bool(difference < 0)
    return bool(one.id_bytes < two.id_bytes)

"""The pairs that a plan has looked at so far: a small part of all eligible ones."""

from __future__ import annotations

import numpy as np

from matcher.engine import Pairs, Roster
from matcher.problem import BoolArray, Int32Array, Int64Array, Problem


class Candidates:
    """Pairs by need, each once.

    Parameters
    ----------
    weight, units, is_whole
        Of the needs, as in `Problem`.
    """

    def __init__(self, weight: Int64Array, units: Int64Array, is_whole: BoolArray) -> None:
        self._weight, self._units, self._is_whole = weight, units, is_whole
        self._keys = np.empty(0, np.int64)  # need and provider in one number, ascending
        self._score, self._distance_m = np.empty(0, np.int64), np.empty(0, np.int32)

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, pairs: Pairs) -> Int32Array:
        """Add pairs, and return how many new ones each need got: shape (n_needs,)."""
        keys = pairs.need.astype(np.int64) << 32 | pairs.provider
        keys, first = np.unique(keys, return_index=True)
        is_new = ~np.isin(keys, self._keys, assume_unique=True)
        keys, first = keys[is_new], first[is_new]
        places = np.searchsorted(self._keys, keys)
        self._keys = np.insert(self._keys, places, keys)
        self._score = np.insert(self._score, places, pairs.score[first])
        self._distance_m = np.insert(self._distance_m, places, pairs.distance_m[first])
        return np.bincount(pairs.need[first], minlength=len(self._units)).astype(np.int32)

    def places(self, need: Int64Array, provider: Int64Array) -> Int64Array:
        """Return where some pairs are in the order of the problem: shape (n,)."""
        return np.searchsorted(self._keys, need << 32 | provider)

    @property
    def distance_m(self) -> Int32Array:
        """Metres of each pair, in the order of the problem: shape (n_pairs,)."""
        return self._distance_m

    def problem(self, roster: Roster) -> Problem:
        """Return the problem of these pairs alone."""
        return Problem(
            self._weight,
            self._units,
            self._is_whole,
            roster.capacity.copy(),
            roster.referrals.copy(),
            (self._keys >> 32).astype(np.int32),
            (self._keys & 0xFFFFFFFF).astype(np.int32),
            self._score,
        )

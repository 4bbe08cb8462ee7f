"""Random tables, small ones, as tests of suppression take them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Groups = list[tuple[str, ...]]


def random_areas(random: np.random.Generator, n_rows: int) -> tuple[list[str], Groups]:
    """Name rows and put them into up to two levels of groups."""
    n_levels = int(random.integers(0, 3))
    streets = random.integers(0, 3, n_rows)
    paths = [(f"d{street % 2}", f"s{street}")[2 - n_levels :] for street in streets.tolist()]
    return [f"c{row}" for row in range(n_rows)], paths


def random_counts(random: np.random.Generator, shape: tuple[int, ...]) -> Ints:
    """Draw counts of which many are small and some large, in ever other shares."""
    mean = random.choice([0.5, 2.0, 8.0, 20.0])
    weights = random.lognormal(0, random.choice([0.3, 1.5]), shape)
    return random.poisson(mean * weights).astype(np.int64)


def random_table(seed: int) -> tuple[Ints, list[str], Groups, int]:
    """Return counts, areas, groups and k."""
    random = np.random.default_rng(seed)
    n_rows, n_columns = int(random.integers(1, 7)), int(random.integers(1, 5))
    areas, groups = random_areas(random, n_rows)
    return random_counts(random, (n_rows, n_columns)), areas, groups, int(random.choice([5, 10]))


def totals(counts: Any, areas: list[str], groups: Groups, order: tuple[str, ...]) -> Ints:
    """Sum up the counts of each area in `order`, and a last column, one row after the other."""
    counts = np.asarray(counts)
    result = np.zeros((len(order), counts.shape[1] + 1), np.int64)
    for row, name in enumerate(areas):
        for area in ("total", *groups[row], name):
            result[order.index(area), :-1] += counts[row]
            result[order.index(area), -1] += counts[row].sum()
    return result

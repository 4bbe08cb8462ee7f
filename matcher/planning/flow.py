"""The most valuable flow from needs to providers, by OR-Tools."""

from __future__ import annotations

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from matcher.problem import BoolArray, Int32Array, Int64Array


class TooLargeNumbers(ArithmeticError):
    """Gains that the solver cannot count with: they have to be told in a coarser quantum."""


def best_flow(
    pairs: tuple[Int32Array, Int32Array],
    gains: Int64Array,
    most: Int64Array,
    units: Int64Array,
    capacity: Int64Array,
    is_contended: BoolArray,
) -> Int64Array:
    """Return the units of each pair that are worth most together.

    Parameters
    ----------
    pairs
        Needs and providers, of shape (n_pairs,) each.
    gains, most
        What a unit of each pair is worth, at least 0, and the most units that it can come to.
    units, capacity
        Of each need, and of each provider.
    is_contended
        Whether the capacity of a provider matters: of shape (n_providers,).

    Raises
    ------
    TooLargeNumbers
        If gains times nodes go beyond 64 bits.
    """
    need, provider = pairs
    asking, source = np.unique(need, return_inverse=True)
    limits = is_contended[provider]
    asked, target = np.unique(provider[limits], return_inverse=True)
    sink = len(asking) + len(asked)
    heads = np.full(len(need), sink, np.int32)
    heads[limits] = len(asking) + target
    solver = SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(source.astype(np.int32), heads, most, -gains)
    through, rest = np.arange(len(asking), sink, dtype=np.int32), np.arange(len(asking), dtype=np.int32)
    solver.add_arcs_with_capacity_and_unit_cost(
        through, np.full(len(asked), sink, np.int32), capacity[asked], np.zeros(len(asked), np.int64)
    )
    supply = units[asking]
    solver.add_arcs_with_capacity_and_unit_cost(  # not served
        rest, np.full(len(asking), sink, np.int32), supply, np.zeros(len(asking), np.int64)
    )
    solver.set_nodes_supplies(rest, supply)
    solver.set_node_supply(sink, -int(supply.sum()))
    status = solver.solve()
    if status == SimpleMinCostFlow.BAD_COST_RANGE:
        raise TooLargeNumbers
    if status != SimpleMinCostFlow.OPTIMAL:
        raise RuntimeError(f"the flow solver ended with {status}")
    return np.asarray(solver.flows(arcs), np.int64)

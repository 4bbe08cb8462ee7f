"""Peers that solve the relaxed plan: every need may be split, referrals count as units."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from api.benchmarks.report import library
from matcher.problem import NO_LIMIT, Int32Array, Int64Array, Problem

_COARSE = 10**6  # units of score in a millionth: sums that a float of SciPy can still hold


class TooLargeNumbers(ArithmeticError):
    """OR-Tools cannot count with gains so large."""


@dataclass(frozen=True, slots=True)
class Transport:
    """What may go from needs to providers.

    Parameters
    ----------
    need, provider
        Pairs: shape (n_pairs,).
    gains, most
        What a unit of each pair is worth, and the most units it can come to: shape (n_pairs,).
    units
        That each need asks for: shape (n_needs,).
    capacity
        Of each provider: shape (n_providers,).
    """

    need: Int32Array
    provider: Int32Array
    gains: Int64Array
    most: Int64Array
    units: Int64Array
    capacity: Int64Array

    def worth(self, given: Int64Array) -> int:
        """Return what some units of each pair are worth together."""
        return sum(gain * units for gain, units in zip(self.gains.tolist(), given.tolist(), strict=True))


def transport_of(problem: Problem, gains: Int64Array) -> Transport:
    """Relax a problem."""
    largest = np.zeros(len(problem.capacity), np.int64)
    np.maximum.at(largest, problem.provider, problem.most)
    capacity = np.minimum(problem.capacity, problem.referrals * largest)
    return Transport(problem.need, problem.provider, gains, problem.most, problem.units, capacity)


def single_units(problem: Problem, n_needs: int) -> Problem:
    """Return the part of the first needs that ask for one unit, without limits of referrals.

    Scores are told to the millionth.
    """
    chosen = np.flatnonzero(problem.units == 1)[:n_needs]
    pairs = np.flatnonzero(np.isin(problem.need, chosen) & (problem.most > 0))
    providers, provider = np.unique(problem.provider[pairs], return_inverse=True)
    return replace(
        problem,
        weight=problem.weight[chosen],
        units=problem.units[chosen],
        is_whole=problem.is_whole[chosen],
        capacity=np.minimum(problem.capacity, problem.referrals)[providers],
        referrals=np.full(len(providers), NO_LIMIT, np.int64),
        need=np.searchsorted(chosen, problem.need[pairs]).astype(np.int32),
        provider=provider.astype(np.int32),
        score=problem.score[pairs] // _COARSE,
    )


def or_tools(transport: Transport) -> Int64Array:
    """Return the best units of each pair, by OR-Tools alone.

    Raises
    ------
    TooLargeNumbers
        If gains times nodes go beyond 64 bits.
    """
    n_needs, n_providers = len(transport.units), len(transport.capacity)
    sink = n_needs + n_providers
    needs, providers = np.arange(n_needs, dtype=np.int32), np.arange(n_needs, sink, dtype=np.int32)
    solver = SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        transport.need, n_needs + transport.provider, transport.most, -transport.gains
    )
    for tails, capacity in ((providers, transport.capacity), (needs, transport.units)):
        heads, free = np.full(len(tails), sink, np.int32), np.zeros(len(tails), np.int64)
        solver.add_arcs_with_capacity_and_unit_cost(tails, heads, capacity, free)
    solver.set_nodes_supplies(needs, transport.units)
    solver.set_node_supply(sink, -int(transport.units.sum()))
    status = solver.solve()
    if status == SimpleMinCostFlow.BAD_COST_RANGE:
        raise TooLargeNumbers
    if status != SimpleMinCostFlow.OPTIMAL:
        raise RuntimeError(f"the flow solver ended with {status}")
    return np.asarray(solver.flows(arcs), np.int64)


def network_simplex(transport: Transport) -> Int64Array:
    """Return the best units of each pair, by networkx."""
    networkx = library("networkx", "networkx")
    graph = networkx.DiGraph()
    for need, units in enumerate(transport.units.tolist()):
        graph.add_node(("need", need), demand=-units)
        graph.add_edge(("need", need), "sink", capacity=units, weight=0)
    for provider, capacity in enumerate(transport.capacity.tolist()):
        graph.add_edge(("provider", provider), "sink", capacity=capacity, weight=0)
    graph.add_node("sink", demand=int(transport.units.sum()))
    ends = list(zip(transport.need.tolist(), transport.provider.tolist(), strict=True))
    for (need, provider), most, gain in zip(
        ends, transport.most.tolist(), transport.gains.tolist(), strict=True
    ):
        graph.add_edge(("need", need), ("provider", provider), capacity=most, weight=-gain)
    _, flow = networkx.network_simplex(graph)
    return np.array([flow["need", need]["provider", provider] for need, provider in ends], np.int64)


def matching(transport: Transport) -> Int64Array:
    """Return the best units of each pair of needs that ask for one unit, by SciPy.

    A provider becomes one column for each unit that could be asked of it, and each need has a column of
    its own for not being served. Weights are one more than gains: SciPy takes a zero for no edge.
    """
    n_needs, n_pairs = len(transport.units), len(transport.need)
    asking = np.bincount(transport.provider, minlength=len(transport.capacity))
    clones = np.minimum(transport.capacity, asking)
    first = np.cumsum(clones) - clones
    pair = np.repeat(np.arange(n_pairs), clones[transport.provider])
    starts = np.cumsum(clones[transport.provider]) - clones[transport.provider]
    column = first[transport.provider[pair]] + np.arange(len(pair)) - starts[pair]
    needs = np.arange(n_needs)
    rows, columns = np.append(transport.need[pair], needs), np.append(column, clones.sum() + needs)
    weights = np.append(transport.gains[pair] + 1, np.ones(n_needs)).astype(np.float64)
    edges = csr_array((weights, (rows, columns)), shape=(n_needs, int(clones.sum()) + n_needs))
    matched = np.column_stack(min_weight_full_bipartite_matching(edges, maximize=True))
    pair_at = {place: number for place, number in zip(zip(rows, columns, strict=True), pair, strict=False)}
    used = [pair_at[need, at] for need, at in matched.tolist() if (need, at) in pair_at]
    return np.bincount(np.array(used, np.int64), minlength=n_pairs).astype(np.int64)

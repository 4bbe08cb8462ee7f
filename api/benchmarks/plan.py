"""The plan beside the solvers that others would use, and beside first come, first served."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median

import numpy as np
from scipy.sparse import csr_array

from api.benchmarks.flows import (
    TooLargeNumbers,
    Transport,
    matching,
    network_simplex,
    or_tools,
    single_units,
    transport_of,
)
from api.benchmarks.report import Figure, Line, Report, Section, in_turns, timed, times
from api.benchmarks.stages import COMPARE, plan_for
from api.benchmarks.town import Town, draw_town
from matcher.planning import Plan, Tally, assign
from matcher.planning.pricing import FINEST
from matcher.planning.solving import price
from matcher.problem import Int64Array, Problem

ROUNDS = 3
Solver = Callable[[Transport], Int64Array]
_PEERS: dict[int, dict[str, Solver]] = {  # by the most needs that they are given
    2_000: {"SciPy, min_weight_full_bipartite_matching": matching},
    100: {"networkx, network_simplex": network_simplex},
}


def run(scale: float, rounds: int = ROUNDS) -> Report:
    """Plan for all open needs, and have the peers solve what the plan was found in.

    Parameters
    ----------
    scale
        Share of the city.
    rounds
        How often plan and OR-Tools are run, in turns.
    """
    town = draw_town(scale)
    plan, sections = _whole_plan(town, rounds)
    for size, peers in _PEERS.items():
        problem = single_units(plan.problem, size)
        sections.append(_small("needs of one unit", problem, {"OR-Tools": or_tools, **peers}, rounds))
    facts: dict[str, Figure] = {
        "providers": len(town.engine),
        "needs": len(town.contexts),
        "pairs": len(plan.problem.need),
        "rounds_of_pricing": plan.rounds,
        "gap": plan.proof.gap,
        "is_proven": plan.is_proven,
    }
    return Report("plan", scale, sections, facts)


def countable(problem: Problem) -> tuple[Transport, int]:
    """Return the relaxed problem in the finest quantum that OR-Tools alone can count with, and that."""
    quantum = FINEST
    while True:
        objective = price(problem, quantum).objective
        transport = transport_of(problem, objective.gains(problem))
        try:
            or_tools(transport)
        except TooLargeNumbers:
            quantum = 10 * objective.quantum
            continue
        return transport, objective.quantum


def _whole_plan(town: Town, rounds: int) -> tuple[Plan, list[Section]]:
    """Plan, and solve the final graph of candidates, in turns."""
    plan, stages = plan_for(town)  # so that no time is spent on compiling, or on loading what was compiled
    transport, quantum = countable(plan.problem)
    ours, first_come, alone, prices = list[float](), list[float](), list[float](), list[float]()
    for _ in range(rounds):
        plan, stages = plan_for(town)
        first_come.append(stages.pop(COMPARE))
        ours.append(sum(stages.values()))
        seconds, given = timed(or_tools, transport)
        alone.append(seconds)
        seconds, priced = timed(price, plan.problem, quantum)
        prices.append(seconds)
    same = transport.worth(priced.relaxed.given) == transport.worth(given)
    shares = {f"{stage}_s": round(seconds, 4) for stage, seconds in stages.items()}
    candidates = "the final candidates"
    lines = [
        _line("plan", ours, alone, plan.result),
        _line(f"OR-Tools alone, on {candidates}", alone, alone, is_same_optimum=same),
        _line(f"the project's prices alone, on {candidates}", prices, alone, is_same_optimum=same),
        _line("first come, the candidates at hand", first_come, alone, plan.first_come),
    ]
    return plan, [
        Section("plan, all open needs", lines),
        Section("stages of the plan", [Line("plan", shares)]),
    ]


def _line(
    name: str, seconds: list[float], of: list[float], result: Tally | None = None, **more: Figure
) -> Line:
    told: dict[str, Figure] = {"seconds": round(median(seconds), 4), "times": times(seconds, of), **more}
    if result is not None:
        told |= {"served": result.served, "weight": result.weight_served, "score": result.score}
    return Line(name, told)


def _small(title: str, problem: Problem, peers: Mapping[str, Solver], rounds: int) -> Section:
    """Have `assign` and the peers solve needs of one unit, for which the relaxation is exact."""
    shape = (len(problem.units), len(problem.capacity))
    values = csr_array((problem.score, (problem.need, problem.provider)), shape=shape)
    transport = transport_of(problem, price(problem).objective.gains(problem))

    def ours(_: Transport) -> Int64Array:
        assignment = assign(values, problem.capacity, problem.weight)
        return np.asarray(assignment.provider_of_need[problem.need] == problem.provider, np.int64)

    solvers: dict[str, Solver] = {"assign": ours, **peers}
    best = {name: transport.worth(solver(transport)) for name, solver in solvers.items()}
    seconds = in_turns(solvers, [transport] * rounds)
    title = f"{title}: {shape[0]:,} needs, {len(problem.need):,} pairs"
    return Section(
        title,
        [
            _line(name, took, seconds["OR-Tools"], is_same_optimum=best[name] == best["assign"])
            for name, took in seconds.items()
        ],
    )

"""Suggestions beside numpy, a BallTree, one Cypher query, and the floor that memory sets.

The engine answers under all rules; the peers leave out opening hours and the terms of providers, so the
ratios favour them. On needs that ask for neither, all lists must be the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from statistics import median
from typing import Any

from api.benchmarks.columns import Answer, Columns
from api.benchmarks.cypher import Cypher
from api.benchmarks.latency import read_ns
from api.benchmarks.provider_files import Neo4jHome, ProviderFiles
from api.benchmarks.report import Figure, Line, Report, Section, in_turns, percentiles, times
from api.benchmarks.town import Town, draw_town, full_lists, plain
from matcher.context import NeedContext
from matcher.parameters import default_parameters

ASKED, COMPARED, WARM_UP = 200, 40, 5
IN_A_ROW = 20  # as a service answers them
_ENGINE, _CYPHER = "engine", "one Cypher query, point index"


def run(scale: float, neo4j: Neo4jHome | str, asked: int | None = None) -> Report:
    """Ask the engine and its peers for the same needs.

    Parameters
    ----------
    scale
        Share of the city.
    neo4j
        A Neo4j without data, which is filled and left running, or why there is none.
    asked
        Needs to ask for at most; without it the fewer, the more providers the slowest has to look at.
    """
    parameters = default_parameters()
    columns = Columns(parameters)
    files = None if isinstance(neo4j, str) else ProviderFiles(neo4j, parameters)
    town = draw_town(scale, [each.add for each in (columns, files) if each is not None])
    columns.seal()
    answers: dict[str, Answer] = {"numpy, all providers": columns.scan}
    answers["BallTree and numpy"] = columns.ball_tree()
    questions = full_lists(town.engine, town.contexts, asked or _asked(scale))
    with ExitStack() as stack:
        if files is not None:
            answers[_CYPHER] = Cypher(stack.enter_context(files.database())).answer
        lines = _race(town, answers, questions)
    return Report(
        "suggest",
        scale,
        [Section("suggest, on the spot, lists of 10", [*lines, _floor(town, questions, lines[0])])],
        {"providers": len(town.engine), "needs": len(questions), "compared": min(COMPARED, len(questions))},
        [f"{_CYPHER}: {neo4j}"] if isinstance(neo4j, str) else [],
    )


def _asked(scale: float) -> int:
    """Return how many needs to ask for: the slowest peer shall take minutes at any scale, not hours."""
    return min(ASKED, round(100 / scale))


def _race(town: Town, answers: Mapping[str, Answer], questions: Sequence[NeedContext]) -> list[Line]:
    """Time all in turns, then hold the peers' lists against the engine's."""
    contestants: dict[str, Callable[..., Any]] = {_ENGINE: town.engine.suggest, **answers}
    in_turns(contestants, questions[:WARM_UP])
    seconds = in_turns(contestants, questions, IN_A_ROW)
    plain_ones = [plain(each) for each in questions[:COMPARED]]
    ours = [_listed(town, each) for each in plain_ones]
    lines = [Line(_ENGINE, {**percentiles(seconds[_ENGINE]), "times": 1.0})]
    for name, answer in answers.items():
        same = sum(answer(each) == ids for each, ids in zip(plain_ones, ours, strict=True))
        figures: dict[str, Figure] = {**percentiles(seconds[name])}
        lines.append(Line(name, {**figures, "times": times(seconds[name], seconds[_ENGINE]), "same": same}))
    return lines


def _listed(town: Town, context: NeedContext) -> list[str]:
    return [each.provider_id for each in town.engine.suggest(context).suggestions]


def _floor(town: Town, questions: Sequence[NeedContext], engine: Line) -> Line:
    """Tell the time that the memory alone takes to give what no search can do without."""
    seen = [town.engine.footprint(each) for each in questions]
    if not seen:
        return Line("memory latency", {})
    latency_ns = read_ns(seen[0].size)
    reads = [each.nodes + each.rows for each in seen]
    floor = percentiles([each * latency_ns / 1e9 for each in reads])
    ours, theirs = engine.figures["p50_ms"], floor["p50_ms"]
    ratio = round(theirs / ours, 3) if isinstance(ours, float) and isinstance(theirs, float) else None
    nodes, rows = (median(counts) for counts in zip(*((each.nodes, each.rows) for each in seen), strict=True))
    return Line(
        "memory latency",
        {**floor, "times": ratio, "nodes": nodes, "rows": rows, "read_ns": round(latency_ns, 1)},
    )

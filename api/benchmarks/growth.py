"""How time grows with the city: suggestions with the providers, the plan with the needs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from statistics import median

from api.benchmarks.report import Line, Report, Section, in_turns, library, percentiles, timed, times
from api.benchmarks.stages import COMPARE, plan_for
from api.benchmarks.town import Town, draw_town, full_lists

ASKED, ROUNDS, WARM_UP = 200, 3, 5
_SHARES = (0.01, 0.1, 1.0)  # of the largest city
_NEEDS = (1_000, 10_000, 44_337)  # of a whole city; as many at the scale of another
FORMATS = (".png", ".svg")


def run(scale: float, output: Path | None = None, asked: int = ASKED, rounds: int = ROUNDS) -> Report:
    """Ask cities of three sizes the same, and plan for more and more needs of the largest.

    Parameters
    ----------
    scale
        Share of the whole city that the largest has.
    output
        Where to draw the curves: a name that ends in one of `FORMATS`.
    asked, rounds
        Needs to ask for at most, and how often to plan.
    """
    if output is not None:
        library("matplotlib", "matplotlib")  # so that nobody waits for figures that cannot be drawn
    towns = [draw_town(scale * share) for share in _SHARES]
    suggestions, plans = _suggestions(towns, asked), _plans(towns[-1], rounds)
    if output is not None:
        _draw(output, suggestions, plans)
    sections = [Section("suggest, on the spot, lists of 10", suggestions), Section("plan", plans)]
    return Report("growth", scale, sections)


def _suggestions(towns: Sequence[Town], asked: int) -> list[Line]:
    """Time the needs of the largest city, in each city those for which it has full lists."""
    contexts = towns[-1].contexts
    questions = [full_lists(town.engine, contexts, asked) for town in towns]
    for town, several in zip(towns, questions, strict=True):
        in_turns({"": town.engine.suggest}, several[:WARM_UP])
    seconds: list[list[float]] = [[] for _ in towns]
    for in_each_town in zip_longest(*questions):
        for town, context, took in zip(towns, in_each_town, seconds, strict=True):
            if context is not None:
                took.append(timed(town.engine.suggest, context)[0])
    smallest: list[float] = next(filter(None, seconds), [])  # small cities may have no full lists
    return [
        Line(
            f"{len(town.engine):,} providers",
            {
                "providers": len(town.engine),
                "needs": len(took),
                **percentiles(took),
                "times": times(took, smallest),
            },
        )
        for town, took in zip(towns, seconds, strict=True)
    ]


def _plans(town: Town, rounds: int) -> list[Line]:
    whole = len(town.contexts)
    counts = [max(1, round(whole * count / _NEEDS[-1])) for count in _NEEDS]
    plan_for(town, counts[0])  # so that no time is spent on loading what was compiled
    seconds: dict[int, list[float]] = {count: [] for count in counts}
    for _ in range(rounds):
        for count in counts:
            _, stages = plan_for(town, count)
            seconds[count].append(sum(stages.values()) - stages[COMPARE])
    return [
        Line(
            f"{count:,} needs",
            {
                "needs": count,
                "seconds": round(median(took), 4),
                "ms_per_need": round(median(took) / count * 1_000, 4),
                "times": times(took, seconds[counts[0]]),
            },
        )
        for count, took in seconds.items()
    ]


def _draw(path: Path, suggestions: Sequence[Line], plans: Sequence[Line]) -> None:
    # Without pyplot: no window system is asked for, and nothing is kept between calls.
    figure = library("matplotlib.figure", "matplotlib").Figure(figsize=(9, 3.6), layout="constrained")
    asked, planned = figure.subplots(1, 2)
    providers = _column(suggestions, "providers")
    for name, label in (("p50_ms", "median"), ("p99_ms", "99th percentile")):
        asked.plot(providers, _column(suggestions, name), marker="o", label=label)
    asked.set(xlabel="providers", ylabel="ms", title="suggest, lists of 10", xscale="log", ylim=(0, None))
    asked.legend()
    planned.plot(_column(plans, "needs"), _column(plans, "seconds"), marker="o")
    planned.set(xlabel="needs", ylabel="s", title="plan", xscale="log", yscale="log")
    for axes in (asked, planned):
        axes.grid(alpha=0.3)
    figure.savefig(path, format=path.suffix.lower().removeprefix("."))


def _column(lines: Sequence[Line], name: str) -> list[float]:
    """Return one figure of each line, NaN where there is none."""
    values = (line.figures[name] for line in lines)
    return [float(value) if isinstance(value, int | float) else float("nan") for value in values]

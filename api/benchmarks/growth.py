"""How time grows with the city: suggestions with the providers, the plan with the needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from api.benchmarks.report import Line, Report, Section, in_turns, library, percentiles, times
from api.benchmarks.stages import COMPARE, plan_for
from api.benchmarks.town import Town, draw_town, is_full

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
    """Time the needs for which all cities have full lists; if there are none, those of the larger ones."""
    questions = towns[-1].full_lists(asked)
    all_full = [each for each in questions if all(is_full(town.engine, each) for town in towns)]
    sized = {f"{len(town.engine):,} providers": town for town in towns}
    answers = {name: town.engine.suggest for name, town in sized.items()}
    in_turns(answers, all_full[:WARM_UP])
    seconds = in_turns(answers, all_full)
    smallest = seconds[next(iter(sized))]
    return [
        Line(
            name,
            {
                "providers": len(town.engine),
                "needs": len(all_full),
                **percentiles(seconds[name]),
                "times": times(seconds[name], smallest),
            },
        )
        for name, town in sized.items()
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

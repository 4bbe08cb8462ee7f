"""Plans, and how long each of their stages takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter

from api.benchmarks.town import Town
from matcher.planning import Plan, make_plan
from matcher.planning.demand import Demand

COMPARE = "compare"  # the stage that is no part of planning: first come, first served


@dataclass(slots=True)
class Stages:
    """Adds up the time of the stages of a plan."""

    seconds: dict[str, float] = field(default_factory=dict)
    _stage: str = "begin"
    _since: float = field(default_factory=perf_counter)

    def tell(self, stage: str, _done: int = 0, _total: int = 0) -> None:
        """Begin a stage, or go on with it; the one before ends."""
        now = perf_counter()
        self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._since
        self._stage, self._since = stage, now


def plan_for(town: Town, n_needs: int | None = None) -> tuple[Plan, dict[str, float]]:
    """Return the plan for some needs of a city, and the seconds of its stages."""
    stages, demand = Stages(), Demand(town.contexts[:n_needs], (), (), {})
    plan = make_plan(town.engine, demand, town.parameters, stages.tell)
    stages.tell("end")
    return plan, stages.seconds

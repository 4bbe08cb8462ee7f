"""What a planner asks for: providers for all open needs of a city, from a store as it stands now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from graph_models.ports import GraphStore
from matcher.catalogue import Catalogue
from matcher.context import NeedContext
from matcher.engine import PairFinder
from matcher.planning import Plan, PlanScope, check_scope, make_plan, read_demand


@dataclass(frozen=True, slots=True)
class CityPlan:
    """A plan, with what it was made from.

    Parameters
    ----------
    scope
        Which open needs it is for.
    made_at
        When the needs were read.
    graph_revision
        Sequence number of the last change set that it takes account of. Of providers that changed while
        it was made it may show the later state.
    plan
        Who serves whom.
    """

    scope: PlanScope
    made_at: datetime
    graph_revision: int
    plan: Plan


@dataclass(frozen=True, slots=True)
class PlanSource:
    """What a plan is made from.

    Parameters
    ----------
    store
        Where the needs are read.
    graph_revision
        Sequence number of the last change set that providers and catalogue take account of.
    catalogue
        Of the store.
    now
        When the needs are read.
    """

    store: GraphStore
    graph_revision: int
    catalogue: Catalogue
    now: datetime


def plan_city(
    source: PlanSource,
    scope: PlanScope,
    finder_for: Callable[[Sequence[NeedContext]], PairFinder],
    tell: Callable[[str, int, int], None],
) -> CityPlan:
    """Find providers for all open needs of a scope at once. Nothing is written.

    Parameters
    ----------
    scope
        Which needs.
    finder_for
        Gives who finds the pairs of these needs.
    tell
        Called with what is being done, how much of it is done, and how much there is to do.

    Raises
    ------
    UnknownReference
        If the scope names an area or category that does not exist.
    """
    check_scope(source.catalogue, scope)
    tell("read", 0, 1)
    demand = read_demand(source.store, source.catalogue, source.now, scope)
    plan = make_plan(finder_for(demand.contexts), demand, source.catalogue.parameters, tell)
    return CityPlan(scope, source.now, source.graph_revision, plan)

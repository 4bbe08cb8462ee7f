"""Plans: providers for many needs at once."""

from matcher.planning.assignment import Assignment, assign
from matcher.planning.demand import Demand, PlanScope, check_scope, read_demand
from matcher.planning.plan import LockedReferral, Plan, PlannedReferral, Unserved, UnservedReason, make_plan
from matcher.planning.tally import Tally

__all__ = [
    "Assignment",
    "Demand",
    "LockedReferral",
    "Plan",
    "PlanScope",
    "PlannedReferral",
    "Tally",
    "Unserved",
    "UnservedReason",
    "assign",
    "check_scope",
    "make_plan",
    "read_demand",
]

"""A typed client of the HTTP interface. It needs httpx2 and nothing else of this project."""

from api.client.errors import (
    ClientError,
    Conflict,
    Fault,
    Forbidden,
    Invalid,
    NotFound,
    Overloaded,
    Problem,
    RevisionConflict,
    Unauthenticated,
    UnexpectedAnswer,
    Unreachable,
)
from api.client.events import Event
from api.client.last_meter import LastMeter
from api.client.plans import PlanFailed, PlanUnderWay
from api.client.waiting import Waiting

__all__ = [
    "ClientError",
    "Conflict",
    "Event",
    "Fault",
    "Forbidden",
    "Invalid",
    "LastMeter",
    "NotFound",
    "Overloaded",
    "PlanFailed",
    "PlanUnderWay",
    "Problem",
    "RevisionConflict",
    "Unauthenticated",
    "UnexpectedAnswer",
    "Unreachable",
    "Waiting",
]

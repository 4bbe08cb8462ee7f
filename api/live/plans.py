"""Plans in the making: one at a time, aside, the latest kept until the process ends.

A plan is a proposal and is made anew at any time, so none of it has to survive a restart.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

import structlog

from api.http.problems import RETRY_AFTER, Refusal
from api.live.engine import Engine
from api.logs import describe_error
from api.schemas.plans import PlanOutput, PlanRequest, PlanState, PlanStatus
from graph_models.domain.errors import IdempotencyConflict, LastMeterError, NotFound
from matcher.city_plans import CityPlan

MOST_KEPT = 8
MOST_WAITING = 4

log = structlog.stdlib.get_logger("lastmeter.plans")


class Cancelled(Exception):
    """The service is stopping."""


@dataclass(frozen=True, slots=True)
class Job:
    """One plan: what was asked for, and how far it is."""

    id: str
    request: PlanRequest
    requested_at: datetime
    state: PlanState = PlanState.WAITING
    stage: str | None = None
    done: int = 0
    total: int = 0
    failure: str | None = None
    body: bytes | None = None  # once it is done: large, and the same for whoever asks
    units: Mapping[tuple[str, str], int] = field(default_factory=dict)  # by need and provider

    def answer(self) -> bytes:
        """Return the status as JSON."""
        return self.body or self.status(None).model_dump_json().encode()

    def status(self, plan: PlanOutput | None) -> PlanStatus:
        return PlanStatus(
            id=self.id,
            state=self.state,
            requested_at=self.requested_at,
            stage=self.stage,
            done=self.done,
            total=self.total,
            failure=self.failure,
            plan=plan,
        )


class Plans:
    """Makes plans in a thread of its own.

    Parameters
    ----------
    engine
        Whose matcher makes them.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="plans")
        self._is_cancelled = False

    def start(self, plan_id: str, request: PlanRequest, now: datetime) -> Job:
        """Begin a plan; the same id again gives the plan that was begun.

        Raises
        ------
        IdempotencyConflict
            If the id was used for another request.
        UnknownReference
            If it names an area or category that does not exist.
        Refusal
            If the engine is not loaded, or too many plans are waiting.
        """
        matcher, scope = self._engine.matcher, request.to_scope()
        matcher.check_scope(scope)
        with self._lock:
            job = self._jobs.get(plan_id)
            if job is not None:
                if job.request != request:
                    raise IdempotencyConflict(plan_id)
                return job
            waiting = sum(each.state is PlanState.WAITING for each in self._jobs.values())
            if waiting >= MOST_WAITING:
                raise Refusal("too-many-plans", f"{waiting} plans are waiting already", headers=RETRY_AFTER)
            job = self._jobs[plan_id] = Job(plan_id, request, now)
            self._forget()
        self._thread.submit(self._make, plan_id, lambda: matcher.plan(scope, self._teller(plan_id)))
        return job

    def get(self, plan_id: str) -> Job:
        """Return a plan.

        Raises
        ------
        NotFound
            If there is none of this id, or it was dropped for newer ones.
        """
        with self._lock:
            if plan_id not in self._jobs:
                raise NotFound("Plan", plan_id)
            return self._jobs[plan_id]

    def close(self) -> None:
        """Give up what is under way, and wait for the thread to notice."""
        self._is_cancelled = True
        self._thread.shutdown(cancel_futures=True)

    def _make(self, plan_id: str, make: Callable[[], CityPlan]) -> None:
        self._update(plan_id, state=PlanState.RUNNING)
        try:
            plan = PlanOutput.of(make())
            done = replace(self.get(plan_id), state=PlanState.DONE)
            body = done.status(plan).model_dump_json().encode()
            units = {(each.need_id, each.provider_id): each.units for each in plan.referrals}
            self._update(plan_id, state=PlanState.DONE, body=body, units=units)
        except Cancelled:
            self._update(plan_id, state=PlanState.FAILED, failure="the service stopped")
        except LastMeterError as error:
            self._update(plan_id, state=PlanState.FAILED, failure=str(error))
        except Exception as error:
            log.critical("a plan failed", plan=plan_id, **describe_error(error))
            self._update(
                plan_id, state=PlanState.FAILED, failure="a fault of this service; its log tells more"
            )

    def _teller(self, plan_id: str) -> Callable[[str, int, int], None]:
        def tell(stage: str, done: int, total: int) -> None:
            if self._is_cancelled:
                raise Cancelled
            self._update(plan_id, stage=stage, done=done, total=total)

        return tell

    def _update(self, plan_id: str, **changes: object) -> None:
        with self._lock:
            self._jobs[plan_id] = replace(self._jobs[plan_id], **changes)  # type: ignore[arg-type]  # its own fields

    def _forget(self) -> None:
        """Drop the oldest plans that are over."""
        over = [each.id for each in self._jobs.values() if each.state in (PlanState.DONE, PlanState.FAILED)]
        for plan_id in over[: max(0, len(self._jobs) - MOST_KEPT)]:
            del self._jobs[plan_id]

"""What an operator asks: is it up, is it ready, how is it doing; and what a problem means."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from api.dependencies import EngineDep, QueueDep, ServicesDep, StoreDep
from api.http.problem_types import PROBLEM_TYPES
from api.http.problems import Refusal
from api.metrics import CONTENT_TYPE_LATEST
from api.openapi import failures
from api.schemas.operations import Health, Readiness
from api.schemas.problems import ProblemMeaning

router = APIRouter(tags=["operations"])


@router.get("/healthz", operation_id="getHealth", responses=failures("internal-error"))
async def get_health() -> Health:
    """Answer as long as the process lives."""
    return Health(status="ok")


@router.get(
    "/readyz",
    operation_id="getReadiness",
    responses=failures("internal-error", "store-unavailable", "not-ready"),
)
def get_readiness(store: StoreDep, engine: EngineDep, queue: QueueDep) -> Readiness:
    """Answer 200 while the store can be reached, and the engine and the queue are loaded."""
    matcher = engine.matcher
    queue.check_loaded()
    return Readiness(
        status="ready",
        providers=matcher.provider_count,
        cursor=matcher.cursor,
        lag_changes=max(0, store.head() - matcher.cursor),
    )


@router.get(
    "/metrics",
    operation_id="getMetrics",
    response_class=Response,
    responses={
        200: {"content": {CONTENT_TYPE_LATEST: {"schema": {"type": "string"}}}},
        **failures("internal-error"),
    },
)
def get_metrics(services: ServicesDep) -> Response:
    """Metrics in Prometheus' text format."""
    return Response(services.metrics.expose(), media_type=CONTENT_TYPE_LATEST)


@router.get(
    "/problems/{name}",
    operation_id="getProblemType",
    responses=failures("internal-error", "not-found", "invalid-request"),
)
async def get_problem_type(
    name: Annotated[str, Path(pattern="^[a-z]+(-[a-z]+)*$", max_length=64, examples=["not-found"])],
) -> ProblemMeaning:
    """Say what a problem type means and what to do about it."""
    problem = PROBLEM_TYPES.get(name)
    if problem is None:
        raise Refusal("not-found", "There is no problem type of this name.")
    return ProblemMeaning(
        type=problem.uri, title=problem.title, status=problem.status, meaning=problem.meaning
    )

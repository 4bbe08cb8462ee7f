"""/v1/plans: providers for many needs at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body
from starlette.responses import Response

from api.bodies import JsonRoute
from api.dependencies import ClockDep, CreationDep, KeyPath, PlansDep
from api.openapi import LOCATION, OF_BODY, OF_STORE, failures
from api.problems import refusing
from api.routes.examples import PLAN
from api.schemas.plans import PlanRequest, PlanStatus

router = APIRouter(prefix="/v1/plans", tags=["plans"], route_class=JsonRoute)


@router.post(
    "",
    operation_id="startPlan",
    status_code=202,
    response_model=PlanStatus,
    responses={
        202: {
            "headers": LOCATION,
            "links": {"progress": {"operationId": "getPlan", "parameters": {"id": "$response.body#/id"}}},
        },
        **failures(*OF_STORE, *OF_BODY, "not-ready", "idempotency-key-reused", "too-many-plans"),
    },
)
def start_plan(
    body: Annotated[PlanRequest, Body(openapi_examples=PLAN)],
    clock: ClockDep,
    creation: CreationDep,
    plans: PlansDep,
) -> Response:
    """Begin to plan for all open needs of a scope. Nothing is written: a plan is a proposal."""
    with refusing():
        job = plans.start(creation.new_id, body, clock.now())
    location = {"Location": f"/v1/plans/{job.id}"}
    return Response(job.answer(), 202, location, media_type="application/json")


@router.get(
    "/{id}",
    operation_id="getPlan",
    response_model=PlanStatus,
    responses=failures("not-found", "invalid-request"),
)
def get_plan(key: KeyPath, plans: PlansDep) -> Response:
    """Read how far a plan is, and its outcome once it is done. The latest plans are kept until a restart."""
    return Response(plans.get(key).answer(), media_type="application/json")

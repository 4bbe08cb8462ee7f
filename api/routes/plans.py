"""/v1/plans: providers for many needs at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body
from starlette.responses import Response

from api.acceptance import accept
from api.bodies import JsonRoute
from api.dependencies import ActDep, DeskDep, KeyPath, PlansDep, PrincipalDep
from api.http.problems import refusing
from api.identity.principal import Principal
from api.live.plans import Job, Plans
from api.openapi import LOCATION, OF_BODY, OF_STORE, failures
from api.reach import check_place
from api.routes.console_examples import ACCEPTANCE
from api.routes.examples import PLAN
from api.schemas.acceptance import AcceptanceAnswer, AcceptanceInput
from api.schemas.plans import PlanRequest, PlanStatus
from graph_models.domain.errors import NotFound

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
    act: ActDep,
    principal: PrincipalDep,
    plans: PlansDep,
) -> Response:
    """Begin to plan for all open needs of a scope. Nothing is written: a plan is a proposal.

    Without areas it is for all that the credential reaches.
    """
    if principal.within is not None:
        codes = body.area_codes or list(principal.within)  # an empty list means anywhere as well
        for code in codes:
            check_place(principal, code)
        body = body.model_copy(update={"area_codes": codes})
    with refusing():
        job = plans.start(act.new_id("plan"), body, act.at)
    location = {"Location": f"/v1/plans/{job.id}"}
    return Response(job.answer(), 202, location, media_type="application/json")


@router.get(
    "/{id}",
    operation_id="getPlan",
    response_model=PlanStatus,
    responses=failures("not-found", "invalid-request"),
)
def get_plan(key: KeyPath, principal: PrincipalDep, plans: PlansDep) -> Response:
    """Read how far a plan is, and its outcome once it is done. The latest plans are kept until a restart."""
    return Response(_own(plans, principal, key).answer(), media_type="application/json")


@router.post(
    "/{id}/acceptance",
    operation_id="acceptPlan",
    responses=failures(*OF_STORE, *OF_BODY, "not-found", "plan-not-done", "outcome-unknown"),
)
def accept_plan(
    key: KeyPath,
    body: Annotated[AcceptanceInput, Body(openapi_examples=ACCEPTANCE)],
    act: ActDep,
    principal: PrincipalDep,
    plans: PlansDep,
    desk: DeskDep,
) -> AcceptanceAnswer:
    """Ask the providers that a plan proposes, as far as needs and providers still admit it.

    Each need takes effect by itself. A request that broke off is repeated with its `Idempotency-Key`.
    """
    job = _own(plans, principal, key)
    outcomes = accept(desk, job, body.assignments, act, principal.within)
    return AcceptanceAnswer(outcomes=outcomes, held=sum(each.is_held for each in outcomes))


def _own(plans: Plans, principal: Principal, key: str) -> Job:
    """Return a plan of areas that the principal reaches."""
    job = plans.get(key)
    areas = job.request.area_codes
    if not principal.covers(tuple(areas) if areas else None):
        raise NotFound("Plan", key)
    return job

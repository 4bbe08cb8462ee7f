"""/v1/coverage: where help does not reach, why, and what would change it. Small counts are hidden."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from starlette.responses import HTMLResponse

from api.bodies import JsonRoute
from api.dependencies import CoverageDep, StoreDep
from api.http.problems import refusing
from api.openapi import OF_BODY, OF_STORE, failures
from api.reports import coverage_html
from api.routes.examples import SITES, TRIAL
from api.schemas.coverage import (
    AccessQuery,
    AreaQuery,
    CommunityList,
    CoverageSummary,
    FairnessAnswer,
    FragilityAnswer,
    GapList,
    GapQuery,
    SitesRequest,
    TrialRequest,
)
from graph_models.domain.errors import NotFound
from graph_models.domain.identifiers import CategoryId
from graph_models.domain.skills import Skill
from matcher.coverage.disclosure import (
    CategoryAccess,
    Stations,
    Trial,
    disclose_access,
    disclose_stations,
    disclose_trial,
)
from matcher.coverage.published import Coverage
from matcher.coverage.sites import propose_stations
from matcher.coverage.study import Study
from matcher.coverage.what_if import try_out

router = APIRouter(prefix="/v1/coverage", tags=["coverage"], route_class=JsonRoute)
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_READ = failures(*OF_STORE, "not-ready", "study-under-way", "rule-broken")
_ASKED = failures(*OF_STORE, *OF_BODY, "not-ready", "study-under-way")


@router.get("", operation_id="getCoverage", responses=_READ)
def summary(desk: CoverageDep) -> CoverageSummary:
    """Read the figures of the whole city: what can be served, why not all, and the proofs."""
    found = _published(desk)
    return CoverageSummary.model_validate(found)


@router.get("/gaps", operation_id="listGaps", responses={**_READ, **failures("invalid-request")})
def gaps(query: Annotated[GapQuery, Query()], desk: CoverageDep) -> GapList:
    """List open and unmet needs by area and category."""
    found = _published(desk)
    items = found.gaps_in(query.area_code, query.category_id)
    return GapList(**_about(found), items=items[: query.limit], total=len(items))


@router.get("/communities", operation_id="listReach", responses={**_READ, **failures("invalid-request")})
def communities(query: Annotated[AreaQuery, Query()], desk: CoverageDep) -> CommunityList:
    """List communities with the number of categories that nobody serves there, and hot spots of these."""
    found = _published(desk)
    return CommunityList(**_about(found), items=found.communities_in(query.area_code))


@router.get("/fragility", operation_id="getFragility", responses=_READ)
def fragility(desk: CoverageDep) -> FragilityAnswer:
    """Read which providers are the only help somewhere, and which skills one provider alone holds."""
    found = _published(desk)
    return FragilityAnswer.model_validate(found)


@router.get("/fairness", operation_id="getFairness", responses=_READ)
def fairness(desk: CoverageDep) -> FairnessAnswer:
    """Read who is asked how often, and whose needs are served."""
    found = _published(desk)
    return FairnessAnswer.model_validate(found)


@router.get(
    "/access",
    operation_id="getAccess",
    responses={**_READ, **failures("invalid-request", "not-found")},
)
def access(query: Annotated[AccessQuery, Query()], desk: CoverageDep) -> CategoryAccess:
    """Measure access to a category by two-step floating catchments."""

    def measure(study: Study) -> CategoryAccess:
        category_id = CategoryId(query.category_id)
        if category_id not in study.city.catalogue.categories:
            raise NotFound("Category", category_id)
        wanted = (query.demand, query.supply, query.decay)
        return _within(disclose_access(study.city, category_id, *wanted, k=desk.k), query.area_code)

    with refusing(is_query=True):
        return desk.ask(measure)


@router.post("/sites", operation_id="proposeSites", responses=_ASKED)
def sites(body: Annotated[SitesRequest, Body(openapi_examples=SITES)], desk: CoverageDep) -> Stations:
    """Choose communities in which to open stations. Nothing is written."""
    question = body.to_question()

    def propose(study: Study) -> Stations:
        return disclose_stations(study.city, propose_stations(study.city, question), desk.k)

    with refusing():
        return desk.ask(propose)


@router.post("/what-if", operation_id="tryChanges", responses=_ASKED)
def what_if(body: Annotated[TrialRequest, Body(openapi_examples=TRIAL)], desk: CoverageDep) -> Trial:
    """Try changes out on a copy of the city, and compare. Nothing is written."""

    def compare(study: Study) -> Trial:
        return disclose_trial(study.city, try_out(study.city, changes, study.outcome), desk.k)

    with refusing():
        changes = body.to_changes()
        return desk.ask(compare)


@router.get("/report", operation_id="getReport", response_class=HTMLResponse, responses=_READ)
def report(desk: CoverageDep, store: StoreDep) -> HTMLResponse:
    """Read the study as one page for people, which needs nothing else."""
    with refusing(is_query=True):
        study, coverage = desk.study()
    skills = (stored.value for stored in store.scan(Skill))
    page = coverage_html(coverage, study.city.catalogue.areas.all(), skills)
    return HTMLResponse(page, headers={"Content-Security-Policy": _PAGE_POLICY})


def _published(desk: CoverageDep) -> Coverage:
    with refusing(is_query=True):  # a city may be too small for any of it to be shown
        return desk.coverage()


def _about(found: Coverage) -> dict[str, Any]:
    return {"graph_revision": found.graph_revision, "made_at": found.made_at}


def _within(found: CategoryAccess, area_code: str | None) -> CategoryAccess:
    if area_code is None:
        return found
    kept = tuple(each for each in found.communities if each.area_code.startswith(area_code))
    return replace(found, communities=kept)

"""Suggestions: /v1/needs/{id}/suggestions for a stored need, /v1/suggestions for a described one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query
from starlette.responses import Response

from api.bodies import JsonRoute, written
from api.dependencies import ClockDep, EngineDep, KeyPath, PrincipalDep
from api.http.problems import Refusal, refusing
from api.identity.policy import known_residents
from api.openapi import OF_BODY, OF_STORE, failures
from api.routes.console_examples import TRIAL_WEIGHTS
from api.routes.examples import DESCRIBED_NEED
from api.schemas.common import Id
from api.schemas.suggestions import SuggestionAnswer, SuggestionQuery, SuggestionRequest
from api.schemas.trials import ProviderJudgement, TrialSuggestionAnswer, TrialSuggestionRequest
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import NeedId, ProviderId

router = APIRouter(prefix="/v1", tags=["suggestions"], route_class=JsonRoute)


@router.get(
    "/needs/{id}/suggestions",
    operation_id="suggestForNeed",
    response_model=SuggestionAnswer,
    responses=failures(*OF_STORE, "not-ready", "not-found", "invalid-request", "rule-broken"),
)
def suggest_for_need(
    key: KeyPath, query: Annotated[SuggestionQuery, Query()], engine: EngineDep, principal: PrincipalDep
) -> Response:
    """Rank the providers that can serve a stored need, best first, and say why."""
    try:
        found = engine.matcher.suggest(NeedId(key), query.limit, query.explain, principal.within)
        return written(SuggestionAnswer.of(found))
    except InvalidValue as error:
        # The stored need has no point, or a window that local time cannot tell: a change to it helps.
        raise Refusal("rule-broken", str(error)) from error


@router.get(
    "/needs/{id}/suggestions/{provider_id}",
    operation_id="judgeProvider",
    responses=failures(*OF_STORE, "not-ready", "not-found", "invalid-request", "rule-broken"),
)
def judge_provider(
    key: KeyPath, provider_id: Id, engine: EngineDep, principal: PrincipalDep
) -> ProviderJudgement:
    """Say where one provider stands for a stored need, or everything that keeps it from being suggested."""
    try:
        judged = engine.matcher.judge(NeedId(key), ProviderId(provider_id), principal.within)
    except InvalidValue as error:
        raise Refusal("rule-broken", str(error)) from error
    return ProviderJudgement.of(judged)


@router.post(
    "/needs/{id}/trial-suggestions",
    operation_id="trySuggestions",
    response_model=TrialSuggestionAnswer,
    responses=failures(*OF_STORE, *OF_BODY, "not-ready", "not-found"),
)
def try_suggestions(
    key: KeyPath,
    body: Annotated[TrialSuggestionRequest, Body(openapi_examples=TRIAL_WEIGHTS)],
    engine: EngineDep,
    principal: PrincipalDep,
) -> Response:
    """Rank providers for a stored need by other weights. Nothing is written."""
    with refusing():
        weights = body.weights.to_domain()
        found = engine.matcher.suggest(NeedId(key), body.limit, body.explain, principal.within, weights)
    return written(TrialSuggestionAnswer.of(found))


@router.post(
    "/suggestions",
    operation_id="suggestForDescription",
    response_model=SuggestionAnswer,
    responses=failures(*OF_STORE, *OF_BODY, "not-ready"),
)
def suggest_for_description(
    body: Annotated[SuggestionRequest, Body(openapi_examples=DESCRIBED_NEED)],
    clock: ClockDep,
    engine: EngineDep,
    principal: PrincipalDep,
) -> Response:
    """Rank the providers that could serve a need that is described here and stored nowhere."""
    with refusing("need"):
        found = body.ask(engine.matcher, clock.now(), known_residents(principal))
    return written(SuggestionAnswer.of(found))

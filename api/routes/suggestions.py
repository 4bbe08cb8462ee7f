"""Suggestions: /v1/needs/{id}/suggestions for a stored need, /v1/suggestions for a described one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query

from api.bodies import JsonRoute
from api.dependencies import ClockDep, EngineDep, KeyPath
from api.openapi import OF_BODY, OF_STORE, failures
from api.problems import Refusal, refusing
from api.routes.examples import DESCRIBED_NEED
from api.schemas.suggestions import SuggestionAnswer, SuggestionQuery, SuggestionRequest
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import NeedId

router = APIRouter(prefix="/v1", tags=["suggestions"], route_class=JsonRoute)


@router.get(
    "/needs/{id}/suggestions",
    operation_id="suggestForNeed",
    responses=failures(*OF_STORE, "not-ready", "not-found", "invalid-request", "rule-broken"),
)
def suggest_for_need(
    key: KeyPath, query: Annotated[SuggestionQuery, Query()], engine: EngineDep
) -> SuggestionAnswer:
    """Rank the providers that can serve a stored need, best first, and say why."""
    try:
        return SuggestionAnswer.of(engine.matcher.suggest(NeedId(key), query.limit, query.explain))
    except InvalidValue as error:
        # The stored need has no point, or a window that local time cannot tell: a change to it helps.
        raise Refusal("rule-broken", str(error)) from error


@router.post(
    "/suggestions",
    operation_id="suggestForDescription",
    responses=failures(*OF_STORE, *OF_BODY, "not-ready"),
)
def suggest_for_description(
    body: Annotated[SuggestionRequest, Body(openapi_examples=DESCRIBED_NEED)],
    clock: ClockDep,
    engine: EngineDep,
) -> SuggestionAnswer:
    """Rank the providers that could serve a need that is described here and stored nowhere."""
    with refusing("need"):
        return SuggestionAnswer.of(body.ask(engine.matcher, clock.now()))

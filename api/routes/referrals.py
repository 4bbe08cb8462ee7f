"""/v1/needs/{id}/referrals and /v1/referrals: one need offered to one provider, to its end."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query
from starlette.requests import Request
from starlette.responses import Response

from api.bodies import JsonRoute
from api.dependencies import (
    ActDep,
    DeskDep,
    EngineDep,
    ExpectedRevision,
    IfNoneMatch,
    KeyPath,
    PrincipalDep,
    StoreDep,
)
from api.http.pagination import read_page
from api.http.problems import Refusal, refusing
from api.http.resources import not_modified, tag
from api.live.engine import Engine
from api.openapi import ETAG, LOCATION, OF_BODY, OF_STORE, failures, not_modified_or, paged
from api.routes.examples import REFERRAL, TRANSITION
from api.schemas.referrals import (
    NeedReferralQuery,
    ReferralInput,
    ReferralPage,
    ReferralQuery,
    ReferralResource,
    Replayed,
    TransitionInput,
)
from graph_models.domain.audit import SuggestionRecord
from graph_models.domain.errors import InvalidValue, NotFound
from graph_models.domain.identifiers import NeedId
from graph_models.domain.needs import Need
from graph_models.domain.referrals import Referral
from matcher import evidence
from matcher.closed_loop.acts import Act
from matcher.closed_loop.records import recall

router = APIRouter(prefix="/v1", tags=["referrals"], route_class=JsonRoute)

CONFLICTS = ("need-not-open", "need-covered", "already-asked", "provider-excluded", "capacity-exceeded")
OF_CHANGE = ("not-found", "revision-conflict", "precondition-required", "idempotency-key-reused")


@router.post(
    "/needs/{id}/referrals",
    operation_id="createReferral",
    status_code=201,
    responses={
        201: {"headers": {**LOCATION, **ETAG}},
        **failures(*OF_STORE, *OF_BODY, *OF_CHANGE, *CONFLICTS, "duplicate-key", "outcome-unknown"),
    },
)
def create_referral(
    key: KeyPath,
    body: Annotated[ReferralInput, Body(openapi_examples=REFERRAL)],
    expected_revision: ExpectedRevision,
    act: ActDep,
    principal: PrincipalDep,
    desk: DeskDep,
    engine: EngineDep,
    response: Response,
) -> ReferralResource:
    """Ask a provider to serve a need: its units are held until it answers or the hold expires.

    `If-Match` names the need as the dispatcher saw it: of two who act on the same state one is told.
    """
    with refusing():
        stored = desk.offer(
            key,
            body.to_offer(act.new_id("referral")),
            act,
            expected_revision=expected_revision,
            within=principal.within,
            evidence=_evidence(engine, key, act),
        )
    response.headers["Location"] = f"/v1/referrals/{stored.value.id}"
    return ReferralResource.of(tag(response, stored))


@router.get(
    "/needs/{id}/referrals",
    operation_id="listNeedReferrals",
    responses=paged("not-found"),
)
def list_need_referrals(
    key: KeyPath,
    query: Annotated[NeedReferralQuery, Query()],
    store: StoreDep,
    principal: PrincipalDep,
    request: Request,
    response: Response,
) -> ReferralPage:
    """List the referrals of one need."""
    store.get(Need, key, within=principal.within)
    fixed = {"need_id": key}
    items, cursor = read_page(request, response, store, Referral, query, ReferralResource.of, fixed)
    return ReferralPage(items=items, next_cursor=cursor)


@router.get(
    "/referrals",
    operation_id="listReferrals",
    responses=paged(),
)
def list_referrals(
    query: Annotated[ReferralQuery, Query()],
    store: StoreDep,
    principal: PrincipalDep,
    request: Request,
    response: Response,
) -> ReferralPage:
    """List referrals in the order of their ids, a page at a time."""
    items, cursor = read_page(
        request, response, store, Referral, query, ReferralResource.of, within=principal.within
    )
    return ReferralPage(items=items, next_cursor=cursor)


@router.get(
    "/referrals/{id}",
    operation_id="getReferral",
    response_model=ReferralResource,
    responses={**not_modified_or(ETAG), **failures(*OF_STORE, "not-found", "invalid-request")},
)
def get_referral(
    key: KeyPath,
    store: StoreDep,
    principal: PrincipalDep,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> ReferralResource | Response:
    """Read one referral."""
    stored = store.get(Referral, key, within=principal.within)
    return not_modified(stored, if_none_match) or ReferralResource.of(tag(response, stored))


@router.post(
    "/referrals/{id}/transitions",
    operation_id="transitionReferral",
    responses={
        200: {"headers": ETAG},
        **failures(*OF_STORE, *OF_BODY, *OF_CHANGE, *CONFLICTS, "transition-not-allowed", "outcome-unknown"),
    },
)
def transition_referral(
    key: KeyPath,
    body: Annotated[TransitionInput, Body(openapi_examples=TRANSITION)],
    expected_revision: ExpectedRevision,
    act: ActDep,
    principal: PrincipalDep,
    desk: DeskDep,
    engine: EngineDep,
    store: StoreDep,
    response: Response,
) -> ReferralResource:
    """Take a referral into its next state. One that is there already is answered as it is."""
    hand_on = record = None
    if body.hand_on is not None:
        hand_on = body.hand_on.to_offer(act.new_id("referral"))
        need_id = store.get(Referral, key, within=principal.within).value.need_id
        record = _evidence(engine, need_id, act)
    with refusing():
        stored = desk.move(
            key,
            body.status,
            act,
            reason=body.reason,
            expected_revision=expected_revision,
            within=principal.within,
            hand_on=hand_on,
            evidence=record,
        )
    return ReferralResource.of(tag(response, stored))


@router.get(
    "/suggestion-records/{id}",
    operation_id="replaySuggestion",
    responses=failures(*OF_STORE, "not-found", "invalid-request"),
)
def replay_suggestion(key: KeyPath, store: StoreDep, principal: PrincipalDep) -> Replayed:
    """Make the list again on which a referral rests, from what was recorded with it."""
    need_id = store.get(SuggestionRecord, key).value.need_id
    if need_id not in store.get_many(Need, [need_id], within=principal.within):
        raise NotFound("SuggestionRecord", key)
    found = recall(store, key)
    return Replayed(
        id=found.record.id,
        need_id=found.record.need_id,
        created_at=found.record.created_at,
        graph_revision=found.replay.evidence.graph_revision,
        is_equal=found.replay.is_equal,
        is_as_cited=found.is_as_cited,
        provider_ids=[each.id for each in found.replay.evidence.providers],
    )


def _evidence(engine: Engine, need_id: str, act: Act) -> SuggestionRecord | None:
    """Return the list of suggestions as it stands now; None where there can be none."""
    try:
        made, result = engine.matcher.evidence_for(NeedId(need_id))
    except InvalidValue:
        return None  # the need has no place; somebody who knows it may act all the same
    except Refusal as refusal:
        if refusal.problem.name != "not-ready":
            raise
        return None
    return SuggestionRecord(
        act.new_id("suggestions"), NeedId(need_id), act.at, evidence.written(made, result)
    )

"""/v1/residents: who is helped, how they can be reached, what is stored about them, and its end."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Body, Query
from starlette.responses import Response

from api import contacts
from api.bodies import JsonRoute
from api.dependencies import (
    ActDep,
    IfNoneMatch,
    KeyPath,
    PrincipalDep,
    PrivateActDep,
    ServicesDep,
    StoreDep,
    VaultDep,
)
from api.exporting import export_resident as collect
from api.http.problems import refusing
from api.http.resources import create, not_modified, tag
from api.openapi import ETAG, LOCATION, OF_BODY, OF_STORE, failures, not_modified_or
from api.reach import check_place
from api.routes.admin_examples import CONTACT, RESIDENT
from api.schemas.events import AuditEventOutput
from api.schemas.needs import NeedResource
from api.schemas.referrals import ReferralResource
from api.schemas.residents import (
    ContactDetails,
    ContactInput,
    ContactQuery,
    ContactResource,
    ErasureOutput,
    RecordOutput,
    ResidentExport,
    ResidentInput,
    ResidentResource,
)
from graph_models.domain.errors import IdempotencyConflict
from graph_models.domain.people import Resident
from matcher.closed_loop import erasure

router = APIRouter(prefix="/v1/residents", tags=["residents"], route_class=JsonRoute)

NO_STORE = "no-store"


@router.post(
    "",
    operation_id="createResident",
    status_code=201,
    responses={
        201: {"headers": {**LOCATION, **ETAG}},
        **failures(
            *OF_STORE, *OF_BODY, "not-found", "duplicate-key", "idempotency-key-reused", "outcome-unknown"
        ),
    },
)
def create_resident(
    body: Annotated[ResidentInput, Body(openapi_examples=RESIDENT)],
    act: ActDep,
    principal: PrincipalDep,
    store: StoreDep,
    response: Response,
) -> ResidentResource:
    """Store a resident under a pseudonym; name, phone number and address are a matter of the contact."""
    check_place(principal, body.registration_code, body.residence_code)
    with refusing():
        resident = body.to_domain(act.new_id("resident"))
    # A year and a community are few enough to be guessed from a digest: the values are compared instead.
    stored = create(store, Resident, replace(act, request_digest=None), lambda: resident)
    if stored.value != resident:
        raise IdempotencyConflict(act.write_id)
    response.headers["Location"] = f"/v1/residents/{stored.value.id}"
    return ResidentResource.of(tag(response, stored))


@router.get(
    "/{id}",
    operation_id="getResident",
    response_model=ResidentResource,
    responses={**not_modified_or(ETAG), **failures(*OF_STORE, "not-found", "invalid-request")},
)
def get_resident(
    key: KeyPath,
    store: StoreDep,
    principal: PrincipalDep,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> ResidentResource | Response:
    """Read what help has to reckon with."""
    stored = contacts.resident_of(store, principal, key)
    return not_modified(stored, if_none_match) or ResidentResource.of(tag(response, stored))


@router.put(
    "/{id}/contact",
    operation_id="putContact",
    status_code=204,
    responses=failures(*OF_STORE, *OF_BODY, "not-found", "no-master-key", "outcome-unknown"),
)
def put_contact(
    key: KeyPath,
    body: Annotated[ContactInput, Body(openapi_examples=CONTACT)],
    act: PrivateActDep,
    principal: PrincipalDep,
    vault: VaultDep,
    store: StoreDep,
) -> None:
    """Store how a resident can be reached, encrypted, in place of what was there."""
    resident = contacts.resident_of(store, principal, key).value
    with refusing():
        details = body.to_domain()
    contacts.keep_contact(store, vault, act, resident, details)


@router.get(
    "/{id}/contact",
    operation_id="getContact",
    responses=failures(
        *OF_STORE, "not-found", "contact-not-open", "invalid-request", "no-master-key", "outcome-unknown"
    ),
)
def get_contact(
    key: KeyPath,
    query: Annotated[ContactQuery, Query()],
    act: PrivateActDep,
    principal: PrincipalDep,
    vault: VaultDep,
    store: StoreDep,
    response: Response,
) -> ContactResource:
    """Read how a resident can be reached, once a provider has accepted a need. It is written down who."""
    details, contact = contacts.disclose(store, vault, act, principal, key, query.purpose)
    response.headers["Cache-Control"] = NO_STORE
    told = dict(ContactDetails.model_validate(details))
    return ContactResource(**told, resident_id=contact.resident_id, changed_at=contact.changed_at)


@router.get(
    "/{id}/export",
    operation_id="exportResident",
    responses=failures(*OF_STORE, "not-found", "invalid-request", "no-master-key", "outcome-unknown"),
)
def export_resident(
    key: KeyPath, act: PrivateActDep, principal: PrincipalDep, services: ServicesDep, response: Response
) -> ResidentExport:
    """Read all that is stored about a resident; the contact is in it for the resident alone."""
    export = collect(services.store, services.vault, act, principal, key)
    response.headers["Cache-Control"] = NO_STORE
    dossier, details = export.dossier, export.details
    return ResidentExport(
        resident=ResidentResource.of(dossier.resident),
        contact=None if details is None else ContactDetails.model_validate(details),
        needs=[NeedResource.of(each) for each in dossier.needs],
        referrals=[ReferralResource.of(each) for each in dossier.referrals],
        suggestion_records=[RecordOutput.model_validate(each) for each in export.records],
        audit_events=[AuditEventOutput.model_validate(each) for each in export.events],
    )


@router.delete(
    "/{id}",
    operation_id="eraseResident",
    responses=failures(
        *OF_STORE,
        *("not-found", "live-referrals", "still-referenced", "revision-conflict"),
        *("invalid-request", "outcome-unknown"),
    ),
)
def erase_resident(
    key: KeyPath, act: PrivateActDep, principal: PrincipalDep, store: StoreDep
) -> ErasureOutput:
    """Erase a resident: contact, links, points, time windows, recorded lists. Cut short, ask again."""
    done = erasure.erase_resident(store, key, act, principal.within)
    return ErasureOutput(need_count=done.need_count, is_purged=done.is_purged)

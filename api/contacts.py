"""Contacts of residents: sealed before they are stored, opened only after it was written down who looks."""

from __future__ import annotations

from api.http.problem_types import PROBLEM_TYPES
from api.http.problems import Refusal
from api.identity.principal import Principal
from api.personal.details import PersonalDetails, Purpose
from api.personal.vault import Vault
from graph_models.domain.audit import AuditEvent
from graph_models.domain.contacts import Contact
from graph_models.domain.people import Resident
from graph_models.ports import NEW, GraphStore, Put, Stored, Within, WriteBatch
from matcher.closed_loop.acts import Act
from matcher.closed_loop.dossier import read_dossier

KIND = "Contact"


def resident_of(store: GraphStore, principal: Principal, resident_id: str) -> Stored[Resident]:
    """Return a resident whom the principal may know of; anybody else looks as if there were none.

    Raises
    ------
    NotFound
        There is none, or none for this principal.
    """
    # A resident's own credential reaches nobody else, whatever its jurisdiction.
    within: Within = principal.within if principal.acts_for(resident_id) else ()
    return store.get(Resident, resident_id, within=within)


def keep_contact(
    store: GraphStore, vault: Vault, act: Act, resident: Resident, details: PersonalDetails
) -> None:
    """Seal and store a contact in place of the one before."""
    sealed = vault.seal(resident.id, details, act.at)
    store.write(WriteBatch(act.write_id, (Put(sealed), Put(_event(act, "changed", resident.id), NEW))))


def disclose(
    store: GraphStore, vault: Vault, act: Act, principal: Principal, resident_id: str, purpose: Purpose
) -> tuple[PersonalDetails, Contact]:
    """Open a contact for somebody on the way to help; the audit trail has it before they do.

    Raises
    ------
    NotFound
        There is no such resident for this principal, or no contact.
    Refusal
        No provider has accepted one of the resident's needs.
    """
    resident = resident_of(store, principal, resident_id).value
    if not read_dossier(store, resident.id, principal.within).opens_contact:
        raise Refusal("contact-not-open", PROBLEM_TYPES["contact-not-open"].meaning)
    contact = store.get(Contact, resident.id).value
    details = vault.open(contact)
    told = _event(act, f"disclosed.{purpose}", resident.id)
    store.write(WriteBatch(act.write_id, (Put(told, NEW),)))
    return details, contact


def _event(act: Act, deed: str, resident_id: str) -> AuditEvent:
    return act.event(f"contact.{deed}", KIND, resident_id)

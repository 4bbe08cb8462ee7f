"""All that is stored about one resident, for the resident or whoever answers for the city."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from api import contacts
from api.identity.policy import may_see_contacts
from api.identity.principal import Principal
from api.personal.details import PersonalDetails
from api.personal.errors import NoMasterKey
from api.personal.vault import Vault
from graph_models.bulk import every
from graph_models.domain.audit import AuditEvent, SuggestionRecord
from graph_models.domain.contacts import Contact
from graph_models.ports import NEW, GraphStore, Put, WriteBatch
from matcher.closed_loop.acts import Act
from matcher.closed_loop.dossier import Dossier, read_dossier

# What an event about a resident can be about, beside the needs.
_KINDS = ("Resident", contacts.KIND)


@dataclass(frozen=True, slots=True)
class Export:
    """What is stored about a resident. `details` are None where they are not for who asks, or unknown."""

    dossier: Dossier
    records: tuple[SuggestionRecord, ...]
    events: tuple[AuditEvent, ...]
    details: PersonalDetails | None = field(repr=False)


def export_resident(
    store: GraphStore, vault: Vault | None, act: Act, principal: Principal, resident_id: str
) -> Export:
    """Collect what is stored about a resident; that somebody has done so is the last event of it.

    Raises
    ------
    NotFound
        There is no such resident for this principal.
    NoMasterKey
        There is a contact to be shown, and no key that opens it.
    """
    resident = contacts.resident_of(store, principal, resident_id).value
    dossier = read_dossier(store, resident.id, principal.within)
    details = _details(store, vault, principal, resident.id)
    told = [act.event("resident.exported", "Resident", resident.id)]
    if details is not None:
        told.append(act.event("contact.disclosed.export", contacts.KIND, resident.id))
    store.write(WriteBatch(act.write_id, tuple(Put(each, NEW) for each in told)))
    need_ids = [each.value.id for each in dossier.needs]
    records = [each.value for key in need_ids for each in every(store, SuggestionRecord, {"need_id": key})]
    return Export(dossier, tuple(records), tuple(_events(store, resident.id, need_ids)), details)


def _details(
    store: GraphStore, vault: Vault | None, principal: Principal, resident_id: str
) -> PersonalDetails | None:
    contact = store.get_many(Contact, [resident_id]).get(resident_id)
    if contact is None or not may_see_contacts(principal):
        return None
    if vault is None:
        raise NoMasterKey
    return vault.open(contact.value)


def _events(store: GraphStore, resident_id: str, need_ids: Sequence[str]) -> list[AuditEvent]:
    """Return the events about a resident and the needs, in the order of time."""
    own = [each.value for each in every(store, AuditEvent, {"object_id": resident_id})]
    found = {each.id: each for each in own if each.object_kind in _KINDS}
    for key in need_ids:
        found |= {each.value.id: each.value for each in every(store, AuditEvent, {"need_id": key})}
    return [found[key] for key in sorted(found)]

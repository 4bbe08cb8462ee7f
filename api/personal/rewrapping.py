"""All that was sealed by an older master key, sealed by the current one: afterwards the older can go."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from api.personal.vault import Vault
from graph_models.domain.contacts import Contact
from graph_models.domain.errors import Conflict, NotFound
from graph_models.domain.notifications import WebhookEndpoint
from graph_models.ports import GraphStore, Put, WriteBatch

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """How many values were sealed anew, and whether the files still hold them as they were before."""

    contacts: int
    webhooks: int
    is_purged: bool


def rewrap(store: GraphStore, vault: Vault) -> Rewrapped:
    """Seal everything by the current master key, while others read and write.

    Cut short, it goes on where it was. A process that still has the older key file seals by the older
    key: restart it first.

    Raises
    ------
    UnknownKey
        Something is sealed by a key that the file does not hold.
    """
    contacts = sum(_contacts_of(store, vault, key_id) for key_id in _stale_keys(store, vault))
    webhooks = sum(_webhook(store, vault, each.value.id) for each in store.scan(WebhookEndpoint))
    return Rewrapped(contacts, webhooks, store.purge())


def _stale_keys(store: GraphStore, vault: Vault) -> list[str]:
    pages = store.scan_columns(Contact, ["key_id"])
    return sorted({key_id for page in pages for key_id in page["key_id"]} - {vault.current_id})


def _contacts_of(store: GraphStore, vault: Vault, key_id: str) -> int:
    """Rewrap the contacts under one key; those that have changed meanwhile come up again."""
    count = 0
    while stale := store.page(Contact, where={"key_id": key_id}, limit=_AT_ONCE).items:
        puts = tuple(Put(vault.rewrap(each.value), each.revision) for each in stale)
        count += _write(store, puts)
    return count


def _webhook(store: GraphStore, vault: Vault, endpoint_id: str) -> int:
    """Reseal one secret; the worker may change the endpoint at the same time."""
    while found := store.get_many(WebhookEndpoint, [endpoint_id]):
        endpoint, revision = found[endpoint_id].value, found[endpoint_id].revision
        sealed = vault.reseal_text(endpoint.id, endpoint.sealed_secret)
        if sealed == endpoint.sealed_secret:
            return 0
        if _write(store, (Put(replace(endpoint, sealed_secret=sealed), revision),)):
            return 1
    return 0


def _write(store: GraphStore, puts: tuple[Put, ...]) -> int:
    """Write all, or nothing if one of them has changed; return how many were written."""
    try:
        store.write(WriteBatch(f"rewrap-{secrets.token_hex(16)}", puts))
    except (Conflict, NotFound):
        return 0
    return len(puts)

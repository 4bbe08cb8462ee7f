"""API keys in the store: issued, replaced and taken back, each with its event in the audit trail."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from api.identity import keys
from api.identity.keys import Issued
from graph_models.domain.credentials import ApiKey, Role
from graph_models.ports import NEW, ChangeSet, GraphStore, Operation, Put
from matcher.closed_loop.acts import Act
from matcher.closed_loop.once import key_in, write_once

KIND = "ApiKey"


@dataclass(frozen=True, slots=True)
class Shown:
    """A key as it is stored. `text` is there in the first answer to an act, and None in every other."""

    key: ApiKey
    text: str | None = field(repr=False)


def issue(
    store: GraphStore,
    act: Act,
    name: str,
    role: Role,
    jurisdiction: tuple[str, ...] | None,
    expires_at: datetime | None = None,
) -> Shown:
    """Make a key; a jurisdiction of None reaches everywhere."""
    issued = keys.issue(name, role, jurisdiction, now=act.at, expires_at=expires_at)
    event = act.event("apikey.created", KIND, issued.key.id)
    done = write_once(store, act, lambda: (Put(issued.key, NEW), Put(event, NEW)))
    return _shown(store, done, [issued])


def rotate(store: GraphStore, act: Act, key_id: str, overlap: timedelta) -> Shown:
    """Make a key that takes over from another one, which goes on working for a time."""
    made: list[Issued] = []

    def decide() -> tuple[Operation, ...]:
        stored = store.get(ApiKey, key_id)
        rotation = keys.rotate(stored.value, now=act.at, overlap=overlap)
        made.append(rotation.issued)
        event = act.event("apikey.rotated", KIND, key_id)
        # The new one first: by that the answer is found.
        return Put(rotation.issued.key, NEW), Put(rotation.previous, stored.revision), Put(event, NEW)

    return _shown(store, write_once(store, act, decide, moving=ApiKey), made)


def revoke(store: GraphStore, act: Act, key_id: str) -> ApiKey:
    """Take a key back at once; one that is taken back already stays as it is."""
    if store.get(ApiKey, key_id).value.revoked_at is None:
        event = act.event("apikey.revoked", KIND, key_id)

        def decide() -> tuple[Operation, ...]:
            stored = store.get(ApiKey, key_id)
            return Put(keys.revoke(stored.value, now=act.at), stored.revision), Put(event, NEW)

        write_once(store, act, decide, moving=ApiKey)
    return store.get(ApiKey, key_id).value


def _shown(store: GraphStore, done: ChangeSet, made: list[Issued]) -> Shown:
    """Return the key that an act made, with its text if it was made just now."""
    key = store.get(ApiKey, key_in(done, ApiKey)).value
    return Shown(key, next((each.text for each in made if each.key.id == key.id), None))

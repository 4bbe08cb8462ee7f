"""Whether what an earlier matcher saved is of this store, and recent enough to go on from."""

from __future__ import annotations

from hashlib import blake2b

from graph_models.bulk import behind
from graph_models.domain.providers import Provider
from graph_models.ports import ChangeSet, GraphStore
from matcher.answers import SavedMatcher
from matcher.engine import UnusableIndex

_FEW_CHANGES = 10_000  # to read so many one by one takes no time worth saving
_FAR_BEHIND = 4  # one in so many providers changed: reading all of them in order is as fast


def check_saved(store: GraphStore, saved: SavedMatcher, last: ChangeSet | None) -> None:
    """Refuse what was not saved from a store, or so long ago that loading anew is faster.

    Parameters
    ----------
    last
        The change set of the store at the cursor that was saved.

    Raises
    ------
    UnusableIndex
        If it is of no use here.
    """
    if digest_of(last) != saved.change_set:
        raise UnusableIndex("it was saved from another store, or from a later state of this one")
    most = max(_FEW_CHANGES, saved.engine.provider_count // _FAR_BEHIND)
    changed = 0
    for part in behind(store, saved.cursor):
        changed += sum(change.kind is Provider for each in part for change in each.changes)
        if changed > most:
            raise UnusableIndex("more has changed since than is read one by one")


def change_set_at(store: GraphStore, cursor: int) -> ChangeSet | None:
    """Return the change set of a sequence number, None if the store has none of it."""
    found = store.changes_since(cursor - 1, limit=1) if cursor else ()
    return found[0] if found else None


def digest_of(change_set: ChangeSet | None) -> str:
    """Return what a store is recognised by."""
    return blake2b(repr(change_set).encode(), digest_size=16).hexdigest()

"""Keys that references may point at: those of the store, and those that a load brings."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from graph_models.ports import Entity, GraphStore, key_of

Kind = type[Entity]
_LOOKUP = 5_000
_FEW = 2_000


class KnownKeys:
    """Keys that exist: in the store, or accepted earlier in this load."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._loaded: dict[Kind, set[str]] = {}
        self._stored: dict[Kind, set[str]] = {}
        self.rejected: dict[Kind, set[str]] = {}

    def add(self, kind: Kind, keys: Iterable[str]) -> None:
        """Take note of keys that this load brings."""
        self._loaded.setdefault(kind, set()).update(keys)

    def add_stored(self, kind: Kind, keys: Iterable[str]) -> None:
        """Take note of keys that the store will have before any row is written."""
        self._stored.setdefault(kind, set()).update(keys)

    def missing(self, kind: Kind, keys: Collection[str]) -> set[str]:
        """Return those of the keys that neither the load nor the store has."""
        stored = self._stored.setdefault(kind, set())
        unknown = set(keys) - self._loaded.get(kind, set()) - stored
        ordered = sorted(unknown)
        for start in range(0, len(ordered), _LOOKUP):
            stored.update(self._store.get_many(kind, ordered[start : start + _LOOKUP]))
        return unknown - stored

    def some(self, kind: Kind) -> list[str]:
        """Return a few known keys, among which a mistyped one may be recognised."""
        page = self._store.page(kind, limit=_FEW)
        stored = [key_of(each.value) for each in page.items]
        return [*stored, *list(self._loaded.get(kind, ()))[:_FEW]]

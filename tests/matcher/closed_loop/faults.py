"""Stores that fail, or change, at the wrong moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from graph_models.domain.errors import StoreUnavailable
from graph_models.ports import ChangeSet, Columns, Entity, GraphStore, WriteBatch


class Faltering:
    """A store that takes a number of writes and is away then."""

    def __init__(self, store: GraphStore, allowed: int = 0) -> None:
        self._store = store
        self.allowed = allowed

    def write(self, batch: WriteBatch) -> ChangeSet:
        if not self.allowed:
            raise StoreUnavailable("cut off")
        self.allowed -= 1
        return self._store.write(batch)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


class Meddling:
    """A store in which something else happens just before the first write, or another first call."""

    def __init__(self, store: GraphStore, deed: Callable[[], object], *, before: str = "write") -> None:
        self._store = store
        self._deeds: Iterator[Callable[[], object]] = iter([deed])
        self._before = before

    def __getattr__(self, name: str) -> object:
        asked = getattr(self._store, name)
        return self._meddled(asked) if name == self._before else asked

    def _meddled(self, call: Callable[..., object]) -> Callable[..., object]:
        def meddled(*given: object, **named: object) -> object:
            for deed in self._deeds:
                deed()
            return call(*given, **named)

        return meddled


class Torn:
    """A store whose first scan breaks off under way."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._scans = iter([self._broken()])

    def scan_columns(self, kind: type[Entity], names: Sequence[str]) -> Iterator[Columns]:
        return next(self._scans, None) or self._store.scan_columns(kind, names)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def _broken(self) -> Iterator[Columns]:
        yield from ()
        raise StoreUnavailable("cut off")

"""What an implementer provides, and the graph that the contract tests start from."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from subprocess import Popen

import pytest

from graph_models.ports import Delete, Entity, GraphStore, Put, WriteBatch
from graph_models.stores.opening import open_store
from tests.builders import FixedClock, a_category, a_need, a_provider, a_resident, some_areas, some_skills

_numbers = count(1)


class StoreFixtures:
    """Override `store_url`, and `interrupt` where the store is not this process and its children."""

    @pytest.fixture
    def store_url(self) -> str:
        """Address of an empty store, by which other processes can open it too."""
        raise NotImplementedError("return the address of an empty store")

    def interrupt(self, store_url: str, worker: Popen[str]) -> None:
        """Kill, with SIGKILL, what a crash would take down, and bring back what must run to open the store.

        The default kills the writing process itself; a store with a server kills the server and
        starts it again.
        """
        worker.kill()

    def examine(self, store_url: str) -> None:
        """Fail if the store's own integrity check finds damage."""
        raise NotImplementedError("run the store's own check, or explain why there is none")

    @pytest.fixture
    def clock(self) -> FixedClock:
        return FixedClock()

    @pytest.fixture
    def empty(self, store_url: str, clock: FixedClock) -> Iterator[GraphStore]:
        with open_store(store_url, clock) as store:
            yield store

    @pytest.fixture
    def store(self, empty: GraphStore) -> GraphStore:
        """A store that holds four areas, four skills, a category, a provider, a resident and a need."""
        put(empty, *seed())
        return empty


def seed() -> list[Entity]:
    return [*some_areas(), *some_skills(), a_category(), a_provider(), a_resident(), a_need()]


def new_id(stem: str = "w") -> str:
    """A write id that this run has not used."""
    return f"{stem}-{next(_numbers)}"


def put(store: GraphStore, *values: Entity) -> None:
    """Create or replace values in one batch."""
    store.write(WriteBatch(new_id(), tuple(map(Put, values))))


def delete(store: GraphStore, kind: type[Entity], *keys: str) -> None:
    """Remove values in one batch."""
    store.write(WriteBatch(new_id(), tuple(Delete(kind, key) for key in keys)))

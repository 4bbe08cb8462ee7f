"""What an implementer provides, and the graph that the contract tests start from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from subprocess import Popen

import pytest

from graph_models.ports import Delete, Entity, GraphStore, Put, WriteBatch
from graph_models.stores.opening import open_store
from tests.builders import FixedClock, a_category, a_need, a_provider, a_resident, some_areas, some_skills

_numbers = count(1)


class StoreFixtures:
    """An implementer overrides `store_url` and `examine`, and `interrupt` where there is a server."""

    @pytest.fixture
    def store_url(self) -> str:
        """Address of an empty store, by which other processes can open it too."""
        pytest.fail("an implementer has to override this fixture: return the address of an empty store")

    @pytest.fixture
    def examine(self) -> Callable[[], None]:
        """Run the store's own integrity check, and fail if it finds damage."""
        pytest.fail(
            "an implementer has to override this fixture: return a function that runs the store's own check"
        )

    @pytest.fixture
    def interrupt(self) -> Callable[[Popen[str]], None]:
        """Kill, with SIGKILL, what a crash would take down, then bring back what the store needs to open.

        The default kills the writing process that is given; a store with a server kills that one and
        starts it again.
        """
        return Popen.kill

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

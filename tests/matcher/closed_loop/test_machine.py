"""The state machine on both stores, short; `LASTMETER_BATTERY` makes it long."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from graph_models.ports import GraphStore
from graph_models.stores.opening import open_store
from tests.battery.figures import FULL, record, runs
from tests.builders import FixedClock
from tests.conftest import Neo4jServer
from tests.matcher.closed_loop.machine import LoopMachine

EXAMPLES, STEPS = 2_000, 50


def chosen(examples: int, steps: int) -> settings:
    return settings(
        max_examples=runs(examples, EXAMPLES),
        stateful_step_count=STEPS if FULL else steps,
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )


def tell(store: str, examples: int) -> None:
    """Keep the figures; no example fails, or this is not reached."""
    figures = {"runs": runs(examples, EXAMPLES), "of": EXAMPLES, "most_steps": STEPS}
    record("any sequence of steps, against a model", store, **figures, lost=0, doubled=0)


@pytest.mark.timeout(7_200 if FULL else 300)
def test_sqlite(tmp_path: Path) -> None:
    """Each example on a file of its own."""
    numbers = count()

    class OnSqlite(LoopMachine):
        def __init__(self) -> None:
            super().__init__()
            self.path = tmp_path / f"{next(numbers)}.db"
            self.store: GraphStore = open_store(f"sqlite:///{self.path}", FixedClock())

        def teardown(self) -> None:
            super().teardown()
            self.store.close()
            for each in tmp_path.glob(f"{self.path.name}*"):
                each.unlink()

    run_state_machine_as_test(OnSqlite, settings=chosen(100, 30))  # type: ignore[no-untyped-call]
    tell("sqlite", 100)


@pytest.mark.neo4j
@pytest.mark.timeout(7_200 if FULL else 300)
def test_neo4j(neo4j_server: Neo4jServer) -> None:
    """Each example on an emptied database."""

    class OnNeo4j(LoopMachine):
        def __init__(self) -> None:
            super().__init__()
            neo4j_server.empty()
            self.store: GraphStore = open_store(neo4j_server.store_url, FixedClock())

        def teardown(self) -> None:
            super().teardown()
            self.store.close()

    run_state_machine_as_test(OnNeo4j, settings=chosen(5, 20))  # type: ignore[no-untyped-call]
    tell("neo4j", 5)

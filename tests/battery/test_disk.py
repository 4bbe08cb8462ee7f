"""A service whose disk is full, or whose file may not be written: writes are refused, reads go on."""

from __future__ import annotations

import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from api.app import create_app
from api.clock import SystemClock
from api.settings import Settings
from graph_models.domain.referrals import Referral
from graph_models.ports import GraphStore
from graph_models.stores.opening import open_store
from tests.api.conftest import put_city
from tests.api.servers import ADMIN_TOKEN, AS_ADMIN, servers, wait_until_ready
from tests.battery.clients import NO_BUDGETS
from tests.battery.figures import record, runs
from tests.battery.invariants import check_everything
from tests.builders import a_need, a_provider
from tests.graph_models.stores.test_sqlite_failures import unprivileged
from tests.matcher.closed_loop.towns import put

NEEDS, TIMES = 40, runs(1, 5)
ROOM_BYTES = 200_000
pytestmark = pytest.mark.timeout(1_200)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that another user can reach as well."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


@pytest.fixture
def store(folder: Path) -> Iterator[GraphStore]:
    with open_store(f"sqlite:///{folder / 'city.db'}", SystemClock()) as opened:
        put_city(opened)
        put(opened, *(a_provider(f"q{number}", skills=()) for number in range(NEEDS * TIMES)))
        put(opened, *(a_need(f"q{number}") for number in range(NEEDS * TIMES)))
        yield opened


def offer(client: httpx2.Client | TestClient, number: int) -> Any:
    headers = {"Idempotency-Key": f"key-{number}", "If-Match": '"1"'}
    body = {"provider_id": f"q{number}"}
    return client.post(f"/v1/needs/q{number}/referrals", json=body, headers=headers)


def check_refused(client: httpx2.Client | TestClient, number: int) -> None:
    """The write is refused with a typed problem, and what is there can be read and suggested from."""
    answer = offer(client, number)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/store-unavailable")
    assert answer.headers["retry-after"]
    assert client.get(f"/v1/needs/q{number}").status_code == 200
    assert client.get("/v1/needs/need-1/suggestions").status_code == 200


def test_full_disk(store: GraphStore, folder: Path) -> None:
    """The process may make no file larger, again and again; with room again it goes on as if nothing was."""
    acknowledged = refused = 0
    numbers = count()
    with servers(folder, f"sqlite:///{folder / 'city.db'}") as start:
        server = start(**NO_BUDGETS)
        _, most = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        with server.client() as client:
            for _ in range(TIMES):
                size = (folder / "city.db-wal").stat().st_size
                resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size + ROOM_BYTES, most))
                while offer(client, number := next(numbers)).status_code == 201:
                    acknowledged += 1
                check_refused(client, number)
                refused += 1
                resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (most, most))
                assert offer(client, number).status_code == 201
                acknowledged += 1
        assert store.count(Referral) == acknowledged
        assert acknowledged > refused > 0
        check_everything(store)
    record(
        "disk full",
        "sqlite",
        runs=TIMES,
        of=5,
        faults=TIMES,
        acknowledged=acknowledged,
        refused_typed=refused,
        lost=0,
        doubled=0,
    )


def test_read_only_file(store: GraphStore, folder: Path) -> None:
    """A service that may only read its file serves what is in it; one that may write goes on from there."""
    with served(folder) as client:
        # The engine is compiled by now: its cache need not be readable for the other user.
        assert client.get("/v1/needs/need-1/suggestions").status_code == 200
    for number in range(TIMES):
        with unprivileged(folder), served(folder) as client:
            check_refused(client, number)
        assert store.count(Referral) == number
        with served(folder) as client:
            assert offer(client, number).status_code == 201
    check_everything(store)
    record(
        "read-only file",
        "sqlite",
        runs=TIMES,
        of=5,
        faults=TIMES,
        acknowledged=TIMES,
        refused_typed=TIMES,
        lost=0,
        doubled=0,
    )


@contextmanager
def served(folder: Path) -> Iterator[TestClient]:
    """The service in this process, by which it has the rights that this one has just now."""
    url = f"sqlite:///{folder / 'city.db'}"
    app = create_app(Settings(store_url=url, admin_token=SecretStr(ADMIN_TOKEN), keep_index=False))
    with TestClient(app, headers=AS_ADMIN) as client:
        wait_until_ready(client)
        yield client

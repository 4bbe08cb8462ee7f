"""A small Guangzhou in a real SQLite file, copied for each test, behind an application of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.client import LastMeter
from api.settings import Settings
from graph_models.bulk import put_all
from graph_models.city.menu import load_menu
from graph_models.domain.identifiers import AreaCode, SkillId
from graph_models.domain.places import Location
from graph_models.domain.skills import SkillOffer
from graph_models.ports import GraphStore
from graph_models.stores.sqlite.store import SqliteStore
from tests.api.command_line import demo_file as demo_file  # a fixture, like the next one
from tests.api.command_line import run as run
from tests.api.servers import ADMIN_TOKEN, AS_ADMIN, PATIENCE_SECONDS, Start, servers, wait_until_ready
from tests.builders import DISTRICT, NOW, FixedClock, a_need, a_provider, a_resident, some_areas

BATHING = (
    SkillOffer(SkillId("personal_care.bathing"), 0.8),
    SkillOffer(SkillId("personal_care.feeding"), 0.6),
)

Client = Callable[..., TestClient]


def some_providers() -> list[Any]:
    """Two volunteers at different distances, an idle charity, and a volunteer who is away."""
    return [
        a_provider("volunteer-1", skills=BATHING, verified_at=NOW),
        a_provider("volunteer-2", skills=BATHING, verified_at=NOW, location=Location(23.12, 113.25)),
        a_provider(
            "charity-1",
            kind="charity",
            skills=BATHING,
            verified_at=NOW,
            location=Location(23.12, 113.24),
            community_code=None,
            serves=(AreaCode(DISTRICT),),
        ),
        a_provider("volunteer-3", skills=BATHING, verified_at=NOW, is_active=False),
    ]


@pytest.fixture(scope="session")
def city_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service menu, one community with all around it, four providers, a resident with a need."""
    path = tmp_path_factory.mktemp("city") / "city.db"
    with SqliteStore(path, FixedClock()) as store:
        put_city(store)
    return path


def put_city(store: GraphStore) -> None:
    menu = load_menu()
    values = [
        *some_areas(),
        *menu.skills,
        *menu.categories,
        *some_providers(),
        a_resident("resident-1"),
        a_need("need-1", resident_id="resident-1"),
    ]
    for _ in put_all(store, values, load_id="test-city"):
        pass


@pytest.fixture
def store_path(city_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(city_file, tmp_path / "city.db"))


@pytest.fixture
def start(store_path: Path, tmp_path: Path) -> Iterator[Start]:
    """Start server processes on the test's own store; settings can be given."""
    with servers(tmp_path, f"sqlite:///{store_path}") as run:
        yield run


@pytest.fixture
def open_client(store_path: Path) -> Iterator[Client]:
    """Start an application on the test's own store; settings and parts can be given."""
    clients: list[TestClient] = []

    def start(*, clock: Any = None, store: Any = None, is_ready: bool = True, **settings: Any) -> TestClient:
        url = f"sqlite:///{store_path}"
        fixed = {"store_url": url, "admin_token": ADMIN_TOKEN, "request_seconds": PATIENCE_SECONDS}
        given = Settings(**{**fixed, **settings})
        app = create_app(given, clock=clock or FixedClock(), store=store)
        client = TestClient(app, headers=AS_ADMIN)
        clients.append(client)
        client.__enter__()
        if is_ready:
            wait_until_ready(client)
        return client

    yield start
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def client(open_client: Client) -> TestClient:
    return open_client()


@pytest.fixture
def last_meter(client: TestClient) -> LastMeter:
    """The Python client, on an application in this process."""
    return in_process(client)


def in_process(client: TestClient, token: str = ADMIN_TOKEN, **options: Any) -> LastMeter:
    given = {"transport": client._transport, **options}
    return LastMeter(str(client.base_url), token, **given)


def problem_of(response: Any, name: str) -> Any:
    """The body of a response that must be this problem, after its shape was checked."""
    from api.http.problem_types import PROBLEM_TYPES

    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"/problems/{name}", problem
    assert problem["title"] == PROBLEM_TYPES[name].title
    assert problem["status"] == response.status_code == PROBLEM_TYPES[name].status
    assert problem["request_id"] == response.headers["x-request-id"]
    assert problem.keys() == {"type", "title", "status", "detail", "request_id", "errors"}
    assert all(fault.keys() == {"in", "pointer", "detail"} for fault in problem["errors"])
    return problem


def pointers(problem: Any) -> set[str]:
    return {fault["pointer"] for fault in problem["errors"]}

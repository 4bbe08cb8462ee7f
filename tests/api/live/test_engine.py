"""Loading the engine: in the background, again while the store is away, and not for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import isnan
from pathlib import Path
from threading import Event, Thread

import pytest

from api.http.problems import Refusal
from api.live import loading
from api.live.engine import Engine
from graph_models.domain.errors import StoreUnavailable
from graph_models.ports import NEW, Put, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from matcher.parameters import default_parameters
from matcher.use_cases import LiveMatcher
from tests.api.conftest import Client, problem_of
from tests.api.servers import wait_until_ready
from tests.builders import FixedClock, a_category


def wait_for(is_true: Callable[[], bool], seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_loaded(engine: Engine) -> bool:
    return not isnan(engine.size())


def test_without_engine_the_rest_is_served(open_client: Client, store_path: Path, tmp_path: Path) -> None:
    """Parameters for a category that the menu lacks: not ready until it is loaded, but needs are served."""
    text = Path("matcher/parameters.toml").read_text(encoding="utf-8")
    weights = text.partition("[weights.default]")[2].partition("#")[0]
    path = tmp_path / "parameters.toml"
    path.write_text(f"{text}\n[weights.categories.no_such]{weights}", encoding="utf-8")
    client = open_client(is_ready=False, parameters_file=path)
    for response in (client.get("/readyz"), client.get("/v1/needs/need-1/suggestions")):
        problem_of(response, "not-ready")
        assert response.headers["retry-after"] == "1"
    assert client.get("/v1/needs/need-1").status_code == 200
    assert client.get("/healthz").status_code == 200
    with SqliteStore(store_path, FixedClock()) as store:
        store.write(WriteBatch("menu", (Put(a_category("no_such", required_skills=()), NEW),)))
    wait_until_ready(client)


def test_it_is_not_ready_until_it_is_loaded(store_path: Path) -> None:
    """While loading takes its time, asking is refused at once."""
    may_load = Event()
    with SqliteStore(store_path, FixedClock()) as store:

        def load() -> LiveMatcher:
            may_load.wait()
            return LiveMatcher(store, FixedClock(), default_parameters())

        engine = Engine(store, load)
        with pytest.raises(Refusal, match="being loaded"):
            _ = engine.matcher
        assert isnan(engine.size())
        assert isnan(engine.lag())
        may_load.set()
        wait_for(lambda: is_loaded(engine))
        assert (engine.size(), engine.lag()) == (4, 0)
        engine.join()


def test_it_is_loaded_when_the_store_comes_back(store_path: Path) -> None:
    """A database that starts later than the service needs no restart of it."""
    attempts = 0
    with SqliteStore(store_path, FixedClock()) as store:

        def load() -> LiveMatcher:
            nonlocal attempts
            attempts += 1
            if attempts == 1:
                raise StoreUnavailable("starting")
            return LiveMatcher(store, FixedClock(), default_parameters())

        engine = Engine(store, load)
        wait_for(lambda: is_loaded(engine))
        assert attempts == 2
        engine.join()


def test_closing_does_not_wait_for_a_store_that_is_away(
    store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that never became ready can be stopped."""

    monkeypatch.setattr(loading, "FIRST_PAUSE_SECONDS", 3_600.0)
    has_tried = Event()

    def load() -> LiveMatcher:
        has_tried.set()
        raise StoreUnavailable("away")

    with SqliteStore(store_path, FixedClock()) as store:
        engine = Engine(store, load)
        has_tried.wait()
        engine.cancel()
        closing = Thread(target=engine.join, daemon=True)
        closing.start()
        closing.join(timeout=60)
        assert not closing.is_alive()


def test_closing_the_store_ends_a_load(store_path: Path) -> None:
    """Loading a country takes minutes; stopping the service must not."""
    is_loading = Event()
    store = SqliteStore(store_path, FixedClock())

    def load() -> LiveMatcher:
        is_loading.set()
        while True:
            store.head()

    engine = Engine(store, load)
    is_loading.wait()
    engine.cancel()
    store.close()
    engine.join()
    assert isnan(engine.size())

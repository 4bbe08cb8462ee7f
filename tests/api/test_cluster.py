"""A plan on a Dask cluster: a scheduler and workers that are processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from api.cli import main
from api.clock import SystemClock
from api.cluster import Cluster, ProviderSource, connected
from api.commands.demo import this_monday
from api.schemas.plans import PlanOutput
from graph_models.domain.errors import LastMeterError
from graph_models.ports import GraphStore
from graph_models.stores.opening import open_store
from matcher.catalogue import read_catalogue
from matcher.city_plans import PlanSource, plan_city
from matcher.engine import PairFinder
from matcher.parameters import default_parameters
from matcher.planning import PlanScope
from matcher.use_cases import LiveMatcher
from tests.builders import FixedClock

NOW = this_monday(SystemClock().now())
Tell = Callable[[str, int, int], None]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A demo city in a file."""
    address = f"sqlite:///{tmp_path_factory.mktemp('cluster')}/city.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["lastmeter", "--store", address, "demo", "--scale", "0.01", "--json"])
        with pytest.raises(SystemExit):
            main()
    return address


@pytest.fixture(scope="module")
def store(url: str) -> Iterator[GraphStore]:
    with open_store(url, FixedClock(NOW), must_exist=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def of_one_process(store: GraphStore) -> str:
    """The whole answer of one process, as text."""
    matcher = LiveMatcher(store, FixedClock(NOW), default_parameters())
    return PlanOutput.of(matcher.plan(PlanScope(), lambda *_: None)).model_dump_json()


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command of Dask until the end of the block."""
    with (folder / "dask.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "dask", *arguments], stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def a_scheduler(folder: Path) -> Iterator[str]:
    """The address of a scheduler without workers."""
    told = folder / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(told))
    with started(folder, "scheduler", *options):
        wait_for(lambda: told.exists() and told.read_text().rstrip().endswith("}"))
        yield json.loads(told.read_text())["address"]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Connected to a scheduler with three workers, of which a test may kill one."""
    folder = tmp_path_factory.mktemp("dask")
    options = ("--no-nanny", "--no-dashboard", "--nthreads", "1", "--local-directory", str(folder))
    with a_scheduler(folder) as address:
        worker = partial(started, folder, "worker", address, *options)
        with worker(), worker(), worker(), connected(address) as connection:
            connection.wait_for_workers(3, timeout=60)
            yield connection


def wait_for(is_so: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to be in time"
        time.sleep(0.05)


def source_of(url: str, graph_revision: int) -> ProviderSource:
    opener = partial(open_store, url, SystemClock(), must_exist=True)
    return ProviderSource(opener, graph_revision, default_parameters())


def planned(store: GraphStore, finder_for: Callable[[Any], PairFinder], tell: Tell) -> str:
    catalogue = read_catalogue(store, default_parameters())
    source = PlanSource(store, store.head(), catalogue, NOW)
    return PlanOutput.of(plan_city(source, PlanScope(), finder_for, tell)).model_dump_json()


def test_a_worker_that_is_killed_does_not_change_the_plan(
    url: str, store: GraphStore, of_one_process: str, client: Client
) -> None:
    """Every byte is that of one process, also when a worker with a shard dies while pairs are searched."""
    cluster = Cluster(client, source_of(url, store.head()))
    told: list[tuple[str, int, int]] = []
    assert planned(store, cluster.finder_for, lambda *stage: told.append(stage)) == of_one_process
    searched = [done for stage, done, _ in told if stage == "search"]
    assert len(searched) > 1
    processes = client.run(os.getpid)
    killed: list[str] = []

    def kill_one(stage: str, done: int, total: int) -> None:
        if stage == "search" and done < total and not killed:
            held = {key: who for key, who in client.who_has().items() if key.startswith("load_shard") and who}
            killed.append(*next(iter(held.values())))
            os.kill(processes[killed[0]], signal.SIGKILL)

    assert planned(store, cluster.finder_for, kill_one) == of_one_process
    assert len(killed) == 1
    assert set(client.nthreads()) == set(processes) - set(killed)


def test_a_worker_whose_store_is_behind_is_not_believed(url: str, store: GraphStore, client: Client) -> None:
    """A copy of the store that lacks the last change sets is refused by name."""
    cluster = Cluster(client, source_of(url, store.head() + 1))
    with pytest.raises(LastMeterError, match="behind the store that the plan is made from"):
        planned(store, cluster.finder_for, lambda *_: None)


class TestCommand:
    def run(self, monkeypatch: pytest.MonkeyPatch, url: str, scheduler: str) -> None:
        command = ["lastmeter", "--store", url, "plan", "--scheduler", scheduler, "--json"]
        monkeypatch.setattr("sys.argv", command)
        main()

    def test_prints_the_plan(
        self,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        url: str,
        client: Client,
    ) -> None:
        """`--scheduler` gives the same object; a store named relative to the folder is found by workers."""
        path = Path(url.removeprefix("sqlite:///"))
        monkeypatch.chdir(path.parent)
        with pytest.raises(SystemExit):
            self.run(monkeypatch, f"sqlite:///{path.name}", client.scheduler.address)
        printed = json.loads(capsys.readouterr().out)
        assert printed["certificate"]["is_most_served"]
        assert printed["result"]["needs"] == 443

    def test_says_what_is_missing(
        self,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        url: str,
        tmp_path: Path,
    ) -> None:
        """No workers, no scheduler and no Dask are each told in one line."""
        with a_scheduler(tmp_path) as idle:
            for address, message in ((idle, "has no workers"), ("no address", "no Dask scheduler answers")):
                with pytest.raises(SystemExit) as ended:
                    self.run(monkeypatch, url, address)
                assert (ended.value.code, message in capsys.readouterr().err) == (1, True)
        monkeypatch.delitem(sys.modules, "api.cluster")
        monkeypatch.setitem(sys.modules, "distributed", None)
        with pytest.raises(SystemExit) as ended:
            self.run(monkeypatch, url, idle)
        assert (ended.value.code, "pip install lastmeter[cluster]" in capsys.readouterr().err) == (1, True)

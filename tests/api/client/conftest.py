"""What stands between client and service in these tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from api.client import LastMeter, Waiting
from tests.api.client.proxies import Proxy, proxies
from tests.api.conftest import Client, in_process
from tests.api.credentials import key_file
from tests.api.servers import Server, servers

StartProxy = Callable[[int], Proxy]


@dataclass
class Waits:
    """Waits that take no time and are written down; the dice always show one half."""

    seconds: list[float] = field(default_factory=list)

    @property
    def waiting(self) -> Waiting:
        return Waiting(longest_seconds=30.0, sleep=self.seconds.append, draw=lambda: 0.5)


@dataclass
class Lossy(httpx2.BaseTransport):
    """Answers with the troubles that are given, one a request, then hands requests on.

    An error is raised once the request was served: its answer is lost.
    """

    below: httpx2.BaseTransport
    troubles: list[httpx2.Response | Exception]
    seen: list[httpx2.Request] = field(default_factory=list)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        trouble = self.troubles.pop(0) if self.troubles else None
        if isinstance(trouble, httpx2.Response):
            return trouble
        response = self.below.handle_request(request)
        if trouble is not None:
            response.close()
            raise trouble
        return response


@pytest.fixture(scope="module")
def server(city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server process for all tests of a module that leave it alive."""
    folder = tmp_path_factory.mktemp("server")
    shutil.copy(city_file, folder / "city.db")
    with servers(folder, f"sqlite:///{folder / 'city.db'}") as start:
        yield start()


@pytest.fixture
def proxy(server: Server, start_proxy: StartProxy) -> Proxy:
    """A proxy in front of it."""
    return start_proxy(server.port)


@pytest.fixture
def sealing(open_client: Client, tmp_path: Path) -> TestClient:
    """An application with master keys, that sends webhooks to this machine; the engine is not waited for."""
    return open_client(is_ready=False, keys_file=key_file(tmp_path), webhooks_to_loopback=True)


@pytest.fixture
def admin(sealing: TestClient) -> LastMeter:
    return in_process(sealing)


@pytest.fixture
def forgetful(sealing: TestClient, waits: Waits) -> LastMeter:
    """The same, of whose first request the answer is lost."""
    lossy = Lossy(sealing._transport, [httpx2.ReadTimeout("lost")])
    return in_process(sealing, transport=lossy, waiting=waits.waiting)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def start_proxy() -> Iterator[StartProxy]:
    """Start proxies in front of servers."""
    with proxies() as start:
        yield start

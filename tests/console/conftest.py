"""A demo city behind a real server, and desks in a real Chromium that watch what their pages do."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from api.console.assets import is_built
from tests.api.servers import PATIENCE_SECONDS, Server, Start, servers
from tests.console import chromium as chromiums
from tests.console.cities import CityFile, make_city
from tests.console.desk import Desk
from tests.console.network import Gateway, gateway
from tests.console.watch import Watch

Sit = Callable[..., Desk]
SETTINGS = {"HEARTBEAT_SECONDS": "1"}  # so that nobody waits long for a session to end


def lacking(reason: str) -> None:
    """Leave these tests out on a laptop; a build that is to tell the truth fails."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


# Of this package: Playwright's loop in the main thread is in the way of tests elsewhere that run their own.
@pytest.fixture(scope="package")
def way_out() -> Iterator[Gateway]:
    with gateway() as made:
        yield made


@pytest.fixture(scope="package")
def chromium(way_out: Gateway) -> Iterator[Browser]:
    if not is_built():
        lacking("the console is not built; run `make console`")
    try:
        with chromiums.chromium(way_out) as browser:
            yield browser
    except chromiums.NoChromium as error:
        lacking(str(error))


@pytest.fixture(scope="session")
def demo_city(tmp_path_factory: pytest.TempPathFactory) -> CityFile:
    """Made once; what tests work on are copies."""
    return make_city(tmp_path_factory.mktemp("city") / "city.db")


@dataclass
class Town:
    """A copy of the city, and the server that it is behind; it can be started again where it was."""

    server: Server
    path: Path
    credentials: dict[str, str]
    _start: Start
    _secret: str

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.server.port}"

    def restart(self) -> None:
        self.server = self._start(PORT=str(self.server.port), SESSION_SECRET=self._secret, **SETTINGS)

    def get(self, address: str, **query: Any) -> Any:
        with self.server.client() as client:
            return client.get(address, params=query).raise_for_status().json()

    def open_needs(self) -> Iterator[str]:
        """Those that nobody was ever asked for and somebody could serve, the most urgent first."""
        for item in self.get("/v1/queue", state="open", limit=50)["items"]:
            if item["referral_status"] is None and self.suggested(item["need_id"]):
                yield item["need_id"]

    def suggested(self, need_id: str) -> list[dict[str, Any]]:
        return list(self.get(f"/v1/needs/{need_id}/suggestions")["suggestions"])

    def referrals(self, need_id: str) -> list[dict[str, Any]]:
        return list(self.get(f"/v1/needs/{need_id}/referrals")["items"])

    def coverage(self) -> dict[str, Any]:
        """The study of the city, once it has been made."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        with self.server.client() as client:
            while (answer := client.get("/v1/coverage")).status_code == 503:
                assert time.monotonic() < deadline, "the study was not made in time"
                time.sleep(0.2)
            return dict(answer.raise_for_status().json())

    def issue(self, name: str, role: str) -> str:
        """Issue a key for everywhere, for a test that takes it back."""
        body = {"name": name, "role": role, "jurisdiction": None}
        with self.server.client() as client:
            return str(client.post("/v1/api-keys", json=body).raise_for_status().json()["text"])

    def change(self, address: str, **changes: Any) -> None:
        """Change a need or a provider from elsewhere."""
        with self.server.client() as client:
            found = client.get(address).raise_for_status()
            seen = {"If-Match": found.headers["etag"], "Content-Type": "application/merge-patch+json"}
            client.patch(address, json=changes, headers=seen).raise_for_status()

    def offer(self, need_id: str, provider_id: str, units: int) -> None:
        """Ask a provider from elsewhere."""
        need = self.get(f"/v1/needs/{need_id}")
        seen = {"If-Match": f'"{need["revision"]}"', "Idempotency-Key": secrets.token_hex(16)}
        body = {"provider_id": provider_id, "units": units}
        with self.server.client() as client:
            client.post(f"/v1/needs/{need_id}/referrals", json=body, headers=seen).raise_for_status()

    def take(self, need_id: str) -> None:
        """Ask providers from elsewhere until no unit of a need is open."""
        held = sum(int(each["units"]) for each in self.referrals(need_id))
        while (left := int(self.get(f"/v1/needs/{need_id}")["units"]) - held) > 0:
            best = self.suggested(need_id)[0]
            held += min(left, best["remaining_units"])
            self.offer(need_id, best["provider_id"], min(left, best["remaining_units"]))


@pytest.fixture(scope="package")
def shared_town(demo_city: CityFile, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One for all tests: each takes needs that are still open, and asks the service what to expect."""
    folder = tmp_path_factory.mktemp("town")
    path = Path(shutil.copy(demo_city.path, folder / "city.db"))
    secret = secrets.token_urlsafe(36)
    with servers(folder, f"sqlite:///{path}") as start:
        server = start(SESSION_SECRET=secret, **SETTINGS)
        yield Town(server, path, demo_city.credentials, start, secret)


@pytest.fixture
def town(shared_town: Town) -> Town:
    """With a server that is there, whatever the test before has done to it."""
    if shared_town.server.process.poll() is not None:
        shared_town.restart()
    return shared_town


@pytest.fixture
def sit(chromium: Browser, town: Town, way_out: Gateway) -> Iterator[Sit]:
    """Open a window, in English unless told otherwise; at the end none may have done what it must not."""
    desks: list[Desk] = []
    way_out.asked_for.clear()

    def open_window(who: str | None = None, address: str = "work", **options: Any) -> Desk:
        settings = {"locale": "en-GB", "timezone_id": "Asia/Shanghai", "viewport": chromiums.WINDOW}
        context = chromium.new_context(**{**settings, **options})
        desk = Desk(context.new_page(), Watch(context, town.origin))
        desks.append(desk)
        if who is not None:
            desk.sign_in(town.credentials[who], address)
        return desk

    yield open_window
    for desk in desks:
        desk.page.context.close()
    assert [fault for desk in desks for fault in desk.watch.faults] == []
    assert way_out.asked_for == []

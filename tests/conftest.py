"""Fixtures shared by all tests: one real Neo4j server for the whole run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings
from neo4j import Driver, GraphDatabase

from graph_models.stores import local_neo4j

MUST_HAVE_NEO4J = bool(os.environ.get("CI")) or os.environ.get("LASTMETER_REQUIRE_NEO4J") == "1"
# A machine that does other work as well is slow to draw examples; that says nothing of the code.
settings.register_profile("lastmeter", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lastmeter")
SHARED = {"neo4j_server": "neo4j", "chromium": "chromium"}  # fixtures, and the group of those that use them
# The quick compiler and collector: a test server spends its life starting, not at full speed.
RESOURCES = local_neo4j.Resources(512, 128, ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"))

# Ends the server when this process does, even if it is killed: its standard input then closes.
_GUARD = """
import sys
from pathlib import Path
from graph_models.stores import local_neo4j
sys.stdin.read()
local_neo4j.kill(Path(sys.argv[1]))
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each file to one worker, so that fixtures are made once; those that share a program, to one."""
    for item in items:
        used = getattr(item, "fixturenames", ())
        group = next((name for fixture, name in SHARED.items() if fixture in used), str(item.path))
        item.add_marker(pytest.mark.xdist_group("neo4j" if item.get_closest_marker("neo4j") else group))


@dataclass
class Neo4jServer:
    """A server for tests, and its folder if it was started by them."""

    url: str
    user: str
    password: str
    home: Path | None

    @property
    def store_url(self) -> str:
        """Address with credentials, by which any process can open the store."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{self.user}:{self.password}@{parts.netloc}"

    def driver(self) -> Driver:
        """A plain driver, to look at the server past the store."""
        return GraphDatabase.driver(
            self.url, auth=(self.user, self.password), notifications_min_severity="OFF"
        )

    def empty(self) -> None:
        """Remove all data; constraints and indexes stay, so the next test starts at once."""
        with self.driver() as driver:
            driver.execute_query("MATCH (n) WHERE NOT n:ChangeFeed DETACH DELETE n")
            driver.execute_query("MATCH (n:ChangeFeed) SET n.sequence = 0")

    def crash(self) -> None:
        """End the server as a power cut would, and start it again at the same address."""
        assert self.home is not None, "a server that was given is not ours to kill"
        local_neo4j.kill(self.home)
        self.start()

    def start(self) -> None:
        """Start the server at the same address."""
        assert self.home is not None
        local_neo4j.start(self.home, port=int(self.url.rpartition(":")[2]), resources=RESOURCES)


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    """One Neo4j for the whole run; without access to its jars a laptop skips, CI fails."""
    if given := os.environ.get("LASTMETER_TEST_NEO4J_URL"):
        parts = urlsplit(given)
        url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        yield Neo4jServer(url, parts.username or "neo4j", parts.password or "", None)
        return
    home = tmp_path_factory.mktemp("neo4j")
    guard = subprocess.Popen([sys.executable, "-c", _GUARD, str(home)], stdin=subprocess.PIPE)
    try:
        server = local_neo4j.start(home, port=local_neo4j.ANY_PORT, resources=RESOURCES)
        yield Neo4jServer(server.url, server.user, server.password, home)
    except (local_neo4j.JarsUnavailable, local_neo4j.ExtraNotInstalled) as error:
        if MUST_HAVE_NEO4J:
            raise
        pytest.skip(f"no Neo4j: {error}")
    finally:
        guard.communicate()

"""A local Neo4j: started once, found again, stopped, and every refusal with its reason."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from neo4j import GraphDatabase

from graph_models.domain.errors import InvalidValue, StoreError
from graph_models.stores import local_neo4j
from graph_models.stores.local_neo4j import (
    ANY_PORT,
    AlreadyRunning,
    LocalNeo4jError,
    PortTaken,
    Resources,
    RunningNeo4j,
    StartFailed,
    WrongPassword,
    pidfile,
)
from tests.conftest import RESOURCES, Neo4jServer

PASSWORD = "a-password-of-ours"


def start(home: Path, *, port: int = ANY_PORT, password: str | None = PASSWORD) -> RunningNeo4j:
    return local_neo4j.start(home, port=port, password=password, resources=RESOURCES)


def port_of(server: RunningNeo4j) -> int:
    return int(server.url.rpartition(":")[2])


@pytest.mark.neo4j
@pytest.mark.usefixtures("neo4j_server")  # which skips or fails where the jars cannot be had
class TestLifeCycle:
    @pytest.fixture
    def home(self, tmp_path: Path) -> Iterator[Path]:
        home = tmp_path / "a folder of ours"
        yield home
        local_neo4j.kill(home)

    def test_start_find_stop_start_again(self, home: Path) -> None:
        """One server a folder, found by later calls; its data and password outlive stops and crashes."""
        server = start(home)
        assert local_neo4j.status(home) == server
        assert start(home) == server
        self._refuses_to_run_differently(home, server)
        self._keeps_its_secrets(home, server)
        self._listens_on_loopback_only(server)
        with GraphDatabase.driver(server.url, auth=(server.user, PASSWORD)) as driver:
            driver.execute_query("CREATE (:Kept)")
        assert local_neo4j.stop(home)
        assert local_neo4j.status(home) is None
        assert not local_neo4j.stop(home)

        with pytest.raises(WrongPassword):
            start(home, password="another-password")
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as bystander:
            # The file of a server that crashed, whose process number somebody else has by now.
            (home / "neo4j.pid").write_text(str(bystander.pid))
            assert local_neo4j.status(home) is None
            again = start(home, port=port_of(server), password=None)
            assert (again.url, again.password) == (server.url, PASSWORD)
            with GraphDatabase.driver(again.url, auth=(again.user, again.password)) as driver:
                assert driver.execute_query("MATCH (n:Kept) RETURN count(n)").records[0].value() == 1
            local_neo4j.kill(home)
            assert local_neo4j.status(home) is None
            assert bystander.poll() is None, "the wrong process was ended"
            bystander.communicate(b"\n")

    def _refuses_to_run_differently(self, home: Path, server: RunningNeo4j) -> None:
        with pytest.raises(AlreadyRunning, match=server.url):
            start(home, port=port_of(server) + 1)
        with pytest.raises(WrongPassword):
            start(home, password="another-password")

    def _keeps_its_secrets(self, home: Path, server: RunningNeo4j) -> None:
        assert PASSWORD not in repr(server)
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert stat.S_IMODE((home / "server.json").stat().st_mode) == 0o600
        assert PASSWORD not in " ".join(psutil.Process(server.pid).cmdline())
        for password in ("neo4j", "wrong-password"):
            with pytest.raises(Exception, match="unauthorized"):  # noqa: SIM117 - one is the subject
                with GraphDatabase.driver(server.url, auth=("neo4j", password)) as driver:
                    driver.verify_connectivity()

    def _listens_on_loopback_only(self, server: RunningNeo4j) -> None:
        connections = psutil.Process(server.pid).net_connections("inet")
        [(address, port)] = [each.laddr for each in connections if each.status == psutil.CONN_LISTEN]
        assert address.removeprefix("::ffff:") == "127.0.0.1"
        assert port == port_of(server)

    def test_a_server_that_ends_by_itself(self, home: Path) -> None:
        """If the process ends instead of answering, that is said at once, with the log to look at."""
        broken = Resources(java_options=("-XX:+NoSuchOption",))
        with pytest.raises(StartFailed, match="ended by itself") as caught:
            local_neo4j.start(home, port=ANY_PORT, resources=broken)
        assert "NoSuchOption" in caught.value.log.read_text()
        assert local_neo4j.status(home) is None

    def test_a_server_that_takes_too_long(self, home: Path) -> None:
        """Waiting for the first answer has a limit; what was started is ended."""
        with pytest.raises(StartFailed, match=r"no answer after 0\.1 seconds"):
            local_neo4j.start(home, port=ANY_PORT, resources=RESOURCES, timeout_s=0.1)
        assert pidfile.holder(home / "neo4j.pid") is None


class TestRefusals:
    def test_port_taken(self, tmp_path: Path) -> None:
        """A port that somebody listens on is refused before anything is prepared."""
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            with pytest.raises(PortTaken, match=str(port)) as caught:
                start(tmp_path / "home", port=port)
        assert isinstance(caught.value, StoreError)
        assert local_neo4j.status(tmp_path / "home") is None

    @pytest.mark.parametrize("password", ["short", "with space", "-option", 'quote"d-word', "x" * 129, ""])
    def test_bad_password(self, tmp_path: Path, password: str) -> None:
        """A password that Neo4j or its tools would not take is refused, and not repeated."""
        with pytest.raises(InvalidValue, match="password must be 8 to 128") as caught:
            start(tmp_path, password=password)
        assert not password or password not in str(caught.value)

    def test_start_under_way(self, tmp_path: Path) -> None:
        """While one start is under way a second one is refused, and there is nothing to find yet."""
        lock = pidfile.claim(tmp_path / "neo4j.pid")
        assert lock is not None
        with pytest.raises(AlreadyRunning, match="does not answer yet"):
            start(tmp_path)
        assert local_neo4j.status(tmp_path) is None
        os.close(lock)
        assert pidfile.holder(tmp_path / "neo4j.pid") is None

    def test_folder_cannot_be_made(self, tmp_path: Path) -> None:
        """A folder that cannot be written is an error of ours, not a traceback."""
        (tmp_path / "file").write_text("")
        with pytest.raises(LocalNeo4jError, match="cannot be written"):
            start(tmp_path / "file" / "home")

    def test_nothing_there(self, tmp_path: Path) -> None:
        """Asking about a folder that holds no server, or stopping it, changes nothing."""
        assert local_neo4j.status(tmp_path / "none") is None
        assert not local_neo4j.stop(tmp_path / "none")
        local_neo4j.kill(tmp_path / "none")
        assert not (tmp_path / "none").exists()


@pytest.mark.neo4j
def test_server_of_this_run_is_found(neo4j_server: Neo4jServer) -> None:
    """The server that all tests share is a local one, unless another was given."""
    if neo4j_server.home is None:
        pytest.skip("the server was given, not started")
    running = local_neo4j.status(neo4j_server.home)
    assert running is not None
    assert running.url == neo4j_server.url

"""Stores are opened by address, and an address never gives its password away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from graph_models.domain.errors import InvalidValue, StoreError
from graph_models.stores.opening import open_store
from graph_models.stores.sqlite import SqliteStore
from tests.builders import FixedClock
from tests.conftest import Neo4jServer
from tests.contracts.processes import ROOT


def test_relative_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three slashes and a name are a file in the working folder."""
    monkeypatch.chdir(tmp_path)
    with open_store("sqlite:///city.db", FixedClock()) as store:
        assert isinstance(store, SqliteStore)
    assert (tmp_path / "city.db").is_file()


def test_absolute_file(tmp_path: Path) -> None:
    """Four slashes begin an absolute path."""
    with open_store(f"sqlite:///{tmp_path}/city.db", FixedClock()):
        assert (tmp_path / "city.db").is_file()


def test_a_file_that_must_exist(tmp_path: Path) -> None:
    """Nothing is made where a store is expected."""
    url = f"sqlite:///{tmp_path}/city.db"
    with pytest.raises(StoreError, match="there is no store at"):
        open_store(url, FixedClock(), must_exist=True)
    assert not (tmp_path / "city.db").exists()
    open_store(url, FixedClock()).close()
    open_store(url, FixedClock(), must_exist=True).close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "city.db",
        "sqlite:city.db",
        "sqlite://city.db",
        "sqlite:///",  # no file
        "mysql://host/city",
        "neo4j://",  # no host
        "neo4j:host",
        "bolt+s://host",  # a scheme of the driver that is not one of ours
        "bolt://[::1",  # not a host
        "bolt://host:port",
        "BOLT",
    ],
)
def test_other_addresses(url: str) -> None:
    """Any other address is refused, naming the accepted ones and repeating nothing of it."""
    with pytest.raises(InvalidValue, match=r"sqlite:/// or one of neo4j://, neo4j\+s://, bolt://") as caught:
        open_store(url, FixedClock())
    assert caught.value.field == "store.url"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("url", ["neo4j:/x:sesame@h", "bolt://u:sesame@h:x", "http://u:sesame@h"])
def test_passwords_in_bad_addresses_are_not_told(url: str) -> None:
    """An error about an address does not repeat the password in it."""
    with pytest.raises(InvalidValue) as caught:
        open_store(url, FixedClock())
    assert "sesame" not in _all_that_is_told(caught.value)


@pytest.mark.neo4j
def test_wrong_password_is_not_told(neo4j_server: Neo4jServer) -> None:
    """A server that refuses the password is told without it, and as nothing that retrying helps."""
    address = neo4j_server.url.partition("://")[2]
    with pytest.raises(StoreError) as caught:
        open_store(f"bolt://neo4j:open%20sesame@{address}", FixedClock())
    assert not caught.value.is_retryable
    assert "sesame" not in _all_that_is_told(caught.value)


def _all_that_is_told(error: BaseException | None) -> str:
    if error is None:
        return ""
    return f"{error} {error!r} {vars(error)}" + _all_that_is_told(error.__cause__ or error.__context__)


def test_embedded_store_does_without_the_driver(tmp_path: Path) -> None:
    """Opening a file does not import the Neo4j driver."""
    program = (
        "import sys; from graph_models.stores.opening import open_store; "
        "from tests.builders import FixedClock; "
        "open_store(sys.argv[1], FixedClock()); assert 'neo4j' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program, f"sqlite:///{tmp_path}/city.db"], cwd=ROOT, check=True)

"""The jars of a local Neo4j: downloaded once, proved against the lock file, mended, refused."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from graph_models.stores.local_neo4j import JarMismatch, JarsUnavailable
from graph_models.stores.local_neo4j.jars import Jar, cache_folder, obtain, read_lock, write_lock

CONTENT = b"the content of a jar" * 5_000
COORDINATE = "org.example:thing:1.0"
PATH = "org/example/thing/1.0/thing-1.0.jar"
NOBODY = "http://127.0.0.1:9"
JAR = Jar(COORDINATE, hashlib.sha256(CONTENT).hexdigest())


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A Maven repository of our own, named in jgo's configuration; no other can be reached."""
    folder = tmp_path / "mirror"
    (folder / PATH).parent.mkdir(parents=True)
    (folder / PATH).write_bytes(CONTENT)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    config = tmp_path / "jgo.conf"
    config.write_text(f"[repositories]\nours = http://127.0.0.1:{server.server_port}\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(config))
    monkeypatch.setenv("HTTPS_PROXY", NOBODY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield folder
    server.shutdown()
    server.server_close()


def test_downloaded_once(mirror: Path, tmp_path: Path) -> None:
    """What is in the cache and right is not asked for again."""
    [path] = obtain((JAR,), tmp_path / "cache")
    assert path.read_bytes() == CONTENT
    (mirror / PATH).unlink()
    assert obtain((JAR,), tmp_path / "cache") == (path,)


@pytest.mark.usefixtures("mirror")
def test_damaged_cache_is_mended(tmp_path: Path) -> None:
    """A file that an interrupted download left behind, or somebody changed, is downloaded anew."""
    [path] = obtain((JAR,), tmp_path / "cache")
    for damage in (CONTENT[:1000], CONTENT + b"!", b""):
        path.write_bytes(damage)
        assert obtain((JAR,), tmp_path / "cache") == (path,)
        assert path.read_bytes() == CONTENT


def test_other_content_is_refused(mirror: Path, tmp_path: Path) -> None:
    """A download whose digest is not the one on record is refused and not kept."""
    (mirror / PATH).write_bytes(CONTENT.replace(b"content", b"CONTENT"))
    with pytest.raises(JarMismatch, match=COORDINATE):
        obtain((JAR,), tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.jar"))


def test_no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """If no registry can be reached, the error says so and what to do, and a retry may help."""
    monkeypatch.setenv("HTTPS_PROXY", NOBODY)
    with pytest.raises(JarsUnavailable, match="Maven Central") as caught:
        obtain((JAR,), tmp_path / "cache")
    assert caught.value.is_retryable


@pytest.mark.usefixtures("mirror")
def test_several_at_once(tmp_path: Path) -> None:
    """Starts at the same time share one download."""
    with ThreadPoolExecutor(8) as pool:
        paths = set(pool.map(lambda _: obtain((JAR,), tmp_path / "cache"), range(8)))
    [(path,)] = paths
    assert path.read_bytes() == CONTENT


def test_folder_cannot_be_written(tmp_path: Path) -> None:
    """A cache that cannot be written is said, by its name."""
    (tmp_path / "file").write_text("")
    with pytest.raises(JarsUnavailable, match="cannot be written"):
        obtain((JAR,), tmp_path / "file" / "cache")


def test_cache_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The cache lies where the user's caches lie."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "lastmeter" / "maven"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder() == tmp_path / "home" / ".cache" / "lastmeter" / "maven"


def test_lock_file(tmp_path: Path) -> None:
    """Every jar is named once, with a digest and no address; the file can be written as it was read."""
    jars = read_lock()
    assert {"org.neo4j:neo4j", "org.neo4j.app:neo4j-server"} <= {
        jar.coordinate.rpartition(":")[0] for jar in jars
    }
    assert [jar.coordinate for jar in jars] == sorted({jar.coordinate for jar in jars})
    assert all(re.fullmatch("[0-9a-f]{64}", jar.sha256) for jar in jars)
    write_lock(jars, tmp_path / "lock")
    assert read_lock(tmp_path / "lock") == jars

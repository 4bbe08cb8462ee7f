"""Files that cannot be used: each is told as an error of the project, and nothing is half-written."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from graph_models.domain.errors import IncompatibleSchema, OutcomeUnknown, StoreError, StoreUnavailable
from graph_models.domain.providers import Provider
from graph_models.ports import AdjustCapacity, GraphStore, WriteBatch
from graph_models.schema import SCHEMA_VERSION
from graph_models.stores.sqlite import SqliteStore
from graph_models.stores.sqlite.failures import translated
from tests.builders import FixedClock, a_provider
from tests.contracts.fixtures import put
from tests.contracts.processes import ROOT
from tests.graph_models.stores.sqlite_fixtures import SqliteFixtures

FILLS_UP = """
import resource, signal, sys
from graph_models.domain.errors import StoreUnavailable
from graph_models.domain.providers import Provider
from graph_models.schema import SCHEMA_VERSION
from graph_models.stores.sqlite import SqliteStore
from tests.builders import FixedClock, a_provider
from tests.contracts.fixtures import put

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with SqliteStore(sys.argv[1], FixedClock()) as store:
    put(store, a_provider("fits", skills=(), community_code=None))
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, most))
    many = [a_provider(f"x{n:04}", skills=(), community_code=None) for n in range(5_000)]
    try:
        put(store, *many)
    except StoreUnavailable as error:
        print(error)
    assert store.count(Provider) == 1 and store.head() == 1
    put(store, a_provider("small", skills=(), community_code=None))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    put(store, *many)
    assert store.count(Provider) == 5_002 and store.head() == 3
"""


@contextmanager
def unprivileged(folder: Path) -> Iterator[None]:
    """Do something as a user who may read and search a folder, but not write there."""
    os.chmod(folder, 0o555)
    for file in folder.iterdir():
        os.chmod(file, 0o444)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65_534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        os.chmod(folder, 0o755)


class TestFailures(SqliteFixtures):
    def test_folder_in_place_of_a_file(self, tmp_path: Path) -> None:
        """A folder is not a store."""
        with pytest.raises(StoreError, match="cannot be opened"):
            SqliteStore(tmp_path, FixedClock())

    @pytest.mark.parametrize("content", [b"id,name\np1,x\n" * 100, b"\x89PNG" + bytes(5_000)])
    def test_file_is_not_a_database(self, path: Path, content: bytes) -> None:
        """A file of another format is refused and left as it is."""
        path.write_bytes(content)
        with pytest.raises(StoreError, match="not an SQLite database"):
            SqliteStore(path, FixedClock())
        assert path.read_bytes() == content

    def test_database_of_another_program(self, path: Path) -> None:
        """A database of another program is refused and gets no table of ours."""
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE provider (id TEXT)")
        before = path.read_bytes()
        with pytest.raises(StoreError, match="another program"):
            SqliteStore(path, FixedClock())
        assert path.read_bytes() == before

    def test_empty_file_becomes_a_store(self, path: Path) -> None:
        """An empty file, as `mktemp` leaves one, is a new store."""
        path.touch()
        with SqliteStore(path, FixedClock()) as store:
            assert store.head() == 0

    @pytest.mark.parametrize(("version", "told"), [("99", "version 99"), (None, "version none")])
    def test_other_schema_version(
        self, store: GraphStore, path: Path, version: str | None, told: str
    ) -> None:
        """A store of another schema version is refused, telling both versions, and not touched."""
        store.close()
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("DELETE FROM metadata")
            if version is not None:
                connection.execute("INSERT INTO metadata VALUES ('schema_version', ?)", (version,))
        with pytest.raises(IncompatibleSchema, match=f"{told}, this program {SCHEMA_VERSION}"):
            SqliteStore(path, FixedClock())

    def test_damaged_file(self, store: GraphStore, path: Path) -> None:
        """Damage inside the file is told as such when it is met."""
        put(store, *[a_provider(f"x{n:04}") for n in range(2_000)])
        store.close()
        content = bytearray(path.read_bytes())
        content[len(content) // 4 : -4096] = os.urandom(len(content) - len(content) // 4 - 4096)
        path.write_bytes(content)
        with pytest.raises(StoreError, match="damaged"), SqliteStore(path, FixedClock()) as damaged:
            list(damaged.scan(Provider))

    def test_read_only_file(self) -> None:
        """Without the right to write a write is refused as not retryable, and reads go on."""
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "city.db"
            with SqliteStore(path, FixedClock()) as store:
                put(store, a_provider(skills=(), community_code=None))
                with unprivileged(path.parent), SqliteStore(path, FixedClock()) as reader:
                    assert reader.get(Provider, "p1") == store.get(Provider, "p1")
                    with pytest.raises(StoreError, match="read-only") as caught:
                        put(reader, a_provider("p2", skills=(), community_code=None))
            assert not caught.value.is_retryable

    def test_full_disk(self, path: Path) -> None:
        """A write that does not fit is refused as retryable and undone; with room again it succeeds."""
        command = [sys.executable, "-c", FILLS_UP, str(path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "the disk failed to read or write\n"

    @pytest.mark.parametrize(
        ("code", "error", "is_retryable"),
        [
            (sqlite3.SQLITE_FULL, StoreUnavailable, True),
            (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreUnavailable, True),
            (sqlite3.SQLITE_IOERR_FSYNC, StoreUnavailable, True),
            (sqlite3.SQLITE_CORRUPT_INDEX, StoreError, False),
            (sqlite3.SQLITE_MISUSE, StoreError, False),
        ],
    )
    def test_codes(self, code: int, error: type[StoreError], is_retryable: bool) -> None:
        """Every code of SQLite, extended ones too, becomes an error that says whether retrying helps."""
        raised = sqlite3.OperationalError("from SQLite")
        raised.sqlite_errorcode = code
        with pytest.raises(error) as caught, translated():
            raise raised
        assert caught.value.is_retryable == is_retryable
        assert caught.value.__cause__ is raised

    @pytest.mark.parametrize(
        ("code", "error"),
        [
            (sqlite3.SQLITE_IOERR_FSYNC, OutcomeUnknown),
            (sqlite3.SQLITE_IOERR_WRITE, StoreUnavailable),
            (sqlite3.SQLITE_FULL, StoreUnavailable),
        ],
    )
    def test_commit_that_the_disk_does_not_confirm(
        self, store: SqliteStore, code: int, error: type[StoreError]
    ) -> None:
        """A commit that was written but not confirmed has an unknown outcome; repeating it settles it."""

        class Failing(sqlite3.Connection):
            """A disk that fails to order cannot be had without rights; this one fails in its place."""

            def commit(self) -> None:
                raised = sqlite3.OperationalError("from SQLite")
                raised.sqlite_errorcode = code
                raise raised

        batch = WriteBatch("lost", (AdjustCapacity("p1", reserved=1),))
        working = store._connections._idle.pop()
        store._connections._idle.append(Failing(store._connections._path, isolation_level=None))
        with pytest.raises(error) as caught:
            store.write(batch)
        store._connections._idle.pop().close()
        store._connections._idle.append(working)
        assert isinstance(caught.value, OutcomeUnknown) == (caught.value.is_retryable is False)
        store.write(batch)
        assert store.write(batch) == store.outcome_of("lost")
        assert store.get(Provider, "p1").value.capacity.reserved == 1

"""Taking a file of an older version forward: a store made by each of them, as an SQL dump."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graph_models.domain.errors import IncompatibleSchema, StoreError, StoreUnavailable
from graph_models.domain.providers import Provider
from graph_models.ports import NEW, AdjustCapacity, Put, WriteBatch
from graph_models.schema import ALL_TYPES, SCHEMA_VERSION
from graph_models.stores.opening import migrate, open_store
from graph_models.stores.sqlite import SqliteStore, migrations
from graph_models.stores.verification import verify
from tests.builders import FixedClock, a_provider, an_audit_event
from tests.contracts.fixtures import put
from tests.contracts.processes import ROOT

OLDER = range(1, SCHEMA_VERSION)
STOPS_HALFWAY = """
import sys, time
from pathlib import Path
from graph_models.stores.sqlite import migrations

def stop(connection):
    print("stopped", flush=True)
    time.sleep(600)

migrations.STEPS += (stop,)
migrations.migrate_file(Path(sys.argv[1]))
"""


@pytest.fixture(params=OLDER)
def version(request: pytest.FixtureRequest) -> int:
    """What the old store is of."""
    number: int = request.param
    return number


@pytest.fixture
def path(tmp_path: Path, version: int) -> Path:
    path = tmp_path / "old.db"
    dump = Path(__file__).parent / f"version_{version}" / "sqlite.sql"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(dump.read_text(encoding="utf-8"))
    return path


def content(path: Path) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, by name of their column."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: [dict(row) for row in connection.execute(f"SELECT * FROM {name} ORDER BY 1")]
            for name in names
        }


def definitions(path: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute("SELECT type, name FROM sqlite_master"))


def test_old_store_is_refused(path: Path, version: int) -> None:
    """An older store is not opened, and the error names the command that helps."""
    before = content(path)
    told = f"version {version}, this program {SCHEMA_VERSION}; `lastmeter migrate`"
    with pytest.raises(IncompatibleSchema, match=told):
        SqliteStore(path, FixedClock())
    assert content(path) == before


def test_nothing_is_lost(path: Path, version: int, tmp_path: Path) -> None:
    """Every value, revision and change set is there after it, and what is new is absent or empty."""
    before = content(path)
    assert migrate(f"sqlite:///{path}") == version
    after = content(path)
    for table in before.keys() - {"metadata"}:
        assert len(before[table]) == len(after[table])
        for old, new in zip(before[table], after[table], strict=True):
            assert old.items() <= new.items()
            assert {new[name] for name in new.keys() - old.keys() - {"chain", "event_digests"}} <= {None}
    SqliteStore(tmp_path / "new.db", FixedClock()).close()
    assert definitions(path) == definitions(tmp_path / "new.db")
    with open_store(f"sqlite:///{path}", FixedClock()) as store:
        assert verify(store).fault is None
        assert [each.write_id for each in store.changes_since(0)] == [
            "seed", "complete", "sparse", "moved", "gone", "renamed",
        ]  # fmt: skip
        for node in ALL_TYPES:
            assert len(list(store.scan(node.entity))) == len(before.get(node.label.lower(), []))


def test_writing_goes_on(path: Path) -> None:
    """What was written before is answered from memory, and new writes follow on in the same chain."""
    migrate(f"sqlite:///{path}")
    with open_store(f"sqlite:///{path}", FixedClock()) as store:
        batch = WriteBatch("moved", (AdjustCapacity("p1", reserved=2), Put(a_provider("p5"), NEW)))
        assert store.write(batch).sequence == 4
        assert store.get(Provider, "p1").revision == 2
        put(store, a_provider("p1"), an_audit_event("e1"))
        assert store.get(Provider, "p1").revision == 3
        assert verify(store).head.sequence == 7


def test_again(path: Path) -> None:
    """Running it again changes nothing."""
    migrate(f"sqlite:///{path}")
    before = content(path)
    assert migrate(f"sqlite:///{path}") == SCHEMA_VERSION
    assert content(path) == before


def test_killed_halfway(path: Path, version: int) -> None:
    """Killed before the end it leaves the old store as it was; run again it completes."""
    before = content(path)
    command = [sys.executable, "-c", STOPS_HALFWAY, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "stopped\n"
        with pytest.raises(StoreUnavailable):
            migrations.migrate_file(path, busy_timeout_seconds=0.1)
        process.send_signal(signal.SIGKILL)
    assert content(path) == before
    assert migrate(f"sqlite:///{path}") == version


@pytest.mark.parametrize("version", [1])
def test_old_program_cannot_write_on(path: Path) -> None:
    """A program of version 1 that had the store open fails to write, and breaks no chain."""
    with closing(sqlite3.connect(path)) as old:
        assert old.execute("SELECT count(*) FROM change_set").fetchone() == (6,)
        migrate(f"sqlite:///{path}")
        with pytest.raises(sqlite3.IntegrityError):
            old.execute(
                "INSERT INTO change_set (write_id, fingerprint, committed_at, changes) "
                "VALUES ('w', 'f', '2026-03-02T01:01:00.000000+00:00', '[]')"
            )


@pytest.mark.parametrize(
    ("other", "message"), [("99", "version 99, this program"), ("0", "lastmeter restore")]
)
def test_other_versions(path: Path, other: str, message: str) -> None:
    """A newer store, or one that is half restored, is refused and left alone."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE metadata SET value = ?", (other,))
    before = content(path)
    with pytest.raises(IncompatibleSchema, match=message):
        migrate(f"sqlite:///{path}")
    assert content(path) == before


def test_no_store(tmp_path: Path) -> None:
    """Where there is no store, none is made."""
    with pytest.raises(StoreError, match="no store"):
        migrate(f"sqlite:///{tmp_path}/none.db")
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreError, match="no store"):
        migrate(f"sqlite:///{tmp_path}/empty.db")
    assert [each.name for each in tmp_path.iterdir()] == ["empty.db"]

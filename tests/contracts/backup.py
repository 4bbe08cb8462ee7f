"""Section 13 of the store contract: backup while others write, and restore into either kind of store."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Event, Thread
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest

from graph_models.domain.errors import IncompatibleSchema, LastMeterError, StoreError
from graph_models.domain.providers import Provider
from graph_models.ports import AdjustCapacity, Delete, GraphStore, Put, WriteBatch
from graph_models.schema import ALL_TYPES
from graph_models.stores.backup import MANIFEST, STORE, DamagedBackup, NotEmpty, backup, head_of, restore
from graph_models.stores.opening import open_store
from graph_models.stores.verification import verify
from tests.builders import FixedClock, a_provider, an_audit_event
from tests.contracts.fixtures import StoreFixtures, delete, new_id, put
from tests.contracts.processes import ROOT
from tests.contracts.values import complete_values, sparse_values

RESTORE = """
import sys
from pathlib import Path
from graph_models.stores.backup import restore
from tests.builders import FixedClock
restore(Path(sys.argv[1]), sys.argv[2], FixedClock())
"""


def same_content(one: GraphStore, other: GraphStore) -> None:
    """Hold two stores to be equal in every value, revision and change set, and in order."""
    for node in ALL_TYPES:
        assert list(one.scan(node.entity)) == list(other.scan(node.entity))
        assert one.count(node.entity) == other.count(node.entity)
    assert one.links_since(0, limit=10_000) == other.links_since(0, limit=10_000)
    assert one.head() == other.head()
    assert verify(one) == verify(other)
    assert verify(other).fault is None


def rewritten(archive: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Pack an archive again with some members changed or left out."""
    with ZipFile(archive) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    with ZipFile(archive, "w", ZIP_DEFLATED) as packed:
        for name, content in members.items():
            if (changed := change(name, content)) is not None:
                packed.writestr(name, changed)


class Backups(StoreFixtures):
    @pytest.fixture
    def full(self, store: GraphStore) -> GraphStore:
        """A store with every kind of value, and values that were changed, adjusted and deleted."""
        put(store, *complete_values())
        put(store, *sparse_values())
        put(store, a_provider("p1", name="changed"), a_provider("gone"))
        store.write(WriteBatch(new_id(), (AdjustCapacity("p1", reserved=2),)))
        delete(store, Provider, "gone")
        return store

    @pytest.fixture
    def archive(self, full: GraphStore, store_url: str, tmp_path: Path) -> Path:
        file = tmp_path / "city.backup"
        assert backup(store_url, file, FixedClock()).head == head_of(full)
        return file

    @pytest.fixture
    def clear(self) -> Callable[[], None]:
        """Make the store at `store_url` an empty one again; an implementer overrides this."""
        pytest.fail("an implementer has to override this fixture")

    @pytest.fixture
    def stops_halfway(self) -> str:
        """Python that lets a restore print ``stopped`` and wait when most of it is done; to be overridden."""
        pytest.fail("an implementer has to override this fixture")

    def test_restored_store_is_equal(
        self, full: GraphStore, store_url: str, archive: Path, tmp_path: Path, clear: Callable[[], None]
    ) -> None:
        """13.1 A restored store equals the one that was backed up, in either kind of store, and goes on."""
        file_url = f"sqlite:///{tmp_path}/restored.db"
        manifest = restore(archive, file_url, FixedClock())
        assert manifest.head == head_of(full)
        with open_store(file_url, FixedClock()) as expected:
            same_content(full, expected)
            full.close()
            clear()
            assert restore(archive, store_url, FixedClock()) == manifest
            with open_store(store_url, FixedClock()) as restored:
                same_content(expected, restored)
                again = expected.links_since(4, limit=1)[0].write_id
                assert restored.outcome_of(again) == expected.outcome_of(again)
                put(restored, a_provider("p1"), an_audit_event("e9"))
                assert restored.get(Provider, "p1").revision == full_revision(expected) + 1
                assert verify(restored).fault is None

    def test_backup_while_others_write(self, store: GraphStore, store_url: str, tmp_path: Path) -> None:
        """13.2 A backup holds the store as it was at one instant, though others write, move and delete."""
        put(store, *[a_provider(f"x{n:04}") for n in range(3_000)])
        stop = Event()

        def disturb() -> None:
            number = 0
            while not stop.is_set():
                store.write(
                    WriteBatch(
                        new_id(),
                        (
                            Put(a_provider(f"y{number:05}")),
                            Put(a_provider("x0000", name=f"{number}")),
                            Put(an_audit_event(f"e{number:05}")),
                            *((Delete(Provider, f"y{number - 1:05}"),) if number else ()),
                        ),
                    )
                )
                number += 1

        writer = Thread(target=disturb)
        writer.start()
        try:
            made = [backup(store_url, tmp_path / f"{n}.backup", FixedClock()) for n in range(2)]
        finally:
            stop.set()
            writer.join()
        for n, manifest in enumerate(made):
            url = f"sqlite:///{tmp_path}/{n}.db"
            restore(tmp_path / f"{n}.backup", url, FixedClock())
            with open_store(url, FixedClock()) as restored:
                found = verify(restored)
                assert found.fault is None
                assert found.head == manifest.head
                written = found.head.sequence - 2  # by the disturber
                assert found.event_count == written
                names = [each.value.id for each in restored.scan(Provider) if each.value.id[0] == "y"]
                assert names == ([f"y{written - 1:05}"] if written else [])
                assert restored.get(Provider, "x0000").revision == written + 1
        assert verify(store, known=made[1].head).fault is None

    def test_only_its_owner_may_read_it(self, archive: Path, tmp_path: Path) -> None:
        """13.2 Only its owner may read an archive, none is overwritten, and nothing is left beside it."""
        assert stat.S_IMODE(archive.stat().st_mode) == 0o600
        content = archive.read_bytes()
        with pytest.raises(StoreError, match="exists already"):
            backup(f"sqlite:///{tmp_path}/none.db", archive, FixedClock())
        assert archive.read_bytes() == content
        assert not [each for each in tmp_path.iterdir() if "backup-" in each.name]

    def test_store_that_is_not_empty(self, full: GraphStore, store_url: str, archive: Path) -> None:
        """13.3 A store that holds anything, or ever did, is refused and left alone."""
        before = [list(full.scan(node.entity)) for node in ALL_TYPES], full.head()
        with pytest.raises(NotEmpty):
            restore(archive, store_url, FixedClock())
        assert ([list(full.scan(node.entity)) for node in ALL_TYPES], full.head()) == before

    @pytest.mark.parametrize("member", [STORE, MANIFEST])
    def test_damaged_member(
        self,
        full: GraphStore,
        store_url: str,
        archive: Path,
        clear: Callable[[], None],
        member: str,
    ) -> None:
        """13.4 A member that is missing or another one is named, and nothing is restored."""
        full.close()
        clear()
        original = archive.read_bytes()
        for change in (
            lambda name, content: None if name == member else content,
            lambda name, content: content[:-20] if name == member else content,
            lambda name, content: content[: len(content) // 2] if name == member else content,
        ):
            archive.write_bytes(original)
            rewritten(archive, change)
            with pytest.raises(DamagedBackup) as caught:
                restore(archive, store_url, FixedClock())
            assert caught.value.member == member
        with open_store(store_url, FixedClock()) as store:
            assert store.head() == 0

    @pytest.mark.parametrize("told", [b'"chain": "', b'"providers": '])
    def test_members_that_do_not_belong_together(
        self, full: GraphStore, archive: Path, tmp_path: Path, told: bytes
    ) -> None:
        """13.4 A manifest that tells of another history, or of other values, is no manifest of the store."""
        assert full.head() > 0

        def change(name: str, content: bytes) -> bytes:
            return content.replace(told, told + b"1", 1) if name == MANIFEST else content

        rewritten(archive, change)
        with pytest.raises(DamagedBackup) as caught:
            restore(archive, f"sqlite:///{tmp_path}/new.db", FixedClock())
        assert caught.value.member == STORE

    def test_any_damage(self, archive: Path, tmp_path: Path) -> None:
        """13.4 Whichever byte is another one or missing: refused, or restored equal."""
        content = archive.read_bytes()
        rng = np.random.default_rng(20260302)
        damaged = tmp_path / "damaged.backup"
        restored = tmp_path / "whole.db"
        expected = restore(archive, f"sqlite:///{restored}", FixedClock())
        refused = 0
        for trial in range(60):
            place = int(rng.integers(len(content)))
            flipped = bytes([content[place] ^ int(rng.integers(1, 256))])
            kept = content[:place] if trial % 3 == 0 else content[:place] + flipped + content[place + 1 :]
            damaged.write_bytes(kept)
            try:
                assert restore(damaged, f"sqlite:///{tmp_path}/{trial}.db", FixedClock()) == expected
            except LastMeterError:
                refused += 1
        assert refused > 40

    def test_archive_of_a_newer_program(self, archive: Path, tmp_path: Path) -> None:
        """13.4 An archive of a newer schema version, and a file that is no archive, are refused."""
        rewritten(
            archive,
            lambda name, content: (
                content.replace(b'"schema_version": ', b'"schema_version": 9')
                if name == MANIFEST
                else content
            ),
        )
        with pytest.raises(IncompatibleSchema):
            restore(archive, f"sqlite:///{tmp_path}/new.db", FixedClock())
        other = tmp_path / "other"
        other.write_bytes(b"id,name\n")
        with pytest.raises(DamagedBackup, match="the archive"):
            restore(other, f"sqlite:///{tmp_path}/new.db", FixedClock())
        with pytest.raises(StoreError, match="cannot be unpacked"):
            restore(tmp_path / "none", f"sqlite:///{tmp_path}/new.db", FixedClock())

    def test_killed_restore(
        self,
        full: GraphStore,
        store_url: str,
        archive: Path,
        tmp_path: Path,
        clear: Callable[[], None],
        stops_halfway: str,
    ) -> None:
        """13.5 Killed before its end, a restore leaves no half of a store that opens; again, it completes."""
        full.close()
        clear()
        command = [sys.executable, "-c", stops_halfway + RESTORE, str(archive), store_url]
        with Popen(command, cwd=ROOT, stdout=PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "stopped\n"
            process.kill()
        assert left_behind(store_url) in ("nothing", "run `lastmeter restore` again")
        restore(archive, store_url, FixedClock())
        restore(archive, f"sqlite:///{tmp_path}/other.db", FixedClock())
        with (
            open_store(store_url, FixedClock()) as restored,
            open_store(f"sqlite:///{tmp_path}/other.db", FixedClock()) as other,
        ):
            same_content(other, restored)


def left_behind(store_url: str) -> str:
    """Tell what a restore that was killed has left: a store with content, nothing, or what to do."""
    try:
        with open_store(store_url, FixedClock()) as store:
            is_empty = store.head() == 0 and not any(store.count(node.entity) for node in ALL_TYPES)
            return "nothing" if is_empty else "content"
    except IncompatibleSchema as error:
        return str(error).partition("; ")[2]


def full_revision(store: GraphStore) -> int:
    return store.get(Provider, "p1").revision

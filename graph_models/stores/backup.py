"""Backup and restore: a whole store of either kind as one archive, and back into either kind.

An archive is a ZIP file of two members: a store's file as SQLite holds it, and a manifest that says
what is in it. So an archive of an older schema version is taken forward as any file is.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import orjson

from graph_models.domain.errors import StoreError
from graph_models.ports import Clock, GraphStore
from graph_models.schema import ALL_TYPES, SCHEMA_VERSION
from graph_models.stores.chain import GENESIS
from graph_models.stores.copies import batches, counts_of, links_between
from graph_models.stores.following import follow
from graph_models.stores.opening import file_of, open_store, server_of
from graph_models.stores.sqlite import SqliteStore, copy_file, filling, migrate_file, pour
from graph_models.stores.verification import Head
from graph_models.stores.versions import check_version

FORMAT = "lastmeter-backup/1"
STORE, MANIFEST = "store.db", "manifest.json"
_CHUNK = 1 << 20


class NotEmpty(StoreError):
    """Only an empty store can be restored into."""

    def __init__(self) -> None:
        super().__init__("the store is not empty; restore into a new one")


class DamagedBackup(StoreError):
    """An archive is not as it was written."""

    def __init__(self, member: str) -> None:
        super().__init__(f"the backup is damaged: {member}")
        self.member = member


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds.

    Parameters
    ----------
    created_at
        When it was made.
    head
        The last change set in it.
    counts
        Number of values of each kind, by its plural.
    sha256
        Digest of the store's file.
    """

    schema_version: int
    created_at: datetime
    head: Head
    counts: dict[str, int]
    sha256: str

    def fits(self, store: GraphStore) -> bool:
        """Tell whether a store holds what the manifest says; kinds that are newer than it are empty."""
        counts = {plural: count for plural, count in counts_of(store).items() if count}
        return head_of(store) == self.head and counts == {k: v for k, v in self.counts.items() if v}


def backup(url: str, file: Path, clock: Clock) -> Manifest:
    """Write all that a store holds, as it is at one instant, while others write to it.

    Parameters
    ----------
    url
        Address of the store, see `graph_models.stores.opening`.
    file
        The archive; only its owner may read it. There must be room beside it for the store's file.

    Raises
    ------
    StoreError
        If the archive exists already, or the store cannot be read.
    """
    if file.exists():
        raise StoreError(f"{file} exists already")
    with TemporaryDirectory(dir=file.absolute().parent, prefix=".backup-") as folder:
        copy, archive = Path(folder, STORE), Path(folder, "archive")
        _copy(url, copy, clock)
        with SqliteStore(copy, clock) as held:
            found = Manifest(SCHEMA_VERSION, clock.now(), head_of(held), counts_of(held), "")
        manifest = _pack(copy, archive, found)
        archive.replace(file)
        _sync(file.absolute().parent)
    return manifest


def restore(file: Path, url: str, clock: Clock) -> Manifest:
    """Put all that an archive holds into an empty store, values, revisions, change sets and chain.

    Cut short it leaves an empty store, or one that says so when it is opened and that this may be
    run on again.

    Raises
    ------
    DamagedBackup
        If the archive is not as it was written. Nothing was done to the store.
    NotEmpty
        If the store holds anything.
    StoreError
        If the archive or the store cannot be used.
    """
    path = file_of(url)
    with TemporaryDirectory(dir=None if path is None else path.absolute().parent) as folder:
        copy = Path(folder, STORE)
        manifest = _unpack(file, copy)
        if manifest.schema_version < SCHEMA_VERSION:
            migrate_file(copy)
        with SqliteStore(copy, clock) as source:
            if not manifest.fits(source):
                raise DamagedBackup(STORE)
            if path is None:
                _fill_database(source, url)
        if path is not None:
            open_store(url, clock).close()
            if not pour(copy, path):
                raise NotEmpty
    return manifest


def head_of(store: GraphStore) -> Head:
    """Return where the history of a store ends."""
    head = store.head()
    return Head(head, store.links_since(head - 1, limit=1)[0].chain if head else GENESIS)


def _copy(url: str, copy: Path, clock: Clock) -> None:
    if (path := file_of(url)) is not None:
        open_store(url, clock, must_exist=True).close()  # which refuses what is no store of this version
        copy_file(path, copy)
        return
    from graph_models.stores.neo4j import Neo4jStore

    SqliteStore(copy, clock).close()
    address, auth = server_of(url)
    with Neo4jStore(address, clock, auth) as source, filling(copy) as file_copy:
        follow(source, file_copy)


def _fill_database(source: GraphStore, url: str) -> None:
    from graph_models.stores.neo4j import filling as filling_database

    with filling_database(*server_of(url)) as copy:
        if copy is None:
            raise NotEmpty
        for node in ALL_TYPES:
            for values in batches(source, node.entity):
                copy.put(node.entity, values)
        for node in ALL_TYPES:
            for values in batches(source, node.entity):
                copy.link(node.entity, values)
        for links in links_between(source, 0, source.head()):
            copy.record(links)


def _pack(copy: Path, archive: Path, found: Manifest) -> Manifest:
    descriptor = os.open(archive, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            with copy.open("rb") as source, packed.open(STORE, "w", force_zip64=True) as target:
                manifest = replace(found, sha256=_transfer(source, target))
            told = {"format": FORMAT, **asdict(manifest)}
            packed.writestr(MANIFEST, orjson.dumps(told, option=orjson.OPT_INDENT_2))
        raw.flush()
        os.fsync(raw.fileno())
    return manifest


def _unpack(file: Path, copy: Path) -> Manifest:
    member = "the archive"
    try:
        with zipfile.ZipFile(file) as packed:
            member = MANIFEST
            manifest = _parse(packed.read(MANIFEST))
            member = STORE
            with packed.open(STORE) as source, copy.open("wb") as target:
                digest = _transfer(source, target)
    except OSError as error:
        raise StoreError(f"{file} cannot be unpacked: {error.strerror}") from error
    except _DAMAGES as error:
        raise DamagedBackup(member) from error
    if digest != manifest.sha256:
        raise DamagedBackup(STORE)
    if manifest.schema_version > SCHEMA_VERSION:
        check_version(manifest.schema_version)
    return manifest


# What reading a ZIP file raises, whichever of its bytes is another one.
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    TypeError,
    ValueError,
    RuntimeError,
    OverflowError,
    struct.error,
)


def _parse(content: bytes) -> Manifest:
    told = orjson.loads(content)
    if told["format"] != FORMAT:
        raise ValueError(told["format"])
    return Manifest(
        int(told["schema_version"]),
        datetime.fromisoformat(told["created_at"]),
        Head(int(told["head"]["sequence"]), str(told["head"]["chain"])),
        {str(plural): int(count) for plural, count in told["counts"].items()},
        str(told["sha256"]),
    )


def _transfer(source: IO[bytes], target: IO[bytes]) -> str:
    """Copy all bytes and return their digest."""
    digest = sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

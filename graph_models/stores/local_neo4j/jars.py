"""Neo4j's jars: which ones, where they are kept, and proof that they are the right ones.

``jars.lock`` names every jar of the server with its SHA-256. Jars are downloaded by the package
`jgo`, which knows the registries, into the user's cache, and are checked before every start.

A new Neo4j release is taken over by ``python -m graph_models.stores.local_neo4j.jars 5.26.31``:
it resolves the dependencies of the server anew and rewrites the lock file.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from graph_models.stores.local_neo4j.failures import ExtraNotInstalled, JarMismatch, JarsUnavailable

LOCK_FILE = Path(__file__).with_name("jars.lock")
SERVER = ("org.neo4j:neo4j", "org.neo4j.app:neo4j-server")
DOWNLOADS_AT_ONCE = 8
ATTEMPTS = 2
TIMEOUT_S = 15


@dataclass(frozen=True, slots=True)
class Jar:
    """One file of a Maven repository.

    Parameters
    ----------
    coordinate
        ``groupId:artifactId:version``, and ``:classifier`` for the variant of one platform.
    sha256
        Hexadecimal digest of its content.
    """

    coordinate: str
    sha256: str


def read_lock(path: Path = LOCK_FILE) -> tuple[Jar, ...]:
    """Return the jars of the server, as committed with this release.

    Examples
    --------
    >>> [jar.coordinate for jar in read_lock() if jar.coordinate.startswith("org.neo4j:neo4j:")]
    ['org.neo4j:neo4j:5.26.30']
    """
    return tuple(Jar(*line.split()) for line in path.read_text().splitlines())


def cache_folder() -> Path:
    """Return where jars are kept: ``lastmeter/maven`` under ``XDG_CACHE_HOME`` or ``~/.cache``."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "lastmeter" / "maven"


def obtain(jars: tuple[Jar, ...], folder: Path) -> tuple[Path, ...]:
    """Return the paths of verified jars, downloading those that the folder lacks.

    Several processes may call this at once: one downloads, the others wait for it.

    Parameters
    ----------
    jars
        What is wanted, from `read_lock`.
    folder
        Where they are kept, in the layout of a Maven repository.

    Raises
    ------
    JarsUnavailable
        If a jar is missing and no registry can be reached or the disk is full.
    JarMismatch
        If a jar has another content than the lock file says, also when downloaded anew.
    ExtraNotInstalled
        If `jgo` is missing.
    """
    context = _context(folder)
    with _exclusively(folder), ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
        try:
            return tuple(pool.map(partial(_obtain_one, context), jars))
        except (OSError, RuntimeError) as error:  # what jgo raises: requests' errors are OSErrors
            is_full = isinstance(error, OSError) and error.errno == errno.ENOSPC
            raise JarsUnavailable("the disk is full" if is_full else type(error).__name__) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _context(folder: Path) -> Any:
    try:
        from jgo.config import GlobalSettings
        from jgo.maven import MavenContext
    except ImportError as error:
        raise ExtraNotInstalled from error
    context = MavenContext(repo_cache=folder, timeout=TIMEOUT_S)
    context.remote_repos = {**GlobalSettings.load().repositories, **context.remote_repos}
    return context


@contextmanager
def _exclusively(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise JarsUnavailable(f"{folder} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _obtain_one(context: Any, jar: Jar) -> Path:
    group, name, version, *classifier = jar.coordinate.split(":")
    artifact = context.project(group, name).at_version(version).artifact(*classifier)
    last_error: Exception = JarMismatch(jar.coordinate)
    for _ in range(ATTEMPTS):
        path: Path = artifact.cached_path
        try:
            path = artifact.resolve()
        except (OSError, RuntimeError) as error:  # what a broken connection left behind is no jar
            last_error = error
        else:
            if _digest(path) == jar.sha256:
                return path
            last_error = JarMismatch(jar.coordinate)
        path.unlink(missing_ok=True)
    raise last_error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def resolve(version: str, folder: Path) -> tuple[Jar, ...]:
    """Work out which jars a version of the server consists of, and download them.

    Parameters
    ----------
    version
        Neo4j release, ``5.26.30``.
    folder
        Where the jars are kept.
    """
    from jgo.parse import Coordinate

    context = _context(folder)
    wanted = [context.create_dependency(Coordinate.parse(f"{each}:{version}")) for each in SERVER]
    inputs, transitive = context.resolver.resolve(wanted)
    jars = {}
    for artifact in (each.artifact for each in (*inputs, *transitive)):
        parts = (artifact.groupId, artifact.artifactId, artifact.version, artifact.classifier)
        jars[":".join(filter(None, parts))] = _digest(artifact.resolve())
    return tuple(Jar(*each) for each in sorted(jars.items()))


def write_lock(jars: tuple[Jar, ...], path: Path = LOCK_FILE) -> None:
    """Record which jars the server consists of."""
    path.write_text("".join(f"{jar.coordinate} {jar.sha256}\n" for jar in jars))


if __name__ == "__main__":
    write_lock(resolve(sys.argv[1], cache_folder()))

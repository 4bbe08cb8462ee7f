"""Neo4j's own offline importer: a whole database out of files, while the server is stopped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from graph_models.stores.local_neo4j import pidfile
from graph_models.stores.local_neo4j.failures import AlreadyRunning, ImportFailed
from graph_models.stores.local_neo4j.launch import Resources, administer, console_log, prepare
from graph_models.stores.local_neo4j.server import ANY_PORT, pid_file

DATABASE = "neo4j"
HEAP_MB = 1_024
OFF_HEAP = "2G"
IMPORT_LOG = "import.log"


def replace_database(
    home: Path, folder: Path, nodes: Mapping[str, str], relationships: Mapping[str, str]
) -> None:
    """Put the database that the importer makes of Parquet files in the place of the one in a folder.

    It is made beside the old one and takes its place when it is complete. Every relationship must
    lead from a node to a node, and no key may be there twice in its kind.

    Parameters
    ----------
    home
        Folder of a server that is stopped and was started before.
    folder
        Where the files are.
    nodes
        The label of the nodes in each file, by its name.
    relationships
        The type of the relationships in each file, by its name.

    Raises
    ------
    AlreadyRunning
        If the server runs. It cannot be started until this is done.
    ImportFailed
        If the importer refuses the files. The old database stays.
    """
    home = home.resolve()
    lock = pidfile.claim(pid_file(home))
    if lock is None:
        raise AlreadyRunning(home, "and an import needs its files")
    staging = home / "importing"
    shutil.rmtree(staging, ignore_errors=True)  # what an import that was killed left behind
    try:
        os.set_inheritable(lock, False)
        staging.mkdir(mode=0o700)
        prepare(staging, ANY_PORT, Resources())
        is_done = administer(staging, _arguments(nodes, relationships), [f"-Xmx{HEAP_MB}m"], folder)
        log = home / "logs" / IMPORT_LOG
        console_log(staging).replace(log)
        if not is_done:
            raise ImportFailed(log)
        for part in ("transactions", "databases"):
            old = home / "data" / part / DATABASE
            shutil.rmtree(old)
            (staging / "data" / part / DATABASE).rename(old)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        os.close(lock)


def _arguments(nodes: Mapping[str, str], relationships: Mapping[str, str]) -> list[str]:
    # Files by their names alone: in a path the importer takes commas and dots for patterns.
    return [
        "database",
        "import",
        "full",
        "--input-type=parquet",
        "--verbose",
        "--strict",  # or some of the relationships that lead nowhere would pass
        "--bad-tolerance=0",
        f"--max-off-heap-memory={OFF_HEAP}",
        *(f"--nodes={label}={file}" for file, label in nodes.items()),
        *(f"--relationships={name}={file}" for file, name in relationships.items()),
    ]

"""A whole store into the empty database of a local Neo4j, by the offline importer that Neo4j brings."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from graph_models.domain.errors import StoreError
from graph_models.ports import Clock, GraphStore
from graph_models.stores import local_neo4j
from graph_models.stores.local_neo4j import RunningNeo4j
from graph_models.stores.neo4j import Neo4jStore, Patience, is_empty, write_graph_files

# Indexes over millions of nodes are built in one transaction each.
_PATIENCE = Patience(transaction=3_600)


class NotEmpty(StoreError):
    """A database that holds something cannot be imported into."""

    def __init__(self, home: Path) -> None:
        super().__init__(
            f"the Neo4j in {home} is not empty, and its importer makes whole databases only; "
            "import into another --home, or use `lastmeter load`, which adds to what is there"
        )


def import_store(
    source: GraphStore,
    home: Path,
    clock: Clock,
    *,
    port: int = local_neo4j.DEFAULT_PORT,
    resources: local_neo4j.Resources = local_neo4j.DEFAULT_RESOURCES,
) -> tuple[RunningNeo4j, dict[str, int]]:
    """Import all values of a store and leave the server running.

    The result is as if each part of a scan had been written as a batch: every value at its first
    revision, and a change feed that tells of all of them.

    Parameters
    ----------
    source
        Whose values. It checked them when they were written; nobody may write to it meanwhile.
    home, port, resources
        The server, see `local_neo4j.start`. It is restarted if it runs.
    clock
        Tells when the change sets are committed.

    Returns
    -------
    The server, and how many values of each kind it was given.

    Raises
    ------
    NotEmpty
        If the server's database holds anything.
    LocalNeo4jError, StoreError
        If the server, its importer or the source fails. The database is empty still.
    """
    server = local_neo4j.start(home, port=port, resources=resources)
    _refuse_content(server, home)
    with TemporaryDirectory(dir=home, prefix="files-") as folder:
        files = write_graph_files(source, Path(folder), clock.now())
        _refuse_content(server, home)  # somebody may have found the server meanwhile
        local_neo4j.stop(home)
        local_neo4j.replace_database(home, Path(folder).resolve(), files.nodes, files.relationships)
    server = local_neo4j.start(home, port=port, resources=resources)
    # The first to open it defines constraints and indexes, and so proves that keys are unique.
    Neo4jStore(server.url, clock, (server.user, server.password), patience=_PATIENCE).close()
    return server, files.counts


def _refuse_content(server: RunningNeo4j, home: Path) -> None:
    if not is_empty(server.url, (server.user, server.password)):
        raise NotEmpty(home)

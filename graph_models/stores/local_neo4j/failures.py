"""What can go wrong with a local Neo4j, each with what to do about it."""

from __future__ import annotations

from pathlib import Path

from graph_models.domain.errors import StoreError


class LocalNeo4jError(StoreError):
    """A local Neo4j could not be prepared, started or stopped."""


class JarsUnavailable(LocalNeo4jError):
    """Neo4j's jars are not in the cache and could not be downloaded."""

    is_retryable = True

    def __init__(self, cause: str) -> None:
        super().__init__(
            f"Neo4j's jars could not be downloaded from Maven Central ({cause}); connect to the network, "
            "or name a mirror under [repositories] in jgo's configuration file, and try again"
        )


class JarMismatch(LocalNeo4jError):
    """A downloaded jar is not the one that this release was tested with."""

    def __init__(self, coordinate: str) -> None:
        super().__init__(
            f"the download of {coordinate} does not have the SHA-256 on record and was refused; "
            "a proxy or mirror may have changed it"
        )


class ExtraNotInstalled(LocalNeo4jError):
    """The packages that fetch and run Neo4j are not installed."""

    def __init__(self) -> None:
        super().__init__("a local Neo4j needs more packages: pip install 'lastmeter[local-neo4j]'")


class PortTaken(LocalNeo4jError):
    """Another program listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} is taken by another program; choose another one, or 0 for any free one"
        )
        self.port = port


class AlreadyRunning(LocalNeo4jError):
    """The server of this folder runs, but not as asked for."""

    def __init__(self, home: Path, difference: str) -> None:
        super().__init__(f"the Neo4j in {home} is running already, {difference}; stop it first")


class WrongPassword(LocalNeo4jError):
    """The database in this folder was created with another password."""

    def __init__(self, home: Path) -> None:
        super().__init__(f"the Neo4j in {home} was created with another password")


class StartFailed(LocalNeo4jError):
    """The server ended or did not answer in time."""

    def __init__(self, reason: str, log: Path) -> None:
        super().__init__(f"Neo4j did not start: {reason}; see {log}")
        self.log = log


class ImportFailed(LocalNeo4jError):
    """Neo4j's offline importer refused the files; the database is as it was."""

    def __init__(self, log: Path) -> None:
        super().__init__(f"Neo4j's importer refused the files; see {log}")
        self.log = log

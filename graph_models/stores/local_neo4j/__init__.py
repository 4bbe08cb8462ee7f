"""A real Neo4j Community server on this machine, without Docker and without root.

For development, tests and small installations. Data, logs and credentials live in one folder; the
server listens on the loopback interface only and asks for a password.
"""

from graph_models.stores.local_neo4j.failures import (
    AlreadyRunning,
    ExtraNotInstalled,
    ImportFailed,
    JarMismatch,
    JarsUnavailable,
    LocalNeo4jError,
    PortTaken,
    StartFailed,
    WrongPassword,
)
from graph_models.stores.local_neo4j.importing import replace_database
from graph_models.stores.local_neo4j.launch import Resources
from graph_models.stores.local_neo4j.server import (
    ANY_PORT,
    CREDENTIALS_FILE,
    DEFAULT_PORT,
    DEFAULT_RESOURCES,
    RunningNeo4j,
    kill,
    start,
    status,
    stop,
)

__all__ = [
    "ANY_PORT",
    "CREDENTIALS_FILE",
    "DEFAULT_PORT",
    "DEFAULT_RESOURCES",
    "AlreadyRunning",
    "ExtraNotInstalled",
    "ImportFailed",
    "JarMismatch",
    "JarsUnavailable",
    "LocalNeo4jError",
    "PortTaken",
    "Resources",
    "RunningNeo4j",
    "StartFailed",
    "WrongPassword",
    "kill",
    "replace_database",
    "start",
    "status",
    "stop",
]

"""Starting, finding and stopping the one Neo4j server that lives in a folder."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import socket
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from neo4j import GraphDatabase
from neo4j.exceptions import AuthError, DriverError, Neo4jError

from graph_models.domain.errors import InvalidValue
from graph_models.stores.local_neo4j import pidfile
from graph_models.stores.local_neo4j.failures import (
    AlreadyRunning,
    LocalNeo4jError,
    PortTaken,
    StartFailed,
    WrongPassword,
)
from graph_models.stores.local_neo4j.launch import (
    HOST,
    Resources,
    console_log,
    prepare,
    server_log,
    set_first_password,
    spawn,
)

DEFAULT_PORT = 7687
ANY_PORT = 0
DEFAULT_RESOURCES = Resources()
POLL_S = 0.1
CREDENTIALS_FILE = "server.json"  # readable by its owner only
_PASSWORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~+=-]{7,127}")


@dataclass(frozen=True, slots=True)
class RunningNeo4j:
    """A server that answers.

    Parameters
    ----------
    url
        Bolt address on the loopback interface.
    user, password
        What it asks for.
    pid
        Process number of the server.
    """

    url: str
    user: str
    password: str = field(repr=False)
    pid: int


def start(
    home: Path,
    *,
    port: int = DEFAULT_PORT,
    password: str | None = None,
    resources: Resources = DEFAULT_RESOURCES,
    timeout_s: float = 120,
) -> RunningNeo4j:
    """Start the server of a folder, or return it if it runs already, once it answers a query.

    The first start downloads Neo4j (about 140 MB) and creates an empty database in `home`.

    Parameters
    ----------
    home
        Folder of the server: data, logs, configuration, credentials. Created if need be.
    port
        TCP port on the loopback interface, 0 for any free one.
    password
        8 to 128 characters. Without it the one on record is used, or a new one made.
    resources
        Java heap, page cache and Java options.
    timeout_s
        How long to wait for the first answer, in seconds.

    Raises
    ------
    InvalidValue
        If the password has another form.
    PortTaken, AlreadyRunning, WrongPassword, JarsUnavailable, JarMismatch, StartFailed
        As their names say; the message says what to do.
    """
    if password is not None and _PASSWORD.fullmatch(password) is None:
        raise InvalidValue("password", "be 8 to 128 letters, digits or . _ ~ + = -", password)
    home = _own_folder(home)
    lock = pidfile.claim(pid_file(home))
    if lock is None:
        return _as_asked(home, port, password)
    try:
        server = _launch(home, _free_port(port), _password_of(home, password), resources)
        pidfile.record(lock, server.pid)
    except OSError as error:
        raise StartFailed(error.strerror or type(error).__name__, console_log(home)) from error
    finally:
        os.close(lock)
    try:
        _wait(home, server, timeout_s)
        _remember(home, server)
    except BaseException:
        kill(home)
        raise
    return server


def status(home: Path) -> RunningNeo4j | None:
    """Return the running server of a folder, None if there is none or it is still starting."""
    pid = pidfile.holder(pid_file(home))
    known = _recall(home)
    if not pid or known is None or known.pid != pid:
        return None
    return known


def stop(home: Path, *, timeout_s: float = 60) -> bool:
    """Shut the server of a folder down; return False if none was running.

    Raises
    ------
    LocalNeo4jError
        If it has not ended after `timeout_s` seconds.
    """
    if pidfile.holder(pid_file(home)) is None:
        return False
    if not pidfile.end(pid_file(home), signal.SIGTERM, timeout_s):
        raise LocalNeo4jError(f"the Neo4j in {home} has not ended after {timeout_s:g} seconds")
    return True


def kill(home: Path) -> None:
    """End the server of a folder at once, as a crash would. Meant for tests and throwaway data."""
    pidfile.end(pid_file(home), signal.SIGKILL, timeout_s=10)


def _own_folder(home: Path) -> Path:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LocalNeo4jError(f"{home} cannot be written: {error.strerror}") from error
    return home.resolve()


def pid_file(home: Path) -> Path:
    """Return the file that tells whether the server of a folder lives, see `pidfile`."""
    return home / "neo4j.pid"


def _as_asked(home: Path, port: int, password: str | None) -> RunningNeo4j:
    server = status(home)
    if server is None:
        raise AlreadyRunning(home, "but does not answer yet")
    if port not in (ANY_PORT, int(server.url.rpartition(":")[2])):
        raise AlreadyRunning(home, f"at {server.url}")
    if password not in (None, server.password):
        raise WrongPassword(home)
    return server


def _password_of(home: Path, asked: str | None) -> str:
    known = _recall(home)
    if known is None:
        return asked or secrets.token_hex(16)
    if asked not in (None, known.password):
        raise WrongPassword(home)
    return known.password


def _launch(home: Path, port: int, password: str, resources: Resources) -> RunningNeo4j:
    server = RunningNeo4j(f"bolt://{HOST}:{port}", "neo4j", password, pid=0)
    prepare(home, port, resources)
    if not (home / "data" / "databases").exists():
        _remember(home, server)  # or a start that is cut short would leave a database nobody can open
        set_first_password(home, password)
    return replace(server, pid=spawn(home, resources))


def _free_port(port: int) -> int:
    with socket.socket() as probe:
        # As the server does: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTaken(port) from error
        chosen: int = probe.getsockname()[1]
        return chosen


def _wait(home: Path, server: RunningNeo4j, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while not _answers(home, server):
        if pidfile.holder(pid_file(home)) is None:
            raise _why_it_ended(home, server)
        if time.monotonic() > deadline:
            raise StartFailed(f"no answer after {timeout_s:g} seconds", server_log(home))
        time.sleep(POLL_S)


def _answers(home: Path, server: RunningNeo4j) -> bool:
    try:
        with (
            GraphDatabase.driver(server.url, auth=(server.user, server.password)) as driver,
            driver.session() as session,
        ):
            session.run("RETURN 1").consume()
    except AuthError as error:
        raise WrongPassword(home) from error
    except (DriverError, Neo4jError):
        return False
    return True


def _why_it_ended(home: Path, server: RunningNeo4j) -> LocalNeo4jError:
    log = server_log(home)
    told = log.read_text(errors="replace").rpartition("Starting...")[2] if log.exists() else ""
    if "already in use" in told:
        return PortTaken(int(server.url.rpartition(":")[2]))
    if "No space left" in told:
        return StartFailed("the disk is full", log)
    return StartFailed("it ended by itself", log if told else console_log(home))


def _remember(home: Path, server: RunningNeo4j) -> None:
    new = home / "server.json.new"
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(server), file)
    new.replace(home / CREDENTIALS_FILE)


def _recall(home: Path) -> RunningNeo4j | None:
    try:
        return RunningNeo4j(**json.loads((home / CREDENTIALS_FILE).read_text()))
    except FileNotFoundError:
        return None

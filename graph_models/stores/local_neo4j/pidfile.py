"""Whether the server of a folder is alive, told by a lock that only its own process holds.

The server inherits an open, locked file (`flock`) and never touches it. The kernel drops the lock
when that process ends, however it ends, so a stale file or a reused process number cannot deceive.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

POLL_S = 0.05
STARTING = 0


def claim(path: Path) -> int | None:
    """Lock the file and return its open descriptor, or None if a live server holds it.

    The descriptor is inherited by a process that is spawned; closing it here leaves the lock there.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    os.ftruncate(handle, 0)
    os.set_inheritable(handle, True)
    return handle


def record(handle: int, pid: int) -> None:
    """Write down who holds the lock."""
    os.pwrite(handle, str(pid).encode(), 0)


def holder(path: Path) -> int | None:
    """Return the process that holds the file, `STARTING` while it is not known yet, or None."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(os.read(handle, 20) or STARTING)
    else:
        return None
    finally:
        os.close(handle)


def end(path: Path, sign: signal.Signals, timeout_s: float) -> bool:
    """Send a signal to the holder and wait until it is gone; return whether it is."""
    deadline = time.monotonic() + timeout_s
    told = None
    while (pid := holder(path)) is not None:
        if time.monotonic() > deadline:
            return False
        if pid not in (STARTING, told):
            with suppress(ProcessLookupError):
                os.kill(pid, sign)
            told = pid
        time.sleep(POLL_S)
    if told is not None:
        with suppress(ChildProcessError):  # most often it is not our child
            os.waitpid(told, 0)
    return True

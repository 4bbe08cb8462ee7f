"""The city that the console is tried on: made by the demo command, with a key for each person at a desk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from api.cli import main
from api.clock import SystemClock
from api.identity import keys
from graph_models.domain.credentials import Role
from graph_models.ports import NEW, Put, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from tests.lapsing import take_off_what_lapsed

SCALE = 0.005
LIWAN = "440103"


@dataclass(frozen=True)
class CityFile:
    """An SQLite file, and the credentials of those who work on it."""

    path: Path
    credentials: dict[str, str]


def make_city(path: Path, scale: float = SCALE) -> CityFile:
    """Build the demo city in a file and issue the keys of its desks."""
    with pytest.MonkeyPatch.context() as patch:
        command = ["lastmeter", "--store", f"sqlite:///{path}", "demo", "--scale", str(scale), "--json"]
        patch.setattr("sys.argv", command)
        with pytest.raises(SystemExit) as ended:
            main()
    assert not ended.value.code
    take_off_what_lapsed(path)
    return CityFile(path, issue_keys(path))


def issue_keys(path: Path) -> dict[str, str]:
    clock = SystemClock()
    now = clock.now()
    issued = {
        "street desk": keys.issue("street desk", Role.DISPATCHER, None, now=now),
        "district desk": keys.issue("district desk", Role.DISPATCHER, None, now=now),
        "leaving desk": keys.issue("leaving desk", Role.DISPATCHER, None, now=now),
        "liwan desk": keys.issue("liwan desk", Role.DISPATCHER, (LIWAN,), now=now),
        "front line": keys.issue("front line", Role.STAFF, (LIWAN,), now=now),
        "analyst": keys.issue("analyst", Role.ANALYST, None, now=now),
        "program": keys.issue("program", Role.API_CLIENT, None, now=now),
    }
    with SqliteStore(path, clock) as store:
        puts = tuple(Put(each.key, NEW) for each in issued.values())
        store.write(WriteBatch(f"keys-of-the-desks-{now:%Y%m%dT%H%M%S%f}", puts))
    return {name: each.text for name, each in issued.items()}

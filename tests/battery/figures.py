"""How much of the battery is run, and the file in which it leaves what it measured."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import orjson

from api.clock import SystemClock

FULL = os.environ.get("LASTMETER_BATTERY") == "1"
# A part of the full number of runs, for a machine that has not the time for all: it is told beside each.
SHARE = float(os.environ.get("LASTMETER_BATTERY_SHARE", "1"))
LOAD = "tests/battery/load.py"  # the one that pytest does not run
PATH = Path(__file__).parents[2] / "docs" / "reliability.json"


def runs(short: int, full: int) -> int:
    """How often to do something: a few times, or as often as the battery is told to."""
    return max(short, round(full * SHARE)) if FULL else short


def record(test: str, store: str, *, of: int | None = None, **figures: Any) -> None:
    """Keep the figures of a test in the battery's file; those of a short run say nothing.

    `of` is how many runs make a full one, where these can be fewer.
    """
    if not FULL:
        return
    told = orjson.loads(PATH.read_bytes()) if PATH.exists() else {}
    now = SystemClock().now()
    told[f"{test} [{store}]"] = {
        **figures,
        **({} if of is None else {"of": of}),
        "command": os.environ.get("PYTEST_CURRENT_TEST", LOAD).partition("[")[0].partition(" ")[0],
        "date": f"{now:%Y-%m-%d}",
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
    }
    PATH.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")


def kind_of(store_url: str) -> str:
    return store_url.partition(":")[0].replace("bolt", "neo4j")

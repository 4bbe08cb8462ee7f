"""Suggestions over HTTP beside a bare route that returns the same bytes, each in a process of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from api.benchmarks.load import press
from api.benchmarks.processes import (
    AUTHORIZATION,
    get,
    run_command,
    serving_command,
    serving_module,
    wait_until_ready,
)
from api.benchmarks.report import Figure, Line, Report, Section, percentiles
from api.clock import SystemClock

CONNECTIONS, ROUNDS, ROUND_S = 64, 8, 1.5
_PAGE, _PAGES, _ASKED = 100, 20, 200


def run(scale: float, rounds: int = ROUNDS, round_s: float = ROUND_S) -> Report:
    """Press `lastmeter serve` and the bare route in turns.

    Parameters
    ----------
    scale
        Share of the city.
    rounds, round_s
        How often each is pressed, and for how many seconds.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        store = ("--store", f"sqlite:///{folder / 'city.db'}")
        # As of now: in an older city numbers of referrals would lapse while it is served.
        run_command(
            *store, "demo", "--scale", str(scale), "--as-of", f"{SystemClock().now():%Y-%m-%dT%H:%M:%S%z}"
        )
        with serving_command(folder / "ours.log", *store, "serve", "--port", "0") as ours:
            wait_until_ready(ours)
            bodies = _bodies(ours)
            (folder / "bodies.json").write_text(json.dumps(bodies), encoding="utf-8")
            paths = [_path(each) for each in bodies]
            arguments = ("api.benchmarks.bare", str(folder / "bodies.json"))
            with serving_module(folder / "bare.log", *arguments) as bare:
                is_same = all(_answer(bare, path) == _answer(ours, path) for path in paths)
                lines = _race({"lastmeter serve": ours, "bare FastAPI route": bare}, paths, rounds, round_s)
    facts: dict[str, Figure] = {
        "connections": CONNECTIONS,
        "needs": len(paths),
        "bytes": sum(len(body.encode()) for body in bodies.values()) // len(bodies),
        "is_same_bytes": is_same,
    }
    return Report("http", scale, [Section("suggestions over HTTP", lines)], facts)


def _bodies(port: int) -> dict[str, str]:
    """Return the answers for open needs on the spot that have full lists; for some need if there are none."""
    bodies: dict[str, str] = {}
    short: dict[str, str] = {}
    after = ""
    for _ in range(_PAGES):
        page = json.loads(get(port, f"/v1/needs?status=active&limit={_PAGE}{after}")[1])
        for each in page["items"]:
            body = get(port, _path(each["id"]))[1].decode()
            (bodies if json.loads(body)["considered"] is None else short)[each["id"]] = body
            if len(bodies) == _ASKED:
                return bodies
        if page["next_cursor"] is None:
            break
        after = f"&cursor={quote(page['next_cursor'])}"
    return bodies or short


def _answer(port: int, path: str) -> bytes:
    """Return an answer without the time as of which it holds."""
    return re.sub(rb'"as_of":"[^"]*"', b"", get(port, path)[1])


def _path(need_id: str) -> str:
    return f"/v1/needs/{quote(need_id)}/suggestions"


def _race(ports: dict[str, int], paths: Sequence[str], rounds: int, round_s: float) -> list[Line]:
    took = dict.fromkeys(ports, 0.0)
    answers: dict[str, list[float]] = {name: [] for name in ports}
    for number in range(rounds + 1):
        for name, port in ports.items():
            seconds, several = press(port, paths, CONNECTIONS, round_s, AUTHORIZATION)
            if number:  # the first round warms up
                took[name] += seconds
                answers[name] += several
    rate = {name: len(answers[name]) / took[name] for name in ports}
    fastest = rate[list(ports)[-1]]
    return [
        Line(
            name,
            {
                "requests_per_s": round(rate[name], 1),
                **percentiles(answers[name]),
                "times": round(rate[name] / fastest, 3),
            },
        )
        for name in ports
    ]

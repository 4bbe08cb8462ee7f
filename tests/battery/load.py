"""The service under load: what it holds, what it does with more, and without its database.

``python -m tests.battery.load URL_OF_STORE --minutes 5 --neo4j-home FOLDER``: the store must hold a
city (`lastmeter demo`). Prints JSON and, with LASTMETER_BATTERY=1, keeps it beside the other figures.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import orjson
import psutil
import uvloop

from api.clock import SystemClock
from graph_models.domain.audit import AuditEvent
from graph_models.domain.providers import Provider
from graph_models.ports import GraphStore
from graph_models.stores import local_neo4j
from graph_models.stores.opening import open_store
from graph_models.stores.verification import verify
from tests.api.servers import servers
from tests.battery import figures
from tests.battery.clients import NO_BUDGETS
from tests.battery.dispatching import Dispatcher, Record, Sample, repeat_unanswered
from tests.battery.summaries import is_error, milliseconds, seconds_until_normal, summary
from tests.battery.wire import Connection
from tests.matcher.closed_loop.towns import accounts_told_by_referrals

DISPATCHERS, NEEDS = 64, 2_000
OVERLOAD, OVERLOAD_SECONDS, MOST_WAITING = 5, 30, 3_000
AFTER_SECONDS = 40
BEFORE_SECONDS, OUTAGE_SECONDS, RETURN_SECONDS = 10, 30, 80
PATIENCE_SECONDS = 300.0


async def crowd(port: int, needs: list[str], record: Record, seconds: float) -> None:
    """All dispatchers at work for a while, each asking again as soon as it is answered."""
    deadline = perf_counter() + seconds
    workers = [Dispatcher(port, needs, record, seed) for seed in range(DISPATCHERS)]
    await asyncio.gather(*(each.work(lambda: perf_counter() >= deadline) for each in workers))


async def flood(port: int, needs: list[str], record: Record, rate: float, seconds: float) -> None:
    """Suggestions at a fixed rate, however long the answers take; each that waits costs a connection."""
    idle: list[Dispatcher] = []
    under_way: set[asyncio.Task[None]] = set()
    rng = np.random.default_rng(7)
    start, sent = perf_counter(), 0

    async def ask(one: Dispatcher) -> None:
        await one.suggest()
        idle.append(one)

    while (now := perf_counter() - start) < seconds:
        while sent < rate * now:
            sent += 1
            if not idle and len(under_way) >= MOST_WAITING:
                record.samples.append(Sample("not sent", perf_counter(), 0.0, 0, says_when=False))
                continue
            one = idle.pop() if idle else Dispatcher(port, needs, record, int(rng.integers(2**31)))
            task = asyncio.create_task(ask(one))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.sleep(0.005)
    await asyncio.gather(*under_way)


async def needs_of(port: int) -> list[str]:
    line, found, cursor = Connection(port), list[str](), ""
    while len(found) < NEEDS:
        page: Any = (await line.get(f"/v1/needs?status=active&limit=100{cursor}")).json()
        found += [each["id"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    line.close()
    return found


async def held(
    port: int, pid: int, minutes: float, warm_up: float, record: Record
) -> tuple[dict[str, Any], list[str]]:
    """Some minutes of warming up, then the measured ones."""
    needs = await needs_of(port)
    await crowd(port, needs, record, 60 * warm_up)
    record.samples.clear()
    service = psutil.Process(pid)
    before, began = service.memory_info().rss, perf_counter()
    await crowd(port, needs, record, 60 * minutes)
    told = summary(record.samples, perf_counter() - began)
    after = service.memory_info().rss
    told["rss_mib"] = {"start": before >> 20, "end": after >> 20}
    told["dispatchers"] = DISPATCHERS
    return told, needs


async def overloaded(
    port: int, needs: list[str], rate: float, normal_p99: float, record: Record
) -> dict[str, Any]:
    """Several times what it holds; then the crowd again, until all is as it was."""
    record.samples.clear()
    began = perf_counter()
    await flood(port, needs, record, OVERLOAD * rate, OVERLOAD_SECONDS)
    flooded, ended = list(record.samples), perf_counter()
    told = summary(flooded, ended - began)
    shed = [each for each in flooded if each.status in (429, 503)]
    told |= {
        "asked_per_second": round(OVERLOAD * rate, 1),
        "shed": len(shed),
        "shed_without_retry_after": sum(not each.says_when for each in shed),
        "accepted_milliseconds": milliseconds([each for each in flooded if each.status == 200]),
    }
    record.samples.clear()
    await crowd(port, needs, record, AFTER_SECONDS)
    normal = [each for each in record.samples if each.kind == "suggest"]
    told["seconds_until_normal"] = seconds_until_normal(normal, ended, normal_p99)
    return told


async def ages_told(port: int, needs: list[str], seconds: float) -> dict[str, Any]:
    """Ask for suggestions once a second: how many are served as stale, and how old the oldest says it is."""
    line, stale, oldest = Connection(port), 0, 0.0
    for number in range(int(seconds)):
        answer = await line.get(f"/v1/needs/{needs[number % len(needs)]}/suggestions?limit=10")
        if answer.status == 200:
            told: Any = answer.json()
            stale += told["is_stale"]
            age = SystemClock().now() - datetime.fromisoformat(told["as_of"])
            oldest = max(oldest, age.total_seconds())
        await asyncio.sleep(1)
    line.close()
    return {"asked": int(seconds), "served_as_stale": stale, "oldest_seconds": round(oldest, 1)}


async def without_database(port: int, needs: list[str], home: Path, record: Record) -> dict[str, Any]:
    """The database is stopped for a while and started again, with the crowd at work."""
    record.samples.clear()
    running = local_neo4j.status(home)
    assert running is not None
    bolt_port = int(running.url.rpartition(":")[2])
    working = asyncio.create_task(
        crowd(port, needs, record, BEFORE_SECONDS + OUTAGE_SECONDS + RETURN_SECONDS)
    )
    await asyncio.sleep(BEFORE_SECONDS)
    await asyncio.to_thread(local_neo4j.kill, home)
    down = perf_counter()
    ages = await ages_told(port, needs, OUTAGE_SECONDS)
    up = perf_counter()
    await asyncio.to_thread(local_neo4j.start, home, port=bolt_port)
    ready = perf_counter()
    await working
    meanwhile = [each for each in record.samples if down <= each.at < up]
    told = {
        "kinds": {},
        "seconds": OUTAGE_SECONDS,
        "ages_told": ages,
        "database_start_seconds": round(ready - up, 1),
    }
    for kind in sorted({each.kind for each in meanwhile}):
        some = [each for each in meanwhile if each.kind == kind]
        statuses = Counter(str(each.status) for each in some)
        told["kinds"][kind] = {"statuses": dict(statuses), **milliseconds(some)}
    others = [each for each in record.samples if each.at >= ready and each.kind != "suggest"]
    served = [each.at + each.seconds for each in others if not is_error(each)]
    told["seconds_until_served_again"] = round(min(served) - ready, 1) if served else None
    return told


def balances(store: GraphStore) -> dict[str, tuple[int, int]]:
    """What each provider holds beyond what its referrals account for: the same before and after."""
    told = accounts_told_by_referrals(store)
    found = {}
    for stored in store.scan(Provider):
        capacity, (reserved, consumed) = stored.value.capacity, told.get(stored.value.id, (0, 0))
        found[str(stored.value.id)] = capacity.reserved - reserved, capacity.consumed - consumed
    return found


def check(store: GraphStore, record: Record, before: dict[str, tuple[int, int]], head: int) -> dict[str, int]:
    """Each acknowledged write is there once, and nothing is there that was acknowledged to nobody."""
    there: Counter[tuple[str, str]] = Counter()
    for change_set in _since(store, head):
        for key in (each.key for each in change_set.changes if each.kind is AuditEvent):
            event = store.get(AuditEvent, key).value
            if event.action.startswith("referral.") and event.actor != "system":
                there[event.object_id, event.action] += 1
    assert balances(store) == before, "units were lost or made"
    assert verify(store).fault is None
    lost, more = record.acknowledged - there.keys(), there.keys() - record.acknowledged
    twice = sum(times - 1 for times in there.values())
    return {
        "acknowledged": len(record.acknowledged),
        "lost": len(lost),
        "unasked": len(more),
        "doubled": twice,
    }


def _since(store: GraphStore, head: int) -> Any:
    while found := store.changes_since(head):
        yield from found
        head = found[-1].sequence


async def measure(port: int, pid: int, given: argparse.Namespace, record: Record) -> dict[str, Any]:
    told: dict[str, Any] = {}
    told["held"], needs = await held(port, pid, given.minutes, given.warm_up, record)
    print(orjson.dumps(told).decode(), file=sys.stderr, flush=True)
    normal = told["held"]["milliseconds"]["suggest"]["p99"]
    told["overload"] = await overloaded(port, needs, told["held"]["requests_per_second"], normal, record)
    print(orjson.dumps(told["overload"]).decode(), file=sys.stderr, flush=True)
    if given.neo4j_home is not None:
        told["outage"] = await without_database(port, needs, given.neo4j_home, record)
    told["repeated"] = await repeat_unanswered(port, record, PATIENCE_SECONDS)
    told["untyped"] = len(record.untyped)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store_url")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--warm-up", type=float, default=1, help="minutes")
    parser.add_argument("--neo4j-home", type=Path, help="of a local server that may be stopped and started")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, servers(Path(folder), given.store_url) as start:
        with open_store(given.store_url, SystemClock()) as store:
            before, head, providers = balances(store), store.head(), store.count(Provider)
        server, record = start(KEEP_INDEX="false", **NO_BUDGETS), Record()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            told = runner.run(measure(server.port, server.process.pid, given, record))
        with open_store(given.store_url, SystemClock()) as store:
            told["writes"] = check(store, record, before, head)
    told["providers"] = providers
    print(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    figures.record("load", figures.kind_of(given.store_url), **told)


if __name__ == "__main__":
    main()

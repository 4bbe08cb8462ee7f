"""What shards cost: ``python -m tests.benchmarks.cluster URL SHARDS`` prints the units of docs/scale.md.

Everything runs in this process, one shard after the other, on one core and what the engine adds to it.
Bytes are those of what a cluster would send.
"""

from __future__ import annotations

import pickle
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise

from api.clock import SystemClock
from graph_models.domain.providers import Provider
from graph_models.ports import GraphStore
from graph_models.stores.opening import open_store
from matcher.catalogue import Catalogue, read_catalogue
from matcher.engine import COLUMNS, Engine
from matcher.parameters import default_parameters
from matcher.planning import PlanScope, make_plan, read_demand
from matcher.planning.shards import Answer, Question, Shard, ShardedFinder, ask, make_shards


def timed(what: str, count: int, unit: str, work: Callable[[], object]) -> None:
    """Print what one unit of some work takes of the clock and of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(
        f"{what}: {wall:.2f} s, {processor:.2f} s of the processor: {processor / count * 1e6:.1f} µs {unit}"
    )


def load_into(engines: list[Engine], store: GraphStore, shard: Shard) -> None:
    engine = Engine(parameters=default_parameters())
    engine.load(map(shard.part_of, store.scan_columns(Provider, COLUMNS)))
    engines.append(engine)


class Meter:
    """Answers questions in this process and keeps what each round of them cost."""

    def __init__(self, engines: Sequence[Engine]) -> None:
        self.engines = engines
        self.rounds: list[tuple[int, int, int, int, int, float]] = []

    def ask_shards(self, questions: Sequence[tuple[int, Question]]) -> Iterator[tuple[int, Answer]]:
        needs = sent = answered = pairs = priced = 0
        seconds = 0.0
        for place, (number, question) in enumerate(questions):
            message = pickle.dumps(question)
            before = time.process_time()
            answer = ask(self.engines[number], question)
            seconds += time.process_time() - before
            needs, sent, pairs = (
                needs + len(question.contexts),
                sent + len(message),
                pairs + len(answer.pairs.need),
            )
            answered, priced = answered + len(pickle.dumps(answer)), priced + len(question.prices)
            yield place, answer
        self.rounds.append((needs, pairs, sent, answered, priced, seconds))


def measure(store: GraphStore, catalogue: Catalogue, count: int) -> None:
    demand = read_demand(store, catalogue, SystemClock().now(), PlanScope())
    total, contexts = store.count(Provider), demand.contexts
    shards = make_shards(contexts, count)
    remote = sum(each.category.is_remote for each in contexts)
    print(f"{total:,} providers, {len(contexts):,} needs, {remote:,} of them by phone, {len(shards)} shards")
    timed("columns read", total, "a provider", lambda: [None for _ in store.scan_columns(Provider, COLUMNS)])
    engines: list[Engine] = []
    for shard in shards:
        timed(
            f"shard {shard.number} read and loaded",
            total,
            "a provider read",
            partial(load_into, engines, store, shard),
        )
    held = sum(map(len, engines))
    size = sum(array.nbytes for each in engines for array in each.saved().arrays.values())
    print(f"held: {held:,}, halo {held / total - 1:.1%}, {size / held:.0f} bytes a provider")
    meter, marks = Meter(engines), [("begin", time.perf_counter())]

    def tell(stage: str, *_: int) -> None:
        if stage != marks[-1][0]:
            marks.append((stage, time.perf_counter()))

    make_plan(ShardedFinder(shards, meter.ask_shards), demand, default_parameters(), tell)
    marks.append(("end", time.perf_counter()))
    for (stage, begun), (_, ended) in pairwise(marks[1:]):
        print(f"{stage}: {ended - begun:.2f} s")
    alone = [each for each in meter.rounds if each[0] > len(shards)]
    for needs, pairs, sent, answered, priced, seconds in alone:
        print(
            f"round: {needs:,} needs asked, {pairs:,} pairs, {priced:,} prices; sent {sent:,} B "
            f"({sent / needs:.0f} a need), answered {answered:,} B ({answered / max(pairs, 1):.0f} a pair), "
            f"{seconds / needs * 1e3:.2f} ms of the processor a need"
        )
    single = [each for each in meter.rounds if each[0] <= len(shards)]
    print(f"asked one by one: {len(single)} times, {sum(each[2] + each[3] for each in single):,} B")


def main() -> None:
    url, count = sys.argv[1], int(sys.argv[2])
    with open_store(url, SystemClock(), must_exist=True) as store:
        measure(store, read_catalogue(store, default_parameters()), count)


if __name__ == "__main__":
    main()

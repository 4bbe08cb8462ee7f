"""A plan on a Dask cluster: providers in shards on its workers, needs and prices in this process.

What a worker holds is made from the store. So whatever is lost with a worker is made anew by another
one, by the means of Dask: a task is done again if its result is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from distributed import Client, KilledWorker, as_completed
from distributed.comm.addressing import get_address_host_port

from graph_models.domain.errors import LastMeterError, StoreError
from graph_models.domain.providers import Provider
from graph_models.ports import GraphStore
from matcher.context import NeedContext
from matcher.engine import COLUMNS, Engine
from matcher.parameters import MatchParameters
from matcher.planning.shards import Answer, Question, Shard, ShardedFinder, ask, make_shards

PATIENCE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class ProviderSource:
    """Where workers read providers.

    Parameters
    ----------
    open_store
        Opens the store, on any machine of the cluster.
    graph_revision
        Sequence number of a change set that the store must have.
    parameters
        Of the matching model.
    """

    open_store: Callable[[], GraphStore]
    graph_revision: int
    parameters: MatchParameters

    def load(self, shard: Shard) -> Engine:
        """Return an engine with the providers of a shard."""
        engine = Engine(parameters=self.parameters)
        try:
            with self.open_store() as store:
                if store.head() < self.graph_revision:
                    raise StoreError("it is behind the store that the plan is made from")
                engine.load(map(shard.part_of, store.scan_columns(Provider, COLUMNS)))
        except LastMeterError as error:  # some of which do not survive being sent
            raise StoreError(f"a worker cannot read the store: {error}") from None
        return engine


class HeldShard:
    """An engine that stays where it is: sent to another worker, it is made anew there when it is asked."""

    def __init__(self, source: ProviderSource, shard: Shard) -> None:
        self._source, self._shard = source, shard
        self._engine: Engine | None = None
        self._loading = Lock()

    def __reduce__(self) -> tuple[type[HeldShard], tuple[ProviderSource, Shard]]:
        return HeldShard, (self._source, self._shard)

    def __sizeof__(self) -> int:
        """Bytes: the scheduler asks a shard where it is, rather than move it, for its size."""
        arrays = () if self._engine is None else self._engine.saved().arrays.values()
        return object.__sizeof__(self) + sum(each.nbytes for each in arrays)

    @property
    def engine(self) -> Engine:
        with self._loading:
            if self._engine is None:
                self._engine = self._source.load(self._shard)
            return self._engine


def load_shard(source: ProviderSource, shard: Shard) -> HeldShard:
    held = HeldShard(source, shard)
    len(held.engine)
    return held


def ask_shard(held: HeldShard, question: Question) -> Answer:
    return ask(held.engine, question)


class Cluster:
    """Finds pairs on the workers of a scheduler, of which each takes a shard.

    Parameters
    ----------
    client
        Connected to the scheduler.
    source
        Where its workers read providers.
    """

    def __init__(self, client: Client, source: ProviderSource) -> None:
        self._client, self._source = client, source

    def finder_for(self, contexts: Sequence[NeedContext]) -> ShardedFinder:
        """Spread the providers for some needs over the workers, and return who finds pairs there.

        Raises
        ------
        LastMeterError
            If there are no workers. From the finder: if workers die again and again, cannot read the
            store, or the scheduler goes away.
        """
        workers = len(self._client.nthreads())
        if not workers:
            raise LastMeterError("the scheduler has no workers: start some with `dask worker`")
        shards = make_shards(contexts, workers)
        held = [self._client.submit(load_shard, self._source, shard, pure=False) for shard in shards]

        def ask_shards(questions: Sequence[tuple[int, Question]]) -> Iterator[tuple[int, Answer]]:
            places = {
                self._client.submit(ask_shard, held[number], question, pure=False): place
                for place, (number, question) in enumerate(questions)
            }
            try:
                for future in as_completed(places, loop=self._client.loop):
                    yield places[future], future.result()
                    future.release()
            except (KilledWorker, CancelledError, OSError) as error:
                raise LastMeterError(f"the cluster gave up: {error}") from error

        return ShardedFinder(shards, ask_shards)


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """Connect to a scheduler.

    Raises
    ------
    LastMeterError
        If none answers there.
    """
    try:
        get_address_host_port(address)  # a client that was given no address does not end by itself
        client = Client(address, set_as_default=False, timeout=PATIENCE_SECONDS)
    except (OSError, ValueError) as error:
        raise LastMeterError(f"no Dask scheduler answers at {address}: {error}") from error
    with client:
        yield client

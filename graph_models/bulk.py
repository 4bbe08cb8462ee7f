"""Writing many values: batches with predictable ids, so that a repeated run changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from graph_models.domain.checks import check_integer
from graph_models.ports import MAX_BATCH, Entity, GraphStore, Put, WriteBatch


def put_all(
    store: GraphStore, values: Iterable[Entity], *, load_id: str, batch_size: int = 5_000
) -> Iterator[int]:
    """Write values in batches and yield the size of each batch once it is durable.

    Parameters
    ----------
    store
        Where to write.
    values
        In an order in which references point backwards or within a batch.
    load_id
        Names the load; batch k is written under ``<load_id>.<k>``. The same load again is answered
        from the store's memory of these ids and writes nothing.
    batch_size
        Values per batch, 1 to 10,000.

    Raises
    ------
    InvalidValue
        If `batch_size` is out of range.
    LastMeterError
        Whatever `GraphStore.write` raises; batches yielded before stay written.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> from types import SimpleNamespace
    >>> from graph_models.domain.places import Area, AreaLevel
    >>> from graph_models.stores.opening import open_store
    >>> clock = SimpleNamespace(now=lambda: datetime(2026, 3, 2, 12, tzinfo=UTC))
    >>> cities = [Area("4401", AreaLevel.CITY, "Guangzhou"), Area("4403", AreaLevel.CITY, "Shenzhen")]
    >>> with (
    ...     tempfile.TemporaryDirectory() as folder,
    ...     open_store(f"sqlite:///{folder}/city.db", clock) as store,
    ... ):
    ...     sum(put_all(store, cities, load_id="cities-1")), store.count(Area)
    (2, 2)
    """
    check_integer("batch_size", batch_size, least=1, most=MAX_BATCH)
    iterator = iter(values)
    number = 0
    while operations := tuple(Put(value) for value in islice(iterator, batch_size)):
        store.write(WriteBatch(f"{load_id}.{number}", operations))
        yield len(operations)
        number += 1

"""Many values at once: read page by page, written in batches with predictable ids; changes part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from graph_models.domain.checks import check_integer
from graph_models.ports import MAX_BATCH, ChangeSet, E, Entity, GraphStore, Put, Stored, WriteBatch

_PAGE = 1_000


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


def every(store: GraphStore, kind: type[E], where: Mapping[str, str]) -> Iterator[Stored[E]]:
    """Iterate over all values for which some filters hold, in key order, with the promise of `page`.

    Raises
    ------
    InvalidValue
        `where` names a property that is no filter.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> from types import SimpleNamespace
    >>> from graph_models.domain.places import Area, AreaLevel
    >>> from graph_models.stores.opening import open_store
    >>> clock = SimpleNamespace(now=lambda: datetime(2026, 3, 2, 12, tzinfo=UTC))
    >>> city = Area("4401", AreaLevel.CITY, "Guangzhou")
    >>> with (
    ...     tempfile.TemporaryDirectory() as folder,
    ...     open_store(f"sqlite:///{folder}/city.db", clock) as store,
    ... ):
    ...     written = store.write(WriteBatch("w1", (Put(city),)))
    ...     [each.value.name for each in every(store, Area, {"level": "city"})]
    ['Guangzhou']
    """
    after: str | None = None
    while True:
        page = store.page(kind, where=where, after=after, limit=_PAGE)
        yield from page.items
        if (after := page.next_after) is None:
            return


def behind(store: GraphStore, cursor: int, at_once: int = 100) -> Iterator[tuple[ChangeSet, ...]]:
    """Iterate over what was committed after a cursor, in parts of at most so many change sets.

    The last part is the first that is not full: what is committed from then on is for the next time.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> from types import SimpleNamespace
    >>> from graph_models.domain.places import Area, AreaLevel
    >>> from graph_models.stores.opening import open_store
    >>> clock = SimpleNamespace(now=lambda: datetime(2026, 3, 2, 12, tzinfo=UTC))
    >>> with (
    ...     tempfile.TemporaryDirectory() as folder,
    ...     open_store(f"sqlite:///{folder}/city.db", clock) as store,
    ... ):
    ...     for code in ("4401", "4403", "4404", "4405"):
    ...         written = store.write(WriteBatch(code, (Put(Area(code, AreaLevel.CITY, "a city")),)))
    ...     [[each.sequence for each in part] for part in behind(store, 1, at_once=2)]
    [[2, 3], [4]]
    """
    while part := store.changes_since(cursor, limit=at_once):
        yield part
        if len(part) < at_once:
            return
        cursor = part[-1].sequence

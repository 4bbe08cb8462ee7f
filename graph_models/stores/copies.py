"""Copying a store as it is: values with their revisions, change sets with their chain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol, TypeVar

from graph_models.ports import E, Entity, GraphStore, Link, Stored
from graph_models.schema import ALL_TYPES, BY_LABEL

VALUES_AT_ONCE = 2_000
# Few, for a change set may tell of thousands of values.
LINKS_AT_ONCE = 50

T = TypeVar("T")


class Copy(Protocol):
    """A store that is being filled with what another one holds."""

    def put(self, kind: type[E], values: list[Stored[E]]) -> None:
        """Add or replace values at their revisions."""

    def record(self, links: tuple[Link, ...]) -> None:
        """Add change sets as they are."""


def batches(source: GraphStore, kind: type[E]) -> Iterator[list[Stored[E]]]:
    """Yield all values of a kind, some at once."""
    values = source.scan(kind)
    while some := list(islice(values, VALUES_AT_ONCE)):
        yield some


def links_between(source: GraphStore, cursor: int, end: int) -> Iterator[tuple[Link, ...]]:
    """Yield the change sets after one number up to another one, some at once."""
    while cursor < end and (some := source.links_since(cursor, limit=min(LINKS_AT_ONCE, end - cursor))):
        yield some
        cursor = some[-1].sequence


def changed_keys(links: Iterable[Link]) -> dict[type[Entity], list[str]]:
    """Return the keys that some change sets tell of, each once, by kind.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> changes = (("Skill", "a", 1), ("Skill", "a", 2), ("Staff", "w1", 0))
    >>> changed_keys([Link(1, "w", "f", datetime(2026, 3, 2, tzinfo=UTC), changes)])  # doctest: +ELLIPSIS
    {<class '...Skill'>: ['a'], <class '...Staff'>: ['w1']}
    """
    keys: dict[type[Entity], dict[str, None]] = defaultdict(dict)
    for link in links:
        for label, key, _ in link.changes:
            keys[BY_LABEL[label].entity][key] = None
    return {kind: list(several) for kind, several in keys.items()}


def counts_of(store: GraphStore) -> dict[str, int]:
    """Return how many values of each kind a store holds, by the plural of the kind."""
    return {node.plural: store.count(node.entity) for node in ALL_TYPES}

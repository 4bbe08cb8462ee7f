"""A copy of a store that is written to meanwhile, by its change feed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from graph_models.ports import Entity, GraphStore, Link, Stored
from graph_models.schema import ALL_TYPES
from graph_models.stores.copies import LINKS_AT_ONCE, Copy, batches, changed_keys, links_between

Changed = Mapping[type[Entity], Mapping[str, Stored[Any]]]


class Followed(GraphStore, Protocol):
    """A store that can hold its writers up for a moment."""

    def changed_since(self, cursor: int) -> tuple[tuple[Link, ...], Changed]:
        """Return all change sets after `cursor`, and what there is of the values they tell of, as of then."""


class FollowingCopy(Copy, Protocol):
    """A copy from which values can be removed again."""

    def remove(self, kind: type[Entity], keys: list[str]) -> None:
        """Remove values, if they are there."""


def follow(source: Followed, copy: FollowingCopy) -> None:
    """Copy a store as it is at one instant.

    What was read while others wrote is a mixture. All that has changed since the beginning is read
    again, until little is left; that is read while writers wait.
    """
    cursor = source.head()
    for node in ALL_TYPES:
        for values in batches(source, node.entity):
            copy.put(node.entity, values)
    for links in links_between(source, 0, cursor):
        copy.record(links)
    while len(links := source.links_since(cursor, limit=LINKS_AT_ONCE)) == LINKS_AT_ONCE:
        keys = changed_keys(links)
        _apply(copy, links, {kind: source.get_many(kind, several) for kind, several in keys.items()})
        cursor = links[-1].sequence
    _apply(copy, *source.changed_since(cursor))


def _apply(copy: FollowingCopy, links: tuple[Link, ...], changed: Changed) -> None:
    for kind, keys in changed_keys(links).items():
        copy.put(kind, list(changed[kind].values()))
        copy.remove(kind, [key for key in keys if key not in changed[kind]])
    copy.record(links)

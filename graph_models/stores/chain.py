"""The chain: each change set holds a digest of itself and of the one before it.

Whoever keeps one chain value elsewhere can tell later whether anything up to there was changed.
The digest is SHA-256 over a JSON array without spaces: the chain before (64 zeros for the first),
sequence, write id, fingerprint, microseconds since 1970, the changes as [label, key, revision], and
the digests of the audit events among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import orjson

from graph_models.ports import Change, ChangeSet, Link
from graph_models.records import Row
from graph_models.schema import BY_ENTITY, BY_LABEL

GENESIS = "0" * 64

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def chain_of(previous: str, link: Link) -> str:
    """Return the chain of a change set that follows another one, whatever chain it bears.

    Parameters
    ----------
    previous
        Chain of the change set before it, `GENESIS` for the first.
    link
        What was recorded of it.

    Examples
    --------
    >>> link = Link(1, "w1", "f" * 64, datetime(2026, 3, 2, tzinfo=UTC), (("Skill", "care", 1),))
    >>> chain_of(GENESIS, link)
    'adf2cc5a5da1b10812ca0aa8f4ba6b34c7076e470651ec2e3ffab5f832b72e9e'
    """
    microseconds = (link.committed_at - _EPOCH) // _MICROSECOND
    told = (
        previous,
        link.sequence,
        link.write_id,
        link.fingerprint,
        microseconds,
        link.changes,
        link.event_digests,
    )
    return sha256(orjson.dumps(told)).hexdigest()


def chained(previous: str, links: Iterable[Link]) -> Iterator[Link]:
    """Give each of several links that follow each other its chain."""
    for link in links:
        previous = chain_of(previous, link)
        yield replace(link, chain=previous)


def event_digest(row: Row) -> str:
    """Return the digest of an audit event, flattened.

    What is absent does not count, so that an event keeps its digest when its kind gets a new column.

    Examples
    --------
    >>> event_digest({"id": "e1", "reason": None}) == event_digest({"id": "e1"})
    True
    """
    held = {name: value for name, value in row.items() if value is not None}
    return sha256(orjson.dumps(held, option=orjson.OPT_SORT_KEYS)).hexdigest()


def labelled(changes: Iterable[Change]) -> tuple[tuple[str, str, int], ...]:
    """Return changes as a link holds them."""
    return tuple((BY_ENTITY[each.kind].label, each.key, each.revision) for each in changes)


def change_set_of(link: Link) -> ChangeSet:
    """Return the change set that a link records."""
    changes = tuple(Change(BY_LABEL[label].entity, key, revision) for label, key, revision in link.changes)
    return ChangeSet(link.sequence, link.write_id, link.committed_at, changes, link.chain)


def unreadable(sequence: int) -> Link:
    """Return what stands for a record that is damaged beyond reading."""
    return Link(sequence, "", "", _EPOCH, ())


def puts_of(link: Link, label: str) -> list[str]:
    """Return the keys of a kind that a change set created or replaced, in order.

    Examples
    --------
    >>> link = Link(1, "w", "f", datetime(2026, 3, 2, tzinfo=UTC), (("Skill", "a", 2), ("Skill", "b", 0)))
    >>> puts_of(link, "Skill")
    ['a']
    """
    return [key for kind, key, revision in link.changes if kind == label and revision]

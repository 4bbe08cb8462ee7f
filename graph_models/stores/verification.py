"""Verification: whether a store's history is the one that was written, and where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from graph_models.domain.audit import AuditEvent
from graph_models.domain.errors import InvalidValue
from graph_models.ports import GraphStore, Link
from graph_models.records import to_columns
from graph_models.schema import BY_ENTITY
from graph_models.stores.batches import digests_of
from graph_models.stores.chain import GENESIS, chain_of, puts_of

PAGE = 1_000
_EVENT = BY_ENTITY[AuditEvent]
_DELETED = 0
_FIRST_REVISION = 1


class FaultKind(StrEnum):
    """What somebody did to the history past the store."""

    EDITED = "edited"  # a change set holds something else than was written
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"  # the last change sets are gone
    REWRITTEN = "rewritten"  # consistent in itself, but not the history of which the head is known
    EVENT_EDITED = "event-edited"
    EVENT_REMOVED = "event-removed"
    EVENT_INSERTED = "event-inserted"


@dataclass(frozen=True, slots=True)
class Head:
    """Where a history ends: kept elsewhere, it pins down all before it."""

    sequence: int
    chain: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that is wrong.

    Parameters
    ----------
    sequence
        Number of the change set; None for an event that no change set knows of.
    event_id
        The audit event, where it is one.
    """

    kind: FaultKind
    sequence: int | None
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification found.

    Parameters
    ----------
    head
        The last change set that is as it was written, with all before it.
    event_count
        How many audit events the verified part of the history tells of.
    fault
        None if the whole history is as it was written.
    """

    head: Head
    event_count: int
    fault: Fault | None


def verify(store: GraphStore, *, known: Head | None = None) -> Verification:
    """Walk a store's change sets and audit events, and find the first that is not as it was written.

    Others may write meanwhile. Cutting off the end leaves no trace in the store itself, nor does a
    history that was computed anew: these are found against a head that was kept elsewhere.

    Parameters
    ----------
    known
        A head that the store had at some time.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> from types import SimpleNamespace
    >>> from graph_models.domain.skills import Skill
    >>> from graph_models.ports import Put, WriteBatch
    >>> from graph_models.stores.opening import open_store
    >>> clock = SimpleNamespace(now=lambda: datetime(2026, 3, 2, 12, tzinfo=UTC))
    >>> with (
    ...     tempfile.TemporaryDirectory() as folder,
    ...     open_store(f"sqlite:///{folder}/city.db", clock) as store,
    ... ):
    ...     written = store.write(WriteBatch("w1", (Put(Skill("care", "Care", "照护")),)))
    ...     found = verify(store, known=Head(written.sequence, written.chain))
    >>> found.head.sequence, found.fault
    (1, None)
    """
    announced = store.head()
    walk = _Walk(store, known)
    walk.go_on()
    if walk.fault is None:
        walk.find_inserted_events()
    if walk.fault is None:
        walk.hold_to(announced)
    return Verification(walk.head, len(walk.events), walk.first_fault())


class _Walk:
    def __init__(self, store: GraphStore, known: Head | None) -> None:
        self.head = Head(0, GENESIS)
        self.fault: Fault | None = None
        self.events: set[str] = set()
        # What is wrong with an event, unless a later change set says that it was deleted.
        self._suspects: dict[str, Fault] = {}
        self._store = store
        self._known = known

    def go_on(self) -> None:
        """Follow the feed to its end, or to the first change set that does not follow."""
        while self.fault is None and (page := self._store.links_since(self.head.sequence, limit=PAGE)):
            sound = []
            for link in page:
                if not _follows(self.head, link):
                    self.fault = Fault(_kind_of_break(self._store, self.head, link), self.head.sequence + 1)
                    break
                self.head = Head(link.sequence, link.chain)
                sound.append(link)
                if self._known is not None and self._is_rewritten(self._known):
                    self.fault = Fault(FaultKind.REWRITTEN, link.sequence)
                    break
            self._check_events(sound)

    def find_inserted_events(self) -> None:
        """Look for events that no change set tells of."""
        pages = self._store.scan_columns(AuditEvent, [_EVENT.key])
        unknown = [key for page in pages for key in page[_EVENT.key] if key not in self.events]
        self.go_on()  # some may have been written since
        inserted = [key for key in unknown if key not in self.events]
        if inserted and self.fault is None:
            self.fault = Fault(FaultKind.EVENT_INSERTED, None, inserted[0])

    def hold_to(self, announced: int) -> None:
        """Compare where the history ends with where it should."""
        end = max(announced, self._known.sequence if self._known else 0)
        if self.head.sequence < end:
            self.fault = Fault(FaultKind.TRUNCATED, self.head.sequence + 1)
        elif self.head.sequence > (announced := self._store.head()):
            self.fault = Fault(FaultKind.INSERTED, announced + 1)

    def first_fault(self) -> Fault | None:
        """Return the fault with the lowest number."""
        faults = [each for each in (*self._suspects.values(), self.fault) if each is not None]
        return min(faults, key=lambda each: each.sequence or self.head.sequence + 1, default=None)

    def _is_rewritten(self, known: Head) -> bool:
        return self.head.sequence == known.sequence and self.head.chain != known.chain

    def _check_events(self, links: list[Link]) -> None:
        named = {key for link in links for key in puts_of(link, _EVENT.label)}
        held = self._held(sorted(named)) if named else {}
        for link in links:
            for label, key, revision in link.changes:
                if label == _EVENT.label and revision == _DELETED:
                    self.events.discard(key)
                    self._suspects.pop(key, None)
            for key, digest in zip(puts_of(link, _EVENT.label), link.event_digests, strict=True):
                self.events.add(key)
                if held.get(key) != digest:
                    kind = FaultKind.EVENT_EDITED if key in held else FaultKind.EVENT_REMOVED
                    self._suspects[key] = Fault(kind, link.sequence, key)

    def _held(self, keys: list[str]) -> dict[str, str]:
        """Return the digests of the events that are there; of those that cannot be read, none that fits."""
        try:
            found = self._store.get_many(AuditEvent, keys)
        except InvalidValue:
            if len(keys) == 1:
                return {keys[0]: ""}
            half = len(keys) // 2
            return {**self._held(keys[:half]), **self._held(keys[half:])}
        digests = digests_of(to_columns(AuditEvent, [each.value for each in found.values()]))
        held = zip(found.items(), digests, strict=True)
        return {key: digest if each.revision == _FIRST_REVISION else "" for (key, each), digest in held}


def _follows(head: Head, link: Link) -> bool:
    return link.sequence == head.sequence + 1 and _is_sound(head.chain, link)


def _is_sound(previous: str, link: Link, sequence: int | None = None) -> bool:
    """Tell whether a link bears the chain that it would have after another one, at some number."""
    try:
        expected = chain_of(previous, link if sequence is None else replace(link, sequence=sequence))
    except TypeError:  # of something else than a text or a number
        return False
    return expected == link.chain and len(puts_of(link, _EVENT.label)) == len(link.event_digests)


def _kind_of_break(store: GraphStore, head: Head, found: Link) -> FaultKind:
    """Tell what was done where a link does not follow, by what follows on what behind it.

    Each genuine link still bears the chain that it got in its place: the link that belongs here may
    stand further on, and the one that stands here may belong elsewhere.
    """
    place, is_closed_gap = head.sequence + 1, False
    if found.sequence != place:
        return FaultKind.REMOVED
    for before, after in pairwise(_links_from(store, head.sequence)):
        if _is_sound(head.chain, after, place):
            places = (place + 1, after.sequence)
            origins = (after.chain, before.chain)
            is_moved = any(_is_sound(chain, found, number) for chain in origins for number in places)
            return FaultKind.REORDERED if is_moved else FaultKind.INSERTED
        if before.sequence == place:
            numbers = range(place + 2, place + 2 + PAGE)
            is_closed_gap = any(_is_sound(found.chain, after, number) for number in numbers)
    return FaultKind.REMOVED if is_closed_gap else FaultKind.EDITED


def _links_from(store: GraphStore, cursor: int) -> Iterator[Link]:
    while page := store.links_since(cursor, limit=PAGE):
        yield from page
        cursor = page[-1].sequence

"""Ports: what the program asks of a store, a geocoder and a clock.

The promises are the docstrings; ``tests/contracts/`` holds every store to them, and
``docs/store-contract.md`` numbers them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

from graph_models.domain.audit import AuditEvent, SuggestionRecord
from graph_models.domain.categories import Category
from graph_models.domain.checks import check_aware, check_integer, check_unique
from graph_models.domain.contacts import Contact
from graph_models.domain.credentials import ApiKey
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import ProviderId, check_id
from graph_models.domain.leases import Lease
from graph_models.domain.needs import Need
from graph_models.domain.notifications import Delivery, WebhookEndpoint
from graph_models.domain.people import Resident, Staff
from graph_models.domain.places import Area, Location
from graph_models.domain.providers import Provider
from graph_models.domain.recency import RecentReferral
from graph_models.domain.referrals import Referral
from graph_models.domain.skills import Skill

# What the graph consists of, and what the service keeps beside it.
GraphEntity = Area | Skill | Category | Staff | Resident | Provider | Need | Referral
Record = (
    AuditEvent | SuggestionRecord | Contact | ApiKey | WebhookEndpoint | Delivery | Lease | RecentReferral
)
Entity = GraphEntity | Record
E = TypeVar("E", bound=Entity)
E_co = TypeVar("E_co", bound=Entity, covariant=True)
# What several values hold, by name of the column: lists of one length, see `graph_models.records`.
Columns = dict[str, list[Any]]
# A jurisdiction: beginnings of area codes. None is everywhere, no code at all is nowhere.
Within = tuple[str, ...] | None

NEW = 0
MAX_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Stored(Generic[E_co]):
    """A value with the revision the store gave it: 1 when created, one more with each change."""

    value: E_co
    revision: int


@dataclass(frozen=True, slots=True)
class Put:
    """Create or replace a value.

    `expected_revision` None replaces whatever is there, `NEW` demands that the key is free, any
    other number that the stored revision is that one.
    """

    value: Entity
    expected_revision: int | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a value that nothing refers to."""

    kind: type[Entity]
    key: str
    expected_revision: int | None = None


@dataclass(frozen=True, slots=True)
class AdjustCapacity:
    """Move units of one provider between its accounts, relative to what the store holds then.

    Refused as a whole if reserved or consumed would fall below 0, or remaining below 0. With
    `asked_at` it also counts as one more time that the provider was asked, and when. With
    `unasked_at` it takes one back, as if nobody had asked then: if that was the last time,
    `asked_before` is the last one again.
    """

    provider_id: ProviderId
    reserved: int = 0
    consumed: int = 0
    asked_at: datetime | None = None
    unasked_at: datetime | None = None
    asked_before: datetime | None = None

    def __post_init__(self) -> None:
        for field in ("asked_at", "unasked_at", "asked_before"):
            if getattr(self, field) is not None:
                check_aware(f"adjust_capacity.{field}", getattr(self, field))
        check_integer("reserved", self.reserved, least=-(2**31), most=2**31 - 1)
        check_integer("consumed", self.consumed, least=-(2**31), most=2**31 - 1)


Operation = Put | Delete | AdjustCapacity


def target_of(operation: Operation) -> tuple[type[Entity], str]:
    """Kind and key that an operation changes."""
    if isinstance(operation, Put):  # a match takes three times as long
        return type(operation.value), key_of(operation.value)
    if isinstance(operation, Delete):
        return operation.kind, operation.key
    return Provider, operation.provider_id


def key_of(value: Entity) -> str:
    """Key of a value: its code for an area, its id for everything else."""
    return value.code if isinstance(value, Area) else value.id


@dataclass(frozen=True, slots=True)
class WriteBatch:
    """Operations that take effect together or not at all.

    Parameters
    ----------
    id
        Chosen by the caller. Writing it again changes nothing and returns the first outcome.
    operations
        1 to 10,000 operations; each key at most once. References may point within the batch.

    Raises
    ------
    InvalidValue
        If the batch is empty, too long, or names a key twice.
    """

    id: str
    operations: tuple[Operation, ...]

    def __post_init__(self) -> None:
        check_id("write.id", self.id)
        if not 1 <= len(self.operations) <= MAX_BATCH:
            raise InvalidValue("write.operations", f"number 1 to {MAX_BATCH}", len(self.operations))
        check_unique("write.operations", map(target_of, self.operations))


@dataclass(frozen=True, slots=True)
class Change:
    """One changed value: its kind and key, and its new revision, 0 if it was deleted."""

    kind: type[Entity]
    key: str
    revision: int


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What one committed batch changed. Its sequence number is the cursor of the change feed.

    `chain` is a digest of this change set and, through the one before it, of all before it.
    """

    sequence: int
    write_id: str
    committed_at: datetime
    changes: tuple[Change, ...]
    chain: str


@dataclass(frozen=True, slots=True)
class Link:
    """A change set as it is recorded: all that its `chain` is computed from, and the chain.

    Parameters
    ----------
    changes
        Label, key and revision of each changed value.
    fingerprint
        Digest of the operations.
    event_digests
        Digest of each audit event that the batch put, in the order of `changes`.
    chain
        Empty where the record is damaged beyond reading.
    """

    sequence: int
    write_id: str
    fingerprint: str
    committed_at: datetime
    changes: tuple[tuple[str, str, int], ...]
    event_digests: tuple[str, ...] = ()
    chain: str = ""


@dataclass(frozen=True, slots=True)
class Page(Generic[E_co]):
    """A page in key order; `next_after` continues it and is None on the last page."""

    items: tuple[Stored[E_co], ...]
    next_after: str | None


class Capability(StrEnum):
    """Differences between stores, declared so that tests and operators can see them."""

    EMBEDDED = "embedded"  # lives in this process and one local file
    NETWORKED = "networked"  # reached over a connection that can be lost
    PARALLEL_WRITES = "parallel-writes"  # writers queue on the counter only, not on one file lock


class GraphStore(Protocol):
    """A home for the graph. Safe to share between threads; each process opens its own."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this store declares to be able to do."""

    def write(self, batch: WriteBatch) -> ChangeSet:
        """Apply a batch atomically and durably, and return what changed.

        The same id with the same operations again: no effect, the first outcome is returned, also
        under concurrent attempts. When this returns, every later read in any process sees it.

        Raises
        ------
        IdempotencyConflict
            The id was used for other operations.
        DuplicateKey, RevisionConflict, NotFound
            An expectation does not hold.
        UnknownReference
            A value would point at nothing.
        StillReferenced
            A delete would leave a value pointing at nothing.
        InvalidValue
            The graph would break a rule (a cycle in the taxonomy, an area inside a narrower one).
        CapacityExceeded
            A capacity account would fall below 0.
        StoreUnavailable
            Nothing was written; a retry may succeed.
        OutcomeUnknown
            The answer to a commit was lost, and could not be read back either.
        """

    def outcome_of(self, write_id: str) -> ChangeSet | None:
        """Return what a write changed, or None if it did not take effect."""

    def get(self, kind: type[E], key: str, *, within: Within = None) -> Stored[E]:
        """Return one value.

        `within` limits this and the calls below to a jurisdiction: what does not lie in it looks as
        if it did not exist.

        Raises
        ------
        NotFound
            Nothing of this kind has this key.
        InvalidValue
            `within` is given for a kind that lies nowhere, or holds what cannot begin an area's code.
        """

    def get_many(self, kind: type[E], keys: Sequence[str], *, within: Within = None) -> dict[str, Stored[E]]:
        """Return those of the values that exist, by key."""

    def page(
        self,
        kind: type[E],
        *,
        where: Mapping[str, str] | None = None,
        after: str | None = None,
        limit: int = 100,
        within: Within = None,
    ) -> Page[E]:
        """Return up to `limit` values (1 to 10,000) with keys after `after`, in key order.

        Keyset pagination: a value that exists throughout is seen exactly once, whatever is written
        meanwhile. `where` compares indexed properties with a text, all of them must hold.

        Raises
        ------
        InvalidValue
            `limit` is out of range, `where` names another property, `after` cannot be a key, or
            `within` is given for a kind that lies nowhere.
        """

    def scan(self, kind: type[E]) -> Iterator[Stored[E]]:
        """Iterate over all values in key order, in bounded memory, with the promise of `page`."""

    def scan_columns(self, kind: type[E], names: Sequence[str]) -> Iterator[Columns]:
        """Iterate over some columns of all values in key order, with the promise of `page`.

        Each step brings up to 10,000 values, as `graph_models.records` flattens them. No value is
        built or checked, which makes this several times as fast as `scan`.

        Raises
        ------
        InvalidValue
            `names` is empty, or names a column that the kind does not have.
        """

    def count(self, kind: type[Entity]) -> int:
        """Return how many values of this kind there are."""

    def head(self) -> int:
        """Return the sequence number of the latest committed change set, 0 for an empty store."""

    def changes_since(self, cursor: int, *, limit: int = 1_000) -> tuple[ChangeSet, ...]:
        """Return the change sets after `cursor`, oldest first.

        Sequence numbers are those of commit order, without gap or duplicate, also under concurrent
        writers: whoever has read up to n has seen every commit up to n.
        """

    def links_since(self, cursor: int, *, limit: int = 1_000) -> tuple[Link, ...]:
        """Return the change sets after `cursor` as they are recorded, damaged ones too, oldest first.

        For who verifies or copies a store; `changes_since` is for who follows it.
        """

    def purge(self) -> bool:
        """Remove what was deleted or replaced from the store's files as well; tell whether it is gone.

        False if somebody else stands in the way, so that it has to be done again, or if the files are
        those of a server. No value changes.
        """

    def close(self) -> None:
        """Release what the store holds. Closing twice is allowed."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Geocoder(Protocol):
    """Turns a place name or postal code into a point."""

    def geocode(self, query: str) -> Location | None:
        """Return the point, or None if the place is not known. Never guesses between two."""


class Clock(Protocol):
    """Tells the time, so that tests can tell it too."""

    def now(self) -> datetime:
        """Return the current instant with a UTC offset."""

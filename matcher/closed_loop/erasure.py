"""Erasure of a resident: what tells of the person goes, what the city has to account for stays.

What stays of a need is what was asked for, when and in which community; of the past, events that hold
ids alone. So statistics and the chain of the audit trail are as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from graph_models.bulk import every
from graph_models.domain.audit import SuggestionRecord
from graph_models.domain.contacts import Contact
from graph_models.domain.errors import Conflict
from graph_models.domain.needs import Need, NeedStatus
from graph_models.domain.people import Resident
from graph_models.ports import NEW, Delete, GraphStore, Operation, Put, Stored, Within, WriteBatch, target_of
from matcher.closed_loop.acts import Act
from matcher.closed_loop.dossier import Dossier, read_dossier
from matcher.closed_loop.once import write_once
from matcher.closed_loop.routing import communities_of

BATCH = 5_000
_CLOSED = (NeedStatus.COMPLETED, NeedStatus.ENTERED_IN_ERROR)

# What has to happen together, or not at all.
Step = tuple[Operation, ...]


class LiveReferrals(Conflict):
    """Help is under way: whoever comes would stand before a door that nobody knows any more."""

    def __init__(self, resident_id: str, count: int) -> None:
        super().__init__(f"resident {resident_id!r} has {count} live referral(s): end them first")
        self.resident_id = resident_id
        self.count = count


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure came to.

    Parameters
    ----------
    need_count
        How many needs no longer tell whose they were.
    is_purged
        Whether the files of the store are clean as well, see `GraphStore.purge`.
    """

    need_count: int
    is_purged: bool


def erase_resident(
    store: GraphStore, resident_id: str, act: Act, within: Within = None, *, batch_size: int = BATCH
) -> Erasure:
    """Erase a resident: contact, links, points, windows, recorded lists, and the resident itself.

    One batch does it, as a whole or not at all, unless there is more than a batch holds. Then the
    resident goes last: whatever cuts it short, doing it again does the rest.

    Parameters
    ----------
    batch_size
        How many operations one batch may have.

    Raises
    ------
    NotFound
        There is no such resident in the jurisdiction.
    LiveReferrals
        Referrals hold units for the resident.
    """
    erased: set[str] = set()

    def decide() -> tuple[Operation, ...]:
        dossier = read_dossier(store, resident_id, within)
        if live := dossier.live_referrals:
            raise LiveReferrals(resident_id, len(live))
        erased.update(each.value.id for each in dossier.needs)
        batch: Step = ()
        for step in _steps(store, dossier, act):
            if batch and len(batch) + len(step) > batch_size:
                store.write(WriteBatch(_part_id(act, batch), batch))
                batch = ()
            batch += step
        return batch

    write_once(store, act, decide, moving=Need)
    return Erasure(len(erased), store.purge())


def without_person(need: Need, resident: Resident) -> Need:
    """Return what may stay of a need; if it is open, nobody is sought for it any more.

    Examples
    --------
    >>> from datetime import datetime, UTC
    >>> resident = Resident("r1", "440104002001", "440103001101")
    >>> need = Need("n1", "meals", datetime(2026, 3, 2, tzinfo=UTC), "r1", "440103001101")
    >>> left = without_person(need, resident)
    >>> left.resident_id, left.community_code, left.status
    (None, '440103001101', <NeedStatus.REVOKED: 'revoked'>)
    """
    return replace(
        need,
        resident_id=None,
        community_code=need.community_code or resident.residence_code,
        location=None,
        time_window=None,
        excluded_provider_ids=(),
        answer_due_at=None,
        status=need.status if need.status in _CLOSED else NeedStatus.REVOKED,
    )


def _steps(store: GraphStore, dossier: Dossier, act: Act) -> Iterator[Step]:
    """Yield what is to be done, in an order in which the rest is still found if it is cut short."""
    resident = dossier.resident.value
    for need in dossier.needs:
        records = every(store, SuggestionRecord, {"need_id": need.value.id})
        yield from ((_deleting(each),) for each in records)
        # Whoever was told of the need has to hear of it, though the need does not lead there any more.
        about = {"need_id": need.value.id, "audience": communities_of(need.value, resident)}
        event = act.event("need.erased", "Need", need.value.id, **about)
        yield Put(without_person(need.value, resident), need.revision), Put(event, NEW)
    contacts = every(store, Contact, {"resident_id": resident.id})
    yield from ((_deleting(each),) for each in contacts)
    yield _deleting(dossier.resident), Put(act.event("resident.erased", "Resident", resident.id), NEW)


def _deleting(stored: Stored[SuggestionRecord] | Stored[Contact] | Stored[Resident]) -> Delete:
    return Delete(type(stored.value), stored.value.id, stored.revision)


def _part_id(act: Act, batch: Step) -> str:
    keys = [key for _, key in map(target_of, batch)]
    return f"erase-{sha256(chr(10).join((act.write_id, *keys)).encode()).hexdigest()}"

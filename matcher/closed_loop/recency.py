"""Referrals count as recent for 30 days; then the clock takes them off what their provider bears.

What counts is in the store as `RecentReferral`, one for each. When they lapse, a provider's number is not
counted down but counted anew: to the records that are left. So doing it twice does it once, and a number
that was wrong is right again. What is taken back was never asked: one less, and the last time is the one
before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from graph_models.bulk import every
from graph_models.domain.errors import Conflict, NotFound
from graph_models.domain.providers import Provider
from graph_models.domain.recency import RECENT, RecentReferral
from graph_models.domain.referrals import Referral
from graph_models.ports import (
    AdjustCapacity,
    Columns,
    Delete,
    GraphStore,
    Operation,
    Put,
    WriteBatch,
    target_of,
)

AT_ONCE = 100
# A batch of so many providers with so many records each is one that a store takes.
_RECORDS_AT_ONCE = 50
_ATTEMPTS = 5
_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Retraction:
    """What lets a referral count no longer, as if its provider had not been asked.

    Parameters
    ----------
    unasked
        For the number and the last time that its provider bears.
    operations
        For the records of what counts.
    """

    unasked: AdjustCapacity
    operations: tuple[Operation, ...]


def counting(
    store: GraphStore, referrals: Iterable[Referral], at: datetime, back: Retraction | None
) -> tuple[Operation, ...]:
    """Return what lets referrals count from the instant at which their providers are asked.

    Parameters
    ----------
    back
        What is taken back in the same batch.
    """
    asked = {each.provider_id: each.id for each in referrals}
    if not asked:
        return ()
    last = {key: each.value.last_referral_at for key, each in store.get_many(Provider, list(asked)).items()}
    if back is not None and last.get(back.unasked.provider_id) == back.unasked.unasked_at:
        last[back.unasked.provider_id] = back.unasked.asked_before
    # A provider that is not there is refused by the store.
    return tuple(
        Put(RecentReferral(referral_id, key, at + RECENT, last.get(key)))
        for key, referral_id in asked.items()
    )


def retracting(store: GraphStore, referral_id: str) -> Retraction | None:
    """Return what takes a referral back; None if it does not count."""
    found = store.get_many(RecentReferral, [referral_id]).get(referral_id)
    if found is None:
        return None
    gone = found.value
    records = every(store, RecentReferral, {"provider_id": gone.provider_id})
    others = [each for each in records if each.value.id != referral_id]
    times = [each.value.asked_at for each in others]
    before = max([*times, *([] if gone.asked_before is None else [gone.asked_before])], default=None)
    # Whoever was asked after it remembers its time as the one before.
    heirs = [each for each in others if each.value.asked_before == gone.asked_at]
    return Retraction(
        AdjustCapacity(gone.provider_id, unasked_at=gone.asked_at, asked_before=before),
        (
            Delete(RecentReferral, referral_id, found.revision),
            *(Put(replace(each.value, asked_before=gone.asked_before), each.revision) for each in heirs),
        ),
    )


def lapse(store: GraphStore, referral_ids: Sequence[str], now: datetime) -> None:
    """Take those referrals off their providers that count no longer, some in each batch.

    Whatever cuts it short leaves whole batches, and the rest to be done again. What somebody else is
    writing upon is left for the next time.

    Parameters
    ----------
    referral_ids
        Those that may have lapsed.

    Raises
    ------
    StoreError
        The store is away.
    """
    for start in range(0, len(referral_ids), AT_ONCE):
        found = store.get_many(RecentReferral, referral_ids[start : start + AT_ONCE])
        _recount(store, sorted({each.value.provider_id for each in found.values()}), now)


class Sweep:
    """Looks once a day for counts that no record backs: loaded ones, and those of older versions.

    Such a count has no dates but that of the last referral in it. Once that one is over, all are.

    Parameters
    ----------
    store
        Where providers are.
    """

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._parts: Iterator[Columns] | None = None
        self._found: list[str] = []
        self._done_at: datetime | None = None

    def finds(self, now: datetime) -> bool:
        """Look at one more part of the providers, if it is time; tell whether there is a turn to take.

        Looking writes nothing, so that no lease is needed where there is nothing to do.

        Raises
        ------
        StoreError
            The store is away. The walk begins anew.
        """
        if not self._found and not self._is_done(now):
            self._found = self._look(now)
        return bool(self._found)

    def turn(self, now: datetime) -> None:
        """Count some of those anew that were found, `AT_ONCE` at most.

        Raises
        ------
        StoreError
            The store is away. They are still to be counted.
        """
        if self._found:
            _recount(self._store, self._found[:AT_ONCE], now)
            self._found = self._found[AT_ONCE:]

    def _is_done(self, now: datetime) -> bool:
        # A clock that was set back is no reason to wait.
        return self._done_at is not None and timedelta(0) <= now - self._done_at < _EVERY

    def _look(self, now: datetime) -> list[str]:
        columns = ("id", "recent_referrals", "last_referral_at")
        parts, self._parts = self._parts or self._store.scan_columns(Provider, columns), None
        part = next(parts, None)
        self._parts, self._done_at = (parts, None) if part else (None, now)
        return list(_over(part, now)) if part else []


def _over(part: Columns, now: datetime) -> Iterator[str]:
    for key, count, last in zip(part["id"], part["recent_referrals"], part["last_referral_at"], strict=True):
        if count and (last is None or last + RECENT <= now):
            yield key


def _recount(store: GraphStore, provider_ids: Sequence[str], now: datetime) -> None:
    for _ in range(_ATTEMPTS):
        head = store.head()
        operations = tuple(_recounting(store, provider_ids, now))
        if not operations:
            return
        try:
            store.write(WriteBatch(_write_id(head, operations), operations))
        except (Conflict, NotFound):
            continue  # one of them was asked, loaded or counted in this moment
        return


def _recounting(store: GraphStore, provider_ids: Sequence[str], now: datetime) -> Iterator[Operation]:
    # Providers first: whoever makes a referral count changes its provider's revision as well, so a
    # number is never counted from records that are older than the revision it is written upon.
    for key, provider in store.get_many(Provider, provider_ids).items():
        records = list(every(store, RecentReferral, {"provider_id": key}))
        over = [each for each in records if each.value.until <= now][:_RECORDS_AT_ONCE]
        yield from (Delete(RecentReferral, each.value.id, each.revision) for each in over)
        left = len(records) - len(over)
        if left != provider.value.recent_referrals:
            yield Put(replace(provider.value, recent_referrals=left), provider.revision)


def _write_id(head: int, operations: Sequence[Operation]) -> str:
    """Return one id for what is decided on one state of the store, however many processes do so."""
    keys = "\n".join(target_of(each)[1] for each in operations)
    return f"recount-{head}-{sha256(keys.encode()).hexdigest()}"

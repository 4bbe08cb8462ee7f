"""What change sets mean for the queue: each need that they touch, as it stands now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from graph_models.domain.audit import AuditEvent
from graph_models.domain.identifiers import NeedId
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.domain.referrals import Referral
from graph_models.ports import GraphStore
from matcher.work_queue.entries import OPEN_STATUSES, Held
from matcher.work_queue.reading import OWNING, Told, homes_of, past_of, told_of


def changed_needs(
    store: GraphStore,
    keys: Mapping[type[Any], Iterable[str]],
    held: Mapping[NeedId, Held],
    need_of: Mapping[str, NeedId],
) -> Mapping[NeedId, Held | None]:
    """Read what has changed of the open needs; None for one that is open no more.

    Parameters
    ----------
    keys
        What has changed, by kind.
    held
        The open needs as they are known.
    need_of
        The need of each of their referrals.
    """
    needs = [NeedId(key) for key in keys.get(Need, ())]
    found = store.get_many(Need, needs)
    after: dict[NeedId, Held | None] = dict.fromkeys(needs)
    for key in needs:
        stored = found.get(key)
        if stored is not None and stored.value.status in OPEN_STATUSES:
            known = held.get(key)
            if known is not None:
                after[key] = replace(known, stored=stored)
            else:
                # It opened, perhaps not for the first time: no feed that we followed has told its past.
                after[key] = Held(stored, (), *past_of(store, key))
    now = _Now(held, after)
    _follow_referrals(store, keys.get(Referral, ()), need_of, now)
    _follow_actors(store, keys.get(AuditEvent, ()), now)
    _follow_residents(store, set(keys.get(Resident, ())), set(needs), now)
    return after


class _Now:
    """Needs as they are after the changes that were looked at so far."""

    def __init__(self, held: Mapping[NeedId, Held], after: dict[NeedId, Held | None]) -> None:
        self._held, self.after = held, after

    def get(self, key: NeedId | None) -> Held | None:
        if key is None:
            return None
        return self.after[key] if key in self.after else self._held.get(key)

    def of_residents(self, keys: set[str]) -> Iterable[NeedId]:
        return [key for key, each in self._held.items() if each.stored.value.resident_id in keys]


def _follow_referrals(
    store: GraphStore, keys: Iterable[str], need_of: Mapping[str, NeedId], now: _Now
) -> None:
    some = list(keys)
    found = store.get_many(Referral, some)
    told: dict[NeedId, dict[str, Told | None]] = defaultdict(dict)
    for key in some:
        if key in need_of:
            told[need_of[key]][key] = None
        if key in found:
            told[found[key].value.need_id][key] = told_of(found[key].value)
    for need_id, changes in told.items():
        known = now.get(need_id)
        if known is not None:
            merged = {**known.referrals, **changes}
            kept = {key: each for key, each in merged.items() if each is not None}
            now.after[need_id] = replace(known, referrals=kept)


def _follow_actors(store: GraphStore, keys: Iterable[str], now: _Now) -> None:
    for stored in store.get_many(AuditEvent, list(keys)).values():
        event = stored.value
        known = now.get(event.need_id)
        if known is not None and event.need_id is not None and event.action in OWNING:
            now.after[event.need_id] = replace(known, actors=known.actors | {event.actor})


def _follow_residents(store: GraphStore, residents: set[str], needs: set[NeedId], now: _Now) -> None:
    """Look up the communities of whoever moved, and of the residents of needs that were changed."""
    touched = needs.union(now.of_residents(residents) if residents else ())
    open_ones = {key: known for key in touched if (known := now.get(key)) is not None}
    homes = homes_of(store, (each.stored.value.resident_id for each in open_ones.values()))
    for key, known in open_ones.items():
        codes = homes.get(known.stored.value.resident_id, ())
        now.after[key] = replace(known, resident_codes=codes)

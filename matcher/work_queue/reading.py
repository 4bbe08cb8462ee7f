"""Open needs of a store with all that the queue shows of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from graph_models.bulk import every
from graph_models.domain.audit import AuditEvent
from graph_models.domain.identifiers import AreaCode, NeedId, ResidentId
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.domain.referrals import Referral, ReferralStatus
from graph_models.ports import GraphStore
from matcher.work_queue.entries import OPEN_STATUSES, Held

# Whoever has done one of these to a need or its referrals sees to it.
OWNING = frozenset({"need.acknowledged", "referral.draft", "referral.requested"})
Told = tuple[ReferralStatus, int]


def open_needs(store: GraphStore) -> Iterator[Held]:
    """Read all open needs: their referrals and the audit trail column by column, each once."""
    needs = {
        stored.value.id: stored
        for status in OPEN_STATUSES
        for stored in every(store, Need, {"status": status})
    }
    homes = homes_of(store, (each.value.resident_id for each in needs.values()))
    referrals: dict[NeedId, dict[str, Told]] = defaultdict(dict)
    for columns in store.scan_columns(Referral, ("id", "need_id", "status", "units")):
        for key, need_id, status, units in zip(*columns.values(), strict=True):
            if need_id in needs:
                referrals[need_id][key] = ReferralStatus(status), units
    actors: dict[NeedId, set[str]] = defaultdict(set)
    for columns in store.scan_columns(AuditEvent, ("need_id", "action", "actor")):
        for need_id, action, actor in zip(*columns.values(), strict=True):
            if action in OWNING and need_id in needs:
                actors[need_id].add(actor)
    for key, stored in needs.items():
        codes = homes.get(stored.value.resident_id, ())
        yield Held(stored, codes, referrals.get(key, {}), frozenset(actors.get(key, ())))


def past_of(store: GraphStore, need_id: NeedId) -> tuple[Mapping[str, Told], frozenset[str]]:
    """Read the referrals of one need, and who has acted on it."""
    own = {"need_id": need_id}
    referrals: dict[str, Told] = {each.value.id: told_of(each.value) for each in every(store, Referral, own)}
    events = (each.value for each in every(store, AuditEvent, own))
    return referrals, frozenset(each.actor for each in events if each.action in OWNING)


def told_of(referral: Referral) -> Told:
    """Return what the queue keeps of a referral."""
    return referral.status, referral.units


def homes_of(
    store: GraphStore, keys: Iterable[ResidentId | None]
) -> Mapping[ResidentId | None, tuple[AreaCode, ...]]:
    """Return the two communities of some residents."""
    wanted = sorted({key for key in keys if key is not None})
    found = store.get_many(Resident, wanted).items()
    return {ResidentId(key): (each.value.registration_code, each.value.residence_code) for key, each in found}

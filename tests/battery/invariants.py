"""What must hold after whatever happened: nothing lost, nothing doubled, a history as it was written."""

from __future__ import annotations

from collections import Counter

from graph_models.domain.audit import AuditEvent
from graph_models.domain.needs import Need
from graph_models.domain.referrals import Account, Referral
from graph_models.ports import GraphStore
from graph_models.stores.verification import Head, verify
from tests.matcher.closed_loop.towns import check_accounts, check_counts


def check_everything(store: GraphStore, known: Head | None = None) -> Head:
    """Hold a store to its invariants and return where its history ends."""
    check_accounts(store)
    check_counts(store)
    check_needs(store)
    check_events(store)
    found = verify(store, known=known)
    assert found.fault is None, found.fault
    return found.head


def check_needs(store: GraphStore) -> None:
    """No need is offered, or served, beyond its units."""
    taken: Counter[str] = Counter()
    for stored in store.scan(Referral):
        if stored.value.account is not Account.NONE:
            taken[stored.value.need_id] += stored.value.units
    for stored in store.scan(Need):
        assert taken[stored.value.id] <= stored.value.units, stored.value.id


def events_of(store: GraphStore) -> Counter[tuple[str, str]]:
    """How often each thing was done to each object, by the audit trail."""
    return Counter((each.value.object_id, each.value.action) for each in store.scan(AuditEvent))


def check_events(store: GraphStore) -> None:
    """Each referral is where its events say that it went, and no step is told twice.

    Holds for referrals that nobody takes out of `on-hold` again, as in this battery.
    """
    events = events_of(store)
    steps: Counter[str] = Counter()
    for (key, action), times in events.items():
        if action.startswith("referral."):
            assert times == 1, (key, action, times)
            steps[key] += 1
    for stored in store.scan(Referral):
        referral = stored.value
        assert events[referral.id, f"referral.{referral.status}"] == 1, referral.id
        assert steps[referral.id] == stored.revision, referral.id

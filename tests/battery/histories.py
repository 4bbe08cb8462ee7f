"""A history of calls, held to what the store has of them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from graph_models.domain.referrals import Referral
from graph_models.ports import GraphStore
from graph_models.stores.verification import Head
from tests.battery.clients import History
from tests.battery.invariants import check_everything, events_of


def check_midway(store: GraphStore, history: History) -> Counter[str]:
    """After a failure, before anything is repeated: tell how many unanswered writes had taken effect.

    Raises AssertionError if one that was acknowledged is not there.
    """
    for call in history.of("ok"):
        assert store.outcome_of(call.write_id) is not None, f"lost: {call}"
    unknown = [store.outcome_of(call.write_id) is not None for call in history.of("unknown")]
    return Counter(in_effect=sum(unknown), not_in_effect=len(unknown) - sum(unknown))


def check_history(store: GraphStore, history: History, known: Head | None = None) -> dict[str, Any]:
    """When everything has been answered: what is in the store is what was acknowledged, each once."""
    assert history.oddities == []
    assert not history.of("unknown") and not history.of("invoked")
    acknowledged = Counter(call.action for call in history.of("ok"))
    assert set(acknowledged.values()) <= {1}, "two requests were told of one effect"
    told = {key: times for key, times in events_of(store).items() if key[1].startswith("referral.")}
    lost, more = acknowledged.keys() - told.keys(), told.keys() - acknowledged.keys()
    assert not lost, f"acknowledged and not there: {lost}"
    assert not more, f"there, and acknowledged to nobody: {more}"
    assert set(told.values()) <= {1}, "doubled"
    referrals = {stored.value.id for stored in store.scan(Referral)}
    assert referrals == {key for key, action in acknowledged if action == "referral.requested"}
    for call in history.of("fail"):
        assert store.outcome_of(call.write_id) is None, f"refused, and in effect: {call}"
    check_everything(store, known)
    return {
        "writes": len(history.calls),
        "acknowledged": len(history.of("ok")),
        "refused": len(history.of("fail")),
        "repeated": sum(call.attempts > 1 for call in history.calls),
        "lost": 0,
        "doubled": 0,
    }
